from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing import drafts
from console.editing.forms import RemoveForm
from console.editing.kind import Target
from console.editing.services import target_of
from console.once import OnceForm
from console.page import answer
from console.stepup import step_up
from tenants.authlete.errors import AuthleteError, NotFound
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
@step_up
def remove(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """What dies with a service; then delete it, its name typed."""
    listed = reverse("services:index", args=[workspace.organization.slug])
    # Asked before the service is read: by the second click it may be gone.
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, listed)
    target = target_of(workspace, service_id)
    service = workspace.authlete.service(service_id).get()
    name = service.service_name.strip() or str(service_id)
    form = RemoveForm(request.POST or None, name=name, version=service.modified_at)
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
    context = target.context(service) | {
        "name": name,
        "form": form,
        "failure": failure,
        "once": once.fresh(),
        "can_delete": workspace.region in workspace.member.creatable(),
    }
    return answer(request, "services/remove.html", context)


def _removed(
    request: ConsoleRequest, target: Target, name: str, form: RemoveForm
) -> None:
    authlete = target.workspace.member.connect(
        target.workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    try:
        authlete.idp.remove_service(target.service_id, label=name)
    except NotFound:
        messages.info(request, _("The service was gone already."))
    else:
        messages.success(request, _("Deleted %(name)s.") % {"name": name})
    drafts.forget(target)
