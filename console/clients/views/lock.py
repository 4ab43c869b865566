from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console.clients import actions
from console.clients.forms import LockForm
from console.clients.kind import client_target
from console.documents.kinds import DocumentTarget
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.idempotency import idempotent
from console.web.responses import redirect_to, render_page
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect


@workspace_page(Effect.CHANGE)
def lock(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show the effect of locking or unlocking, and do it."""
    target = client_target(workspace, service_id, client_id)
    client = target.api().get()
    context = target.context(client)
    told = {"reason": request.GET.get("reason", "")[:400]}
    form = LockForm(request.POST or None, initial=told)
    failure = None
    if form.is_valid():
        path = target.path("show")
        try:
            with idempotent(request, form, path):
                _set_lock(request, target, context["name"], form)
            return redirect_to(request, path)
        except AuthleteError as error:
            failure = error
    context |= {
        "form": form,
        "failure": failure,
        "live": actions.count_live_tokens(workspace.authlete, service_id, client_id),
    }
    return render_page(request, "clients/lock.html", context)


def _set_lock(request: ConsoleRequest, target: DocumentTarget, name: str, form: LockForm) -> None:
    locked = form.cleaned_data["locked"] == "yes"
    workspace = target.workspace
    authlete = workspace.member.connect(
        workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    changed = actions.set_lock(
        authlete,
        workspace.organization,
        target.service_id,
        target.client_id,
        name,
        locked=locked,
    )
    said = {
        (True, True): _("Locked %(name)s."),
        (True, False): _("Unlocked %(name)s."),
        (False, True): _("%(name)s was already locked. Nothing was changed."),
        (False, False): _("%(name)s was already unlocked. Nothing was changed."),
    }[changed, locked]
    messages.success(request, said % {"name": name})
