from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing.services import target_of
from console.keys.hardware import hardware
from console.page import answer
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def hsm(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """The keys of a service that are in hardware modules, and what signs with them."""
    target = target_of(workspace, service_id)
    api = workspace.authlete.service(service_id)
    service = api.get()
    context = target.context(service) | {"hardware": hardware(api, service)}
    return answer(request, "keys/hsm.html", context)
