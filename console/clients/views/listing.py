"""The list of all clients, and the list of the clients of one service."""

from dataclasses import replace
from typing import Any

from django.http.response import HttpResponseBase

from console.clients.listing import columns
from console.clients.listing.filters import CLIENT_VOCABULARY, SERVICE_LIST_FACETS, TYPE_FACET
from console.clients.listing.refresh import RefreshResult, refresh_clients
from console.clients.listing.rows import ClientRow
from console.clients.listing.search import SORT_COLUMNS, ClientSearch
from console.clients.listing.service_list import fetch_all, fetch_page
from console.clients.rotation.lifecycle import open_rotations
from console.documents.service_header import service_header_context
from console.lists.export import CONTENT_TYPES, export_rows
from console.lists.page import ListPage
from console.lists.request import ListRequest, list_context
from console.web.access import (
    ConsoleRequest,
    Member,
    Workspace,
    organization_page,
    workspace_page,
)
from console.web.navigation import optional_path
from console.web.responses import redirect_to, render_page
from tenants.audit.events import CLIENTS_EXPORTED
from tenants.authlete.operation import Effect


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the clients of all services, as last synced."""
    search, refreshed = ClientSearch(member), None
    if search.is_empty and member.regions():
        refreshed = refresh_clients(member)
        search = ClientSearch(member)
    asked = search.parse_request(request.GET)
    page = search.find_page(asked)
    if asked.download in CONTENT_TYPES and not asked.query.problem:
        return export_rows(
            member,
            CLIENTS_EXPORTED,
            "clients",
            columns.EXPORT_FIELDS,
            search.iter_rows(asked),
            count=page.total,
            filter_query=asked.filter_query,
            file_format=asked.download,
        )
    if page.total and not page.rows:
        return redirect_to(request, request.path + asked.page_url(page.last_page(asked.size)))
    context = _list_context(request, member, asked, page) | _index_context(search, refreshed)
    return render_page(request, "clients/index.html", context, part="list")


def _index_context(search: ClientSearch, refreshed: RefreshResult | None) -> dict[str, Any]:
    wanted = columns.chosen_columns(search.member.user)
    shown = [
        columns.NAME_COLUMN,
        columns.SERVICE_COLUMN,
        *(columns.COLUMNS_BY_NAME[name] for name in wanted),
    ]
    ages = search.freshness()
    return {
        "fleet": True,
        "within": "",
        "refreshed": refreshed,
        "ages": ages,
        "silent": sum(len(age.unreachable_services) for age in ages),
        "problems": [problem for age in ages for problem in age.problems],
        "services": sum(age.service_count for age in ages),
        "wanted": wanted,
        "columns": [replace(column, is_sortable=column.name in SORT_COLUMNS) for column in shown],
    }


@workspace_page(Effect.READ)
def service_clients(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponseBase:
    """List the clients of one service, live."""
    asked = ListRequest(
        request.GET, CLIENT_VOCABULARY, SERVICE_LIST_FACETS, list(columns.COLUMNS_BY_NAME)
    )
    if asked.query.problem:
        page = ListPage[ClientRow]()
    elif asked.needs_all:
        page = fetch_all(workspace, service_id, asked)
    else:
        page = fetch_page(workspace, service_id, asked)
    if asked.download in CONTENT_TYPES:
        if page.error:
            raise page.error  # rather than export a part that looks whole
        return export_rows(
            workspace.member,
            CLIENTS_EXPORTED,
            "clients",
            columns.EXPORT_FIELDS,
            page.matching,
            count=page.total,
            filter_query=asked.filter_query,
            file_format=asked.download,
            region=workspace.region.name,
            service=str(service_id),
        )
    if page.total and not page.rows:
        return redirect_to(request, request.path + asked.page_url(page.last_page(asked.size)))
    context = {
        "workspace": workspace,
        **service_header_context(workspace, service_id),
        "within": f"{workspace.region.name}/{service_id}",
        **_list_context(request, workspace.member, asked, page),
    }
    return render_page(request, "clients/service_clients.html", context, part="list")


def _list_context(
    request: ConsoleRequest, member: Member, asked: ListRequest, page: ListPage[ClientRow]
) -> dict[str, Any]:
    limited = any(row.is_limited for row in page.rows)
    wanted = ["type"] if limited else columns.chosen_columns(request.user)
    slug = member.organization.slug
    context = list_context(request, asked, page) | {
        "member": member,
        "bulk": optional_path("clients:bulk_select", slug) if member.can(Effect.CHANGE) else "",
        "links_to_clients": bool(optional_path("clients:show", slug, "us", "1", "1")),
        "columns": [
            columns.NAME_COLUMN,
            *(columns.COLUMNS_BY_NAME[name] for name in wanted),
        ],
        "wanted": wanted,
        "rotating": {"/".join(map(str, key)) for key in open_rotations(member.organization)},
        "limited": limited,
    }
    if limited:
        context["facets"] = [(TYPE_FACET, asked.facet_links(TYPE_FACET, page.facet_counts))]
    return context
