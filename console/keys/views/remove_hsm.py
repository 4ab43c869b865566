from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.forms import RemoveForm
from console.keys import actions
from console.keys.actions import Lost
from console.keys.hardware import Kept
from console.keys.place import Place, keys_path, place_of
from console.keys.rolling import under_way
from console.once import OnceForm
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
@step_up
def remove_hsm(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """What breaks without a key in hardware; then destroy it, its name typed.

    Refused while the service signs with it.
    """
    listed = keys_path("hsm", workspace, service_id)
    # Asked before the list is read: by the second click it may be gone.
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, listed)
    place = place_of(workspace, service_id)
    if place.hardware.off:  # the list tells who can switch it on
        return go(request, listed)
    kept = place.one(handle)
    version = place.service.modified_at
    form = RemoveForm(request.POST or None, name=kept.name, version=version)
    failure = lost = None
    if form.is_valid() and not kept.needs:
        if not once.claim(request, form):
            return once.again(request, form, listed)
        try:
            lost = _destroyed(request, place, kept, form)
            if lost is None:
                return once.came_to(request, form, listed)
        except AuthleteError as error:
            failure = error
        once.failed(request, form)
    context = place.context() | {
        "kept": kept,
        "rollovers": under_way(place.target, kept.key.kid),
        "form": form,
        "failure": failure,
        "lost": lost,
        "once": once.fresh(),
    }
    return answer(request, "keys/remove_hsm.html", context)


def _destroyed(
    request: ConsoleRequest, place: Place, kept: Kept, form: RemoveForm
) -> Lost | None:
    """Nothing once it is gone."""
    workspace = place.target.workspace
    authlete = workspace.member.connect(
        workspace.region.name,
        reason=form.cleaned_data["reason"],
        ticket=form.cleaned_data["ticket"],
    )
    keys = place.keys(authlete)
    found = actions.destroy(keys, kept.key.handle, kept.name)
    if isinstance(found, Lost):
        return found
    if found:
        said = _("Destroyed %(name)s in its module.") % {"name": kept.name}
        messages.success(request, said)
    else:
        messages.info(request, _("The key was gone already."))
    return None
