from django.http import HttpResponse

from console.audit_log.change_descriptions import CLIENT_SETTINGS
from console.clients.kind import client_target
from console.clients.rotation import lifecycle
from console.clients.summary import summarize_client
from console.documents import overview
from console.documents.configuration_warnings import configuration_warnings
from console.documents.jwks_summary import list_keys
from console.editing import drafts
from console.forms.value_text import format_value
from console.history.entries import load_history
from console.history.pages.deleted import deleted
from console.history.unresolved import list_unresolved
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.responses import render_page
from tenants.authlete.errors import ForbiddenError, NotFoundError
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """Show the overview of a client."""
    target = client_target(workspace, service_id, client_id)
    try:
        client = target.api().get()
    except (NotFoundError, ForbiddenError) as error:
        return deleted(request, target, error)
    edits = drafts.load(target)
    context = target.context(client)
    _section, source = CLIENT_SETTINGS["clientSource"]
    context |= {
        "facts": list(summarize_client(client)),
        "sections": overview.section_rows(target.kind, client, edits.values),
        "keys": list_keys(client),
        "unknown": overview.unknown_members(target.kind, client),
        "notes": configuration_warnings(target, client.to_dict()),
        "source": format_value(source, client.get("clientSource")),
        "edits": edits,
        "rotation": lifecycle.find_rotation(
            workspace.organization, workspace.region.name, service_id, client_id
        ),
        "unresolved_entries": list_unresolved(target, context["name"]),
        "past": load_history(target, context["name"], limit=5).lines[:5],
    }
    return render_page(request, "clients/show.html", context)
