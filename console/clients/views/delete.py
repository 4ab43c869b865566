from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.clients import actions
from console.clients.kind import client_target
from console.clients.paths import client_list_path
from console.documents.kinds import DocumentTarget
from console.forms.change_forms import DeletionForm
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
@step_up
def remove(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show the effect of deleting a client, and delete it."""
    listed = client_list_path(workspace, service_id)
    redirect_repeated(request, listed)
    target = client_target(workspace, service_id, client_id)
    try:
        client = target.api().get()
    except NotFoundError as error:
        if request.method != "POST" or not error.is_from_authlete:
            raise
        _add_message(request, existed=False)
        return redirect_to(request, listed)
    context = target.context(client)
    name = context["name"].strip()
    form = DeletionForm(request.POST or None, name=name, version=client.modified_at)
    failure = None
    if form.is_valid():
        try:
            with idempotent(request, form, listed):
                _delete(request, target, name, form)
            return redirect_to(request, listed)
        except AuthleteError as error:
            failure = error
    context |= {
        "name": name,
        "form": form,
        "failure": failure,
        "live": actions.count_live_tokens(workspace.authlete, service_id, client_id),
    }
    return render_page(request, "clients/remove.html", context)


def _delete(request: ConsoleRequest, target: DocumentTarget, name: str, form: DeletionForm) -> None:
    authlete = target.workspace.member.connect(
        target.workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    _add_message(request, existed=actions.delete_client(authlete, target, name), name=name)


def _add_message(request: ConsoleRequest, *, existed: bool, name: str = "") -> None:
    if existed:
        messages.success(request, _("Deleted %(name)s.") % {"name": name})
    else:
        messages.info(request, _("The client was already deleted."))
