"""Lists of clients, their columns, and refreshing them."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from console.clients.listing import rows
from console.clients.listing.filters import CLIENT_VOCABULARY, SERVICE_LIST_FACETS, TYPE_FACET
from console.clients.listing.refresh import FirstSync, load_progress, start_sync, sync_first
from console.clients.listing.rows import ClientRow
from console.clients.listing.search import SORT_COLUMNS, ClientSearch
from console.clients.listing.service_list import (
    fetch_all,
    fetch_page,
    find_list_outage,
    load_last_synced,
)
from console.clients.rotation.lifecycle import open_rotations
from console.documents.kinds import service_header_context
from console.inventory.column_page import render_columns
from console.inventory.coverage import measure_coverage
from console.inventory.finding_badges import find_badges
from console.inventory.setting_columns import SettingColumn, export_fields
from console.lists.export import CONTENT_TYPES, export_rows
from console.lists.request import ListPage, ListRequest, list_context
from console.web.access import ConsoleRequest, Member, Workspace, organization_page, workspace_page
from console.web.navigation import optional_path
from console.web.outages import as_read_only
from console.web.responses import redirect_to, render_page
from tenants.audit.events import CLIENTS_EXPORTED
from tenants.authlete.errors import AuthleteError
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.operation import Effect
from tenants.jobs.leases import is_due
from tenants.jobs.models import Job
from tenants.jobs.queue import has_live_worker

SYNC_POLL_SECONDS = 2  # between two looks of a browser at a sync


@organization_page(Effect.READ)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the clients of all services, as last synced."""
    setting_columns = _setting_columns(request)
    search, first_sync = ClientSearch(member, has_settings=bool(setting_columns)), None
    if search.is_empty and member.regions():
        first_sync = sync_first(member)
        search = ClientSearch(member, has_settings=bool(setting_columns))
    list_request = search.parse_request(request.GET)
    page = search.find_page(list_request)
    if list_request.download in CONTENT_TYPES and not list_request.query.problem:
        return export_rows(
            request,
            member,
            CLIENTS_EXPORTED,
            "clients",
            {**rows.EXPORT_FIELDS, **export_fields(setting_columns)},
            search.iter_rows(list_request),
            count=page.total,
            filter_query=list_request.filter_query,
            file_format=list_request.download,
        )
    if page.total and not page.rows:
        return redirect_to(
            request, request.path + list_request.page_url(page.last_page(list_request.size))
        )
    page = replace(page, rows=search.load_settings(page.rows))
    context = _list_context(request, member, list_request, page) | _index_context(
        search, list_request, first_sync
    )
    return render_page(request, "clients/index.html", context, part="list")


def _index_context(
    search: ClientSearch, list_request: ListRequest, first_sync: FirstSync | None
) -> dict[str, Any]:
    expected = rows.COLUMN_CHOICE.chosen(search.member.user, list_request.params)
    list_columns = [
        rows.NAME_COLUMN,
        rows.SERVICE_COLUMN,
        *(rows.COLUMNS_BY_NAME[name] for name in expected if name in rows.COLUMNS_BY_NAME),
    ]
    syncs = _sync_context(search)
    ages = syncs["ages"]
    return syncs | {
        "spans_services": True,
        "within": "",
        "first_sync": first_sync,
        "silent": sum(len(age.unreachable_services) for age in ages),
        "problems": [problem for age in ages for problem in age.problems],
        "inventory": measure_coverage(search.services.values()),
        "coverage": search.coverage(list_request),
        "wanted": expected,
        "columns": [
            replace(column, is_sortable=column.name in SORT_COLUMNS) for column in list_columns
        ],
    }


