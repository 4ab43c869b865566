from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.editing import drafts, overview, pages
from console.editing.history import past
from console.editing.keys import keys
from console.editing.notes import notes
from console.editing.services import target_of
from console.editing.unsettled import unsettled
from console.page import answer
from tenants.authlete.errors import Forbidden, NotFound
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponse:
    """One service: its sections, keys and recent changes, from a single call."""
    target = target_of(workspace, service_id)
    try:
        service = target.api().get()
    except (NotFound, Forbidden) as error:
        return pages.gone(request, target, error)
    edits = drafts.find(target)
    context = target.context(service)
    context |= {
        "sections": overview.sections(target.kind, service, edits),
        "keys": keys(service),
        "unknown": overview.unknown(target.kind, service),
        "notes": notes(target, service.wire()),
        "edits": edits,
        "unsettled": unsettled(target, context["name"]),
        "past": past(target, context["name"], most=5).lines[:5],
    }
    return answer(request, "services/show.html", context)
