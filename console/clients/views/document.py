from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients.kind import target_of
from console.editing import pages
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def fields(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.fields(request, target_of(workspace, service_id, client_id))


@workspace_page(Effect.READ)
def document(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.document(request, target_of(workspace, service_id, client_id))


@workspace_page(Effect.READ)
def history(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    return pages.history(request, target_of(workspace, service_id, client_id))


@workspace_page(Effect.READ)
def saved(
    request: ConsoleRequest,
    workspace: Workspace,
    service_id: int,
    client_id: int,
    entry: str,
) -> HttpResponse:
    return pages.saved(request, target_of(workspace, service_id, client_id), entry)
