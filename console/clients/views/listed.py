from django.http.response import HttpResponseBase

from console.access import ConsoleRequest, Workspace, workspace_page
from console.clients import columns
from console.clients.asked import ASKED, Asked
from console.clients.exporting import KINDS, export
from console.clients.facets import OF_CLIENTS
from console.clients.reading import Shown, every_one, one_page
from console.clients.views.drawing import listing
from console.editing.heading import heading
from console.page import answer, go
from tenants.authlete.operation import Effect

NOTHING = Shown((), 0, 0, 0)


@workspace_page(Effect.READ)
def listed(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponseBase:
    """The clients of one service."""
    asked = Asked(request.GET, ASKED, OF_CLIENTS, list(columns.BY_NAME))
    if asked.query.problem:
        shown = NOTHING
    elif asked.is_whole:
        shown = every_one(workspace, service_id, asked)
    else:
        shown = one_page(workspace, service_id, asked)
    if asked.download in KINDS:
        return _file(workspace, service_id, asked, shown)
    if shown.total and not shown.rows:
        last = (shown.total - 1) // asked.size + 1
        return go(request, request.path + asked.path(page=last))
    return answer(
        request,
        "clients/listed.html",
        {
            "workspace": workspace,
            **heading(workspace, service_id),
            "within": f"{workspace.region.name}/{service_id}",
            **listing(request, workspace.member, asked, shown),
        },
        part="list",
    )


def _file(
    workspace: Workspace, service_id: int, asked: Asked, shown: Shown
) -> HttpResponseBase:
    """Raises where not all of them could be read: half a file looks whole."""
    if shown.error:
        raise shown.error
    return export(
        workspace.member,
        asked.download,
        shown.fitting,
        shown.total,
        asked.filter,
        region=workspace.region.name,
        service=str(service_id),
    )
