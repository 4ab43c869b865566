"""What the templates of both lists of clients are drawn from."""

from dataclasses import replace
from typing import Any

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from console.clients.listing import columns
from console.clients.listing.export import CONTENT_TYPES, export_clients
from console.clients.listing.facets import SERVICE_LIST_FACETS, TYPE_FACET
from console.clients.listing.refresh import RefreshResult, refresh_clients
from console.clients.listing.request import (
    CLIENT_VOCABULARY,
    PAGE_SIZES,
    ClientListRequest,
)
from console.clients.listing.search import SORT_COLUMNS, ClientSearch
from console.clients.listing.service_list import ClientListPage, fetch_all, fetch_page
from console.clients.rotation.lifecycle import open_rotations
from console.documents.service_header import service_header_context
from console.web.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.web.navigation import optional_path
from console.web.responses import redirect_to, render_page
from tenants.authlete.operation import Effect


def list_context(
    request: ConsoleRequest,
    member: Member,
    list_request: ClientListRequest,
    list_page: ClientListPage,
) -> dict[str, Any]:
    """What the templates draw a list with."""
    limited = any(row.is_limited for row in list_page.rows)
    wanted = ["type"] if limited else columns.chosen_columns(request.user)
    facets = (TYPE_FACET,) if limited else list_request.facets
    slug = member.organization.slug
    page = (list_page.start - 1) // list_request.size + 1  # which need not be the one asked for
    return {
        "member": member,
        "opened": _keep_filters_open(request),
        "bulk": optional_path("clients:bulk_select", slug) if member.can(Effect.CHANGE) else "",
        "leads": bool(optional_path("clients:show", slug, "us", "1", "1")),
        "asked": list_request,
        "query": list_request.query,
        "shown": list_page,
        "sizes": PAGE_SIZES,
        "columns": [
            columns.NAME_COLUMN,
            *(columns.COLUMNS_BY_NAME[name] for name in wanted),
        ],
        "wanted": wanted,
        "locked": _("locked"),
        "rotating": {"/".join(map(str, place)) for place in open_rotations(member.organization)},
        "limited": limited,
        "facets": [(one, list_request.facet_links(one, list_page.facet_counts)) for one in facets],
        "chips": list(list_request.selected_links()),
        "previous": list_request.url_with(page=page - 1) if list_page.start > 1 else "",
        "next": list_request.url_with(page=page + 1) if list_page.end < list_page.total else "",
    }


def _keep_filters_open(request: ConsoleRequest) -> bool:
    """Whether a link of the filters was followed: they stay open then."""
    return bool(request.htmx) and str(request.htmx.trigger).startswith("facet-")


EMPTY_PAGE = ClientListPage((), 0, 0, 0)


@workspace_page(Effect.READ)
def service_clients(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponseBase:
    """The clients of one service."""
    asked = ClientListRequest(
        request.GET,
        CLIENT_VOCABULARY,
        SERVICE_LIST_FACETS,
        list(columns.COLUMNS_BY_NAME),
    )
    if asked.query.problem:
        shown = EMPTY_PAGE
    elif asked.needs_all:
        shown = fetch_all(workspace, service_id, asked)
    else:
        shown = fetch_page(workspace, service_id, asked)
    if asked.download in CONTENT_TYPES:
        return _export(workspace, service_id, asked, shown)
    if shown.total and not shown.rows:
        last = (shown.total - 1) // asked.size + 1
        return redirect_to(request, request.path + asked.url_with(page=last))
    return render_page(
        request,
        "clients/service_clients.html",
        {
            "workspace": workspace,
            **service_header_context(workspace, service_id),
            "within": f"{workspace.region.name}/{service_id}",
            **list_context(request, workspace.member, asked, shown),
        },
        part="list",
    )


def _export(
    workspace: Workspace,
    service_id: int,
    asked: ClientListRequest,
    shown: ClientListPage,
) -> HttpResponseBase:
    """Raises where not all of them could be read: half a file looks whole."""
    if shown.error:
        raise shown.error
    return export_clients(
        workspace.member,
        asked.download,
        shown.matching,
        shown.total,
        asked.filter_query,
        region=workspace.region.name,
        service=str(service_id),
    )


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """Every client of every service, as they were last seen."""
    known, refreshed = ClientSearch(member), None
    if known.is_empty and member.regions():
        refreshed = refresh_clients(member)
        known = ClientSearch(member)
    asked = known.parse_request(request.GET)
    shown = known.find_page(asked)
    if asked.download in CONTENT_TYPES and not asked.query.problem:
        rows = known.iter_rows(asked)
        return export_clients(member, asked.download, rows, shown.total, asked.filter_query)
    if shown.total and not shown.rows:
        last = (shown.total - 1) // asked.size + 1
        return redirect_to(request, request.path + asked.url_with(page=last))
    context = list_context(request, member, asked, shown) | _index_context(known, refreshed)
    return render_page(request, "clients/index.html", context, part="list")


def _index_context(known: ClientSearch, refreshed: RefreshResult | None) -> dict[str, Any]:
    wanted = columns.chosen_columns(known.member.user)
    shown = [
        columns.NAME_COLUMN,
        columns.SERVICE_COLUMN,
        *(columns.COLUMNS_BY_NAME[one] for one in wanted),
    ]
    ages = known.freshness()
    return {
        "fleet": True,
        "within": "",
        "refreshed": refreshed,
        "ages": ages,
        "silent": sum(len(age.unreachable_services) for age in ages),
        "problems": [one for age in ages for one in age.problems],
        "services": sum(age.service_count for age in ages),
        "wanted": wanted,
        "columns": [replace(one, is_sortable=one.name in SORT_COLUMNS) for one in shown],
    }
