from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from console.documents.kinds import DocumentTarget, service_target
from console.editing import drafts
from console.forms.change_forms import DeletionForm
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent, redirect_repeated
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
@step_up
def remove(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Show the effect of deleting a service, and delete it."""
    listed = reverse("services:index", args=[workspace.organization.slug])
    redirect_repeated(request, listed)
    target = service_target(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    name = service.service_name.strip() or str(service_id)
    form = DeletionForm(request.POST or None, name=name, version=service.modified_at)
    failure = None
    if form.is_valid():
        try:
            with idempotent(request, form, listed):
                _delete(request, target, name, form)
            return redirect_to(request, listed)
        except AuthleteError as error:
            failure = error
    context = target.context(service) | {
        "name": name,
        "form": form,
        "failure": failure,
        "can_delete": workspace.region in workspace.member.service_creation_regions(),
    }
    return render_page(request, "services/remove.html", context)


def _delete(request: ConsoleRequest, target: DocumentTarget, name: str, form: DeletionForm) -> None:
    authlete = target.workspace.member.connect(
        target.workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    try:
        authlete.idp.remove_service(target.service_id, label=name)
    except NotFoundError:
        messages.info(request, _("The service was already deleted."))
    else:
        messages.success(request, _("Deleted %(name)s.") % {"name": name})
    drafts.discard_all(target)
