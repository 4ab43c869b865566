from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.keys import actions
from console.keys.actions import Lost, Made
from console.keys.algorithms import GROUPS
from console.keys.forms import NewKeyForm
from console.keys.place import Place, keys_path, place_of
from console.page import answer, go
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect


@workspace_page(Effect.CHANGE)
def new_hsm(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """Make a key in a hardware module; what goes together is one choice."""
    listed = keys_path("hsm", workspace, service_id)
    place = place_of(workspace, service_id)
    if place.hardware.off:  # the list tells who can switch it on
        return go(request, listed)
    form = NewKeyForm(request.POST or None, taken=actions.taken(place.service))
    failure = lost = None
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, listed)
        try:
            found = _made(place, form)
            if isinstance(found, Made):
                return once.came_to(request, form, _after(request, place, found))
            lost = found
        except AuthleteError as error:
            failure = error
        once.failed(request, form)
    context = place.context() | {
        "form": form,
        "groups": GROUPS,
        "failure": failure,
        "lost": lost,
        "once": once.fresh(),
    }
    return answer(request, "keys/new_hsm.html", context)


def _made(place: Place, form: NewKeyForm) -> Made | Lost:
    workspace, asked = place.target.workspace, form.cleaned_data
    authlete = workspace.member.connect(
        workspace.region.name, reason=asked["reason"], ticket=asked["ticket"]
    )
    return actions.make(place.keys(authlete), asked)


def _after(request: ConsoleRequest, place: Place, made: Made) -> str:
    """The path of the new key, or of the list where it was not told which it is."""
    if made.settled:
        said = _("Authlete's answer was lost. Its list has the key, so it was made.")
        messages.warning(request, said)
    else:
        messages.success(request, _("Made the key in hardware."))
    at = (place.target.workspace, place.target.service_id)
    if made.handle:
        return keys_path("show_hsm", *at, made.handle)
    return keys_path("hsm", *at)
