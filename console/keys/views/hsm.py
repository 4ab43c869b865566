from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.keys.actions import in_sets
from console.keys.place import keys_path, place_of
from console.keys.rolling import under_way
from console.keys.signing import signings_in_hardware
from console.page import answer, go
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def hsm(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """The keys of a service that are in hardware modules, and what signs with them."""
    place = place_of(workspace, service_id)
    context = place.context() | {"rollovers": under_way(place.target)}
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
    own = kept.can_roll and kept.key.kid not in in_sets(place.service)
    context = place.context() | {
        "kept": kept,
        "can_roll": own and bool(signings_in_hardware(place.service, kept)),
        "rollovers": under_way(place.target, kept.key.kid),
    }
    return answer(request, "keys/show_hsm.html", context)
