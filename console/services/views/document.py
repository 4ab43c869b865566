from django.http import HttpResponse

from console.documents.kinds import service_target
from console.documents.request_preview import format_json
from console.editing import pages
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.responses import render_page
from tenants.authlete.client import CALL_TIMEOUT_SECONDS
from tenants.authlete.errors import AuthleteError
from tenants.authlete.operation import Effect
from tenants.authlete.transport.deadline import Deadline


@workspace_page(Effect.READ)
def fields(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.fields(request, service_target(workspace, service_id))


@workspace_page(Effect.READ)
def document(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.document(request, service_target(workspace, service_id))


@workspace_page(Effect.READ)
def history(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    return pages.history(request, service_target(workspace, service_id))


@workspace_page(Effect.READ)
def change(
    request: ConsoleRequest, workspace: Workspace, service_id: int, entry: str
) -> HttpResponse:
    return pages.change(request, service_target(workspace, service_id), entry)


@workspace_page(Effect.READ)
def discovery(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """What the service's discovery document and key set say, as Authlete makes them."""
    api = workspace.authlete.with_deadline(Deadline(CALL_TIMEOUT_SECONDS)).service(service_id)
    context = service_target(workspace, service_id).context(api.get())
    try:
        context["text"] = format_json(api.get_discovery_document())
    except AuthleteError as error:
        context["error"] = error
    try:
        published = api.get_jwks()
        context["published"] = published
        context["keys"] = format_json({"keys": published.keys}) if published.keys else ""
    except AuthleteError as error:
        context["jwks_error"] = error
    return render_page(request, "services/discovery.html", context)
