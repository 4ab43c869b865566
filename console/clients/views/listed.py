from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from console.access import ConsoleRequest, Member, Workspace, workspace_page
from console.clients import columns
from console.clients.asked import ASKED, SIZES, Asked
from console.clients.exporting import KINDS, export
from console.clients.facets import OF_CLIENTS, TYPE
from console.clients.paths import ServicePages
from console.clients.reading import Shown, every_one, one_page
from console.models import KnownService
from console.navigation import path_of
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
            **_service(workspace, service_id),
            "within": f"{workspace.region.name}/{service_id}",
            **listing(request, workspace.member, asked, shown),
        },
        part="list",
    )


def listing(
    request: ConsoleRequest, member: Member, asked: Asked, shown: Shown
) -> dict[str, Any]:
    """What the templates draw a list with."""
    limited = any(row.is_limited for row in shown.rows)
    wanted = ["type"] if limited else columns.chosen(request.user)
    facets = (TYPE,) if limited else asked.facets
    slug = member.organization.slug
    return {
        "member": member,
        "opened": _opened(request),
        "bulk": path_of("clients:bulk", slug) if member.may(Effect.CHANGE) else "",
        "leads": bool(path_of("clients:show", slug, "us", "1", "1")),
        "asked": asked,
        "query": asked.query,
        "shown": shown,
        "sizes": SIZES,
        "columns": [columns.NAME, *(columns.BY_NAME[name] for name in wanted)],
        "wanted": wanted,
        "locked": _("locked"),
        "limited": limited,
        "facets": [(one, asked.links(one, shown.counted)) for one in facets],
        "chips": list(asked.chips()),
        "previous": asked.path(page=asked.page - 1) if shown.start > 1 else "",
        "next": asked.path(page=asked.page + 1) if shown.end < shown.total else "",
    }


def _opened(request: ConsoleRequest) -> bool:
    """Whether a link of the filters was followed: they stay open then."""
    return bool(request.htmx) and str(request.htmx.trigger).startswith("facet-")


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


def _service(workspace: Workspace, service_id: int) -> dict[str, Any]:
    """What its pages are headed with, as it was last seen: it is not asked for."""
    known = KnownService.objects.filter(
        organization=workspace.organization,
        region=workspace.region.name,
        service_id=service_id,
    ).first()
    return {
        "target": ServicePages(workspace, service_id),
        "name": known.name if known else "",
        "service": {
            "api_key": service_id,
            "service_name": known.name if known else "",
            "issuer": known.issuer if known else "",
        },
    }
