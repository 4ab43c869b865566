from django.http import HttpResponse

from console.documents import overview
from console.documents.configuration_warnings import configuration_warnings
from console.documents.jwks_summary import list_keys
from console.documents.kinds import service_target
from console.documents.request_preview import format_json
from console.editing import drafts
from console.history.entries import load_history
from console.history.pages.deleted import deleted
from console.history.unresolved import list_unresolved
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.responses import render_page
from tenants.authlete.client import CALL_TIMEOUT_SECONDS
from tenants.authlete.errors import AuthleteError, ForbiddenError, NotFoundError
from tenants.authlete.operation import Effect
from tenants.authlete.transport.deadline import Deadline


@workspace_page(Effect.READ)
def show(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Show the overview of a service."""
    target = service_target(workspace, service_id)
    try:
        service = target.api().get()
    except (NotFoundError, ForbiddenError) as error:
        return deleted(request, target, error)
    edits = drafts.load(target)
    context = target.context(service)
    context |= {
        "sections": overview.section_rows(target.kind, service, edits.values),
        "keys": list_keys(service),
        "unknown": overview.unknown_members(target.kind, service),
        "notes": configuration_warnings(target, service.to_dict()),
        "edits": edits,
        "unresolved_entries": list_unresolved(target, context["name"]),
        "past": load_history(target, context["name"], limit=5).lines[:5],
    }
    return render_page(request, "services/show.html", context)


@workspace_page(Effect.READ)
def discovery(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """Show the discovery document and key set that Authlete publishes."""
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
