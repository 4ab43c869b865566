from django.http import HttpResponse

from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients import rotating
from console.clients.facts import facts
from console.clients.kind import target_of
from console.editing import drafts, overview, pages
from console.editing.history import past
from console.editing.keys import keys
from console.editing.notes import notes
from console.editing.unsettled import unsettled
from console.forms.words import words
from console.page import answer
from console.sentences import CLIENT
from tenants.authlete.errors import Forbidden, NotFound
from tenants.authlete.operation import Effect


@workspace_page(Effect.READ)
def show(
    request: ConsoleRequest, workspace: Workspace, service_id: int, client_id: int
) -> HttpResponse:
    """One client: what it is, its sections, keys and changes, from a single call."""
    target = target_of(workspace, service_id, client_id)
    try:
        client = target.api().get()
    except (NotFound, Forbidden) as error:
        return pages.gone(request, target, error)
    edits = drafts.find(target)
    context = target.context(client)
    _section, source = CLIENT["clientSource"]
    context |= {
        "facts": list(facts(client)),
        "sections": overview.sections(target.kind, client, edits),
        "keys": keys(client),
        "unknown": overview.unknown(target.kind, client),
        "notes": notes(target, client.wire()),
        "source": words(source, client.get("clientSource")),
        "edits": edits,
        "rotation": rotating.find(
            workspace.organization, workspace.region.name, service_id, client_id
        ),
        "unsettled": unsettled(target, context["name"]),
        "past": past(target, context["name"], most=5).lines[:5],
    }
    return answer(request, "clients/show.html", context)
