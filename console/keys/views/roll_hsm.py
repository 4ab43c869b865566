from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Workspace, workspace_page
from console.keys import rolling
from console.keys.actions import in_sets, taken
from console.keys.hardware import Kept
from console.keys.place import Place, keys_path, place_of
from console.keys.set_forms import RollForm
from console.keys.signing import Signing, signings_in_hardware
from console.keys.views.rollovers import asked, fresh_kid, rollover_path
from console.models.rollovers import FEDERATION, HARDWARE
from console.once import OnceForm
from console.page import answer, go
from console.stepup import step_up
from tenants.authlete.operation import Effect


@workspace_page(Effect.DESTROY)
@step_up
def roll_hsm(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """Begin to replace a signing key in hardware, step by step."""
    listed = keys_path("hsm", workspace, service_id)
    sent = OnceForm(request.POST or None)
    if sent.is_valid() and once.known(request, sent):
        return once.again(request, sent, listed)
    place = place_of(workspace, service_id)
    if place.hardware.off:  # the list tells who can switch it on
        return go(request, listed)
    kept = place.one(handle)
    if not kept.can_roll or kept.key.kid in in_sets(place.service):
        messages.info(request, _("Choose a key that signs, with an ID of its own."))
        return go(request, listed)
    signs = signings_in_hardware(place.service, kept)
    form = _form(request, place, kept, signs)
    if form.is_valid():
        if not once.claim(request, form):
            return once.again(request, form, listed)
        old = {
            "member": HARDWARE,
            "old_kid": kept.key.kid,
            "old_handle": kept.key.handle,
            "old_thumbprint": kept.public.thumbprint if kept.public else "",
        }
        found = asked(place.target, place.service, form.cleaned_data, **old)
        try:
            rollover = rolling.start(workspace.member, found)
            return once.came_to(request, form, rollover_path(rollover))
        except rolling.Taken:
            once.failed(request, form)
            text = _("Another key in hardware is being replaced. End that first.")
            form.add_error(None, text)
    context = place.context() | {
        "kept": kept,
        "old": kept.key.kid,
        "shape": f"{kept.key.alg}, {kept.key.hsm_name}",
        "form": form,
        "signs": signs,
        "federated": any(one.member == FEDERATION for one in signs),
        "back": keys_path("show_hsm", workspace, service_id, handle),
        "once": once.fresh(),
    }
    return answer(request, "keys/roll_hsm.html", context)


def _form(
    request: ConsoleRequest, place: Place, kept: Kept, signs: list[Signing]
) -> RollForm:
    """What names no key is proposed only where no other key could be signing it."""
    ids = taken(place.service)
    moving = [one.member for one in signs if not one.names_none or kept.others == 0]
    return RollForm(
        request.POST or None,
        signings=signs,
        taken=ids,
        version=place.service.modified_at,
        initial={"kid": fresh_kid(ids), "settings": moving},
    )