@workspace_page(Effect.READ)
def service_clients(
    request: ConsoleRequest, workspace: Workspace, service_id: int
) -> HttpResponseBase:
    """List the clients of one service, live."""
    list_request = ListRequest(
        request.GET, CLIENT_VOCABULARY, SERVICE_LIST_FACETS, list(rows.COLUMNS_BY_NAME)
    )
    outage = None
    try:
        page = _fetch(workspace, service_id, list_request)
    except AuthleteError as error:
        outage = find_list_outage(workspace, service_id, error)
        if outage is None or list_request.download:
            raise
        workspace = as_read_only(workspace)
        page = load_last_synced(workspace, service_id, list_request)
    if list_request.download in CONTENT_TYPES:
        if page.error:
            raise page.error  # rather than export a part that looks whole
        return export_rows(
            request,
            workspace.member,
            CLIENTS_EXPORTED,
            "clients",
            {**rows.EXPORT_FIELDS, **export_fields(_setting_columns(request))},
            page.matching,
            count=page.total,
            filter_query=list_request.filter_query,
            file_format=list_request.download,
            region=workspace.region.name,
            service=str(service_id),
        )
    if page.total and not page.rows:
        return redirect_to(
            request, request.path + list_request.page_url(page.last_page(list_request.size))
        )
    context = {
        "workspace": workspace,
        "outage": outage,
        **service_header_context(workspace, service_id),
        "within": f"{workspace.region.name}/{service_id}",
        **_list_context(request, workspace.member, list_request, page),
    }
    return render_page(request, "clients/service_clients.html", context, part="list")


def _fetch(workspace: Workspace, service_id: int, list_request: ListRequest) -> ListPage[ClientRow]:
    if list_request.query.problem:
        return ListPage[ClientRow]()
    fetch = fetch_all if list_request.needs_all else fetch_page
    return fetch(workspace, service_id, list_request)


def _list_context(
    request: ConsoleRequest, member: Member, list_request: ListRequest, page: ListPage[ClientRow]
) -> dict[str, Any]:
    limited = any(row.is_limited for row in page.rows)
    expected = ["type"] if limited else rows.COLUMN_CHOICE.chosen(request.user, request.GET)
    slug = member.organization.slug
    context = list_context(request, list_request, page) | {
        "member": member,
        "bulk": optional_path("clients:bulk_select", slug) if member.can(Effect.CHANGE) else "",
        "links_to_clients": bool(optional_path("clients:show", slug, "us", "1", "1")),
        "columns": [
            rows.NAME_COLUMN,
            *(rows.COLUMNS_BY_NAME[name] for name in expected if name in rows.COLUMNS_BY_NAME),
        ],
        "setting_columns": rows.COLUMN_CHOICE.setting_columns(expected),
        "wanted": expected,
        "finding_badges": find_badges(
            member.organization,
            [ObjectRef(row.region, row.service_id, row.client_id) for row in page.rows],
        ),
        "rotating": {"/".join(map(str, key)) for key in open_rotations(member.organization)},
        "limited": limited,
    }
    if limited:
        context["facets"] = [(TYPE_FACET, list_request.facet_links(TYPE_FACET, page.facet_counts))]
    return context


def _setting_columns(request: ConsoleRequest) -> list[SettingColumn]:
    choice = rows.COLUMN_CHOICE
    return choice.setting_columns(choice.chosen(request.user, request.GET))


@organization_page(Effect.READ)
def columns(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Choose the columns of client lists."""
    list_url = reverse("clients:index", args=[member.organization.slug])
    return render_columns(request, member, rows.COLUMN_CHOICE, list_url, "clients/columns.html")


@organization_page(Effect.READ)
def refresh(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Start the sync of all clients, or show its progress."""
    return_url = reverse("clients:index", args=[member.organization.slug])
    if request.method == "POST":
        if start_sync(member):
            messages.success(request, _("Sync started. The list fills as services are read."))
        else:
            messages.info(request, _("A sync is already running."))
        return redirect_to(request, return_url)
    context = {"member": member, "back": return_url} | _sync_context(ClientSearch(member))
    return render_page(request, "clients/refresh.html", context, part="ages")


def _sync_context(search: ClientSearch) -> dict[str, Any]:
    """Return the ages of all regions and the progress of their syncs."""
    ages = search.freshness()
    running = load_progress(search.member.organization)
    jobs = Job.objects.filter(pk__in=[sync.job.pk for sync in running.values()])
    return {
        "ages": ages,
        "syncs": [(age, running.get(age.region.name)) for age in ages],
        "sync_stalled": jobs.filter(is_due()).exists() and not has_live_worker(),
        "sync_poll_seconds": SYNC_POLL_SECONDS if running else 0,
    }
