from django.http import HttpResponse
from django.views.decorators.http import require_POST

from console.clients.kind import client_target
from console.editing import pages
from console.web.access import ConsoleRequest, Workspace, workspace_page
from tenants.authlete.operation import Effect


@workspace_page(Effect.CHANGE)
def edit(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    section: str,
) -> HttpResponse:
    return pages.edit(request, client_target(workspace, service_id, client_id), section)


@require_POST
@workspace_page(Effect.CHANGE)
def draft(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    section: str,
) -> HttpResponse:
    return pages.draft(request, client_target(workspace, service_id, client_id), section)


@workspace_page(Effect.CHANGE)
def discard(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.discard(request, client_target(workspace, service_id, client_id))


@workspace_page(Effect.CHANGE)
def review(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.review(request, client_target(workspace, service_id, client_id))


@workspace_page(Effect.CHANGE)
def merge(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.merge(request, client_target(workspace, service_id, client_id))


@require_POST
@workspace_page(Effect.CHANGE)
def restore(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    entry: str,
) -> HttpResponse:
    return pages.restore(request, client_target(workspace, service_id, client_id), entry)
