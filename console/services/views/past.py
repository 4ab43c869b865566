from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing import pages
from console.editing.services import target_of
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def as_of(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.as_of(request, target_of(workspace, service_id))


@require_POST
@workspace_page(Effect.CHANGE)
def bring_back(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.bring_back(request, target_of(workspace, service_id))
