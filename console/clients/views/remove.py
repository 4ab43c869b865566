from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients import actions
from console.clients.kind import target_of
from console.clients.paths import listed_path
from console.editing.forms import RemoveForm
from console.editing.kind import Target
from console.once import OnceForm
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete.errors import AuthleteError, NotFound
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
@step_up
def remove(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """What dies with a client; then delete it, its name typed."""
    listed = listed_path(workspace, service_id)
    # Asked before the client is read: by the second click it may be gone.
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, listed)
    target = target_of(workspace, service_id, client_id)
    try:
        client = target.api().get()
    except NotFound as error:
        if request.method != "POST" or not error.is_told:
            raise
        _say(request, there=False)
        return go(request, listed)
    context = target.context(client)
    name = context["name"].strip()
    form = RemoveForm(request.POST or None, name=name, version=client.modified_at)
    failure = None
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, listed)
        try:
            _removed(request, target, name, form)
            return once.came_to(request, form, listed)
        except AuthleteError as error:
            once.failed(request, form)
            failure = error
    context |= {
        "name": name,
        "form": form,
        "failure": failure,
        "once": once.fresh(),
        "live": actions.live_tokens(workspace.authlete, service_id, client_id),
    }
    return answer(request, "clients/remove.html", context)


def _removed(
    request: ConsoleRequest, target: Target, name: str, form: RemoveForm
) -> None:
    authlete = target.workspace.member.connect(
        target.workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    _say(request, there=actions.remove(authlete, target, name), name=name)


def _say(request: ConsoleRequest, *, there: bool, name: str = "") -> None:
    if there:
        messages.success(request, _("Deleted %(name)s.") % {"name": name})
    else:
        messages.info(request, _("The client was gone already."))
