from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.documents.kinds import service_target
from console.editing import pages
from console.web.access import ConsoleRequest, Workspace, workspace_page
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def version_at(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.version_at(request, service_target(workspace, service_id))


@require_POST
@workspace_page(Effect.CHANGE)
def restore_version(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.restore_version(request, service_target(workspace, service_id))
