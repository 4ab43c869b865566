from django.http import HttpResponse

from console.clients.kind import client_target
from console.editing import pages
from console.web.access import ConsoleRequest, Workspace, workspace_page
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def fields(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.fields(request, client_target(workspace, service_id, client_id))


@workspace_page(Effect.READ)
def document(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.document(request, client_target(workspace, service_id, client_id))


@workspace_page(Effect.READ)
def history(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.history(request, client_target(workspace, service_id, client_id))


@workspace_page(Effect.READ)
def change(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    entry: str,
) -> HttpResponse:
    return pages.change(request, client_target(workspace, service_id, client_id), entry)
