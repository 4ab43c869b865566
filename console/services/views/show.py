from django.http import HttpResponse

from console.documents import overview
from console.documents.configuration_warnings import configuration_warnings
from console.documents.jwks_summary import list_keys
from console.documents.kinds import service_target
from console.editing import drafts, pages
from console.history.entries import load_history
from console.history.unresolved import list_unresolved
from console.web.access import ConsoleRequest, Workspace, workspace_page
from console.web.responses import render_page
from tenants.authlete.errors import ForbiddenError, NotFoundError
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def show(request: ConsoleRequest, workspace: Workspace, service_id: int) -> HttpResponse:
    """One service: its sections, keys and recent changes, from a single call."""
    target = service_target(workspace, service_id)
    try:
        service = target.api().get()
    except (NotFoundError, ForbiddenError) as error:
        return pages.deleted(request, target, error)
    edits = drafts.load(target)
    context = target.context(service)
    context |= {
        "sections": overview.section_rows(target.kind, service, edits.values),
        "keys": list_keys(service),
        "unknown": overview.unknown_members(target.kind, service),
        "notes": configuration_warnings(target, service.to_dict()),
        "edits": edits,
        "unsettled": list_unresolved(target, context["name"]),
        "past": load_history(target, context["name"], limit=5).lines[:5],
    }
    return render_page(request, "services/show.html", context)
