from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing import pages
from console.editing.services import target_of
from tenants.authlete.operation import Effect


@workspace_page(Effect.CHANGE)
def edit(
    request: ConsoleRequest, workspace: Workspace, service_id: int, section: str
) -> HttpResponse:
    return pages.edit(request, target_of(workspace, service_id), section)


@require_POST
@workspace_page(Effect.CHANGE)
def draft(
    request: ConsoleRequest, workspace: Workspace, service_id: int, section: str
) -> HttpResponse:
    return pages.draft(request, target_of(workspace, service_id), section)


@workspace_page(Effect.CHANGE)
def discard(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.discard(request, target_of(workspace, service_id))


@workspace_page(Effect.CHANGE)
def review(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.review(request, target_of(workspace, service_id))


@workspace_page(Effect.CHANGE)
def merge(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    return pages.merge(request, target_of(workspace, service_id))


@require_POST
@workspace_page(Effect.CHANGE)
def restore(
    request: ConsoleRequest, workspace: Workspace, service_id: int, entry: str
) -> HttpResponse:
    return pages.restore(request, target_of(workspace, service_id), entry)
