from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.keys.actions import in_sets
from console.keys.place import Place, keys_path, place_of
from console.keys.rolling import under_way
from console.keys.signing import signings_in_hardware
from console.page import answer, go
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def hsm(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """The keys of a service that are in hardware modules, and what signs with them."""
    place = place_of(workspace, service_id)
    context = place.context() | {
        "rollovers": under_way(place.target),
        "rolls": _rolls(place) if workspace.member.may(Effect.DESTROY) else (),
    }
    return answer(request, "keys/hsm.html", context)


@workspace_page(Effect.READ)
def show_hsm(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """One key in hardware: its public half, and what signs with it."""
    place = place_of(workspace, service_id)
    if place.hardware.off:  # the list tells who can switch it on
        return go(request, keys_path("hsm", workspace, service_id))
    kept = place.one(handle)
    context = place.context() | {
        "kept": kept,
        "can_roll": handle in _rolls(place),
        "rollovers": under_way(place.target, kept.key.kid),
    }
    return answer(request, "keys/show_hsm.html", context)


def _rolls(place: Place) -> set[str]:
    """The handles of the keys that sign, and that a new key can take over from."""
    taken = in_sets(place.service)
    return {
        one.key.handle
        for one in place.hardware.keys
        if one.can_roll
        and one.key.kid not in taken
        and signings_in_hardware(place.service, one)
    }
