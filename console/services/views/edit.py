from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.documents.kinds import service_target
from console.editing import pages
from console.web.access import ConsoleRequest, Workspace, workspace_page
from tenants.authlete.operation import Effect


@workspace_page(Effect.CHANGE)
def edit(
    request: ConsoleRequest, workspace: Workspace, service_id: int, section: str
) -> HttpResponse:
    return pages.edit(request, service_target(workspace, service_id), section)


@require_POST
@workspace_page(Effect.CHANGE)
def draft(
    request: ConsoleRequest, workspace: Workspace, service_id: int, section: str
) -> HttpResponse:
    return pages.draft(request, service_target(workspace, service_id), section)


@workspace_page(Effect.CHANGE)
def discard(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.discard(request, service_target(workspace, service_id))


@workspace_page(Effect.CHANGE)
def review(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.review(request, service_target(workspace, service_id))


@workspace_page(Effect.CHANGE)
def merge(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.merge(request, service_target(workspace, service_id))


@require_POST
@workspace_page(Effect.CHANGE)
def restore(
    request: ConsoleRequest, workspace: Workspace, service_id: int, entry: str
) -> HttpResponse:
    return pages.restore(request, service_target(workspace, service_id), entry)
