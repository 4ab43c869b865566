from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.keys.place import keys_path, place_of
from console.page import answer, go
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def hsm(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """The keys of a service that are in hardware modules, and what signs with them."""
    place = place_of(workspace, service_id)
    return answer(request, "keys/hsm.html", place.context())


@workspace_page(Effect.READ)
def show_hsm(
    request: ConsoleRequest, workspace: Workspace, service_id: int, handle: str
) -> HttpResponse:
    """One key in hardware: its public half, and what signs with it."""
    place = place_of(workspace, service_id)
    if place.hardware.off:  # the list tells who can switch it on
        return go(request, keys_path("hsm", workspace, service_id))
    context = place.context() | {"kept": place.one(handle)}
    return answer(request, "keys/show_hsm.html", context)
