from uuid import UUID

from django.http import Http404, HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.keys.handing import handed
from console.keys.views.rollovers import context_of, one_of
from console.page import answer
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def tell(
    request: ConsoleRequest, workspace: Workspace, service_id: int, rollover: UUID
) -> HttpResponse:
    """What has to be told to whom about the new key of a federation."""
    found = one_of(workspace, service_id, rollover)
    if not found.in_federation:
        raise Http404
    service = workspace.authlete.service(service_id).get()
    context = context_of(workspace, found) | {
        "handed": handed(found, service),
        "signed_set": service.text("signedJwksUri"),
    }
    return answer(request, "keys/tell.html", context)
