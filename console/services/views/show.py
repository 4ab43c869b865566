from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.page import answer
from console.services import drafts, overview
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """One service: its sections, keys and recent changes, from a single call."""
    service = workspace.authlete.service(service_id).get()
    edits = drafts.find(workspace, service_id)
    context = {
        "workspace": workspace,
        "service": service,
        "sections": overview.sections(service, edits),
        "keys": overview.keys(service),
        "unknown": overview.unknown(service),
        "edits": edits,
        "past": overview.past(workspace, service, most=5).lines,
    }
    return answer(request, "services/show.html", context)
