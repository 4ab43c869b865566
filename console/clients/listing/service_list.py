"""The clients of one service: one page of them as Authlete has them, or all of them
at once, which alone can be searched, counted and sorted."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.paginator import Paginator

from console.clients.listing.columns import COLUMNS_BY_NAME
from console.clients.listing.facets import FacetCounts, apply_facets
from console.clients.listing.request import ClientListRequest, search_text, search_value
from console.clients.listing.rows import ClientRow
from console.inventory.index import index_clients
from console.web.access import Workspace
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import list_all_clients


@dataclass(frozen=True, slots=True)
class ClientListPage:
    """One page of a list, and what is known of the rest."""

    rows: Sequence[ClientRow]
    start: int  # of the first row, counted from one; 0 where there is none
    total: int  # how many fit
    total_known: int  # how many there are
    facet_counts: FacetCounts | None = None  # None: not all of them were looked at
    matching: Sequence[ClientRow] = field(default=(), repr=False)  # all that fit, for a file
    error: AuthleteError | None = None  # why some are missing
    scan_limit: int = 0  # where there are more than are looked at: how many were

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1 if self.rows else self.start


def fetch_page(workspace: Workspace, service_id: int, request: ClientListRequest) -> ClientListPage:
    """One call; when it shows all that there are, they are counted as well."""
    start = (request.page - 1) * request.size
    api = workspace.authlete.service(service_id).clients
    page = api.list(start=start, end=start + request.size)
    found = page.clients or []
    if start == 0 and len(found) == page.total_count:
        return _filter_clients(workspace, service_id, request, found, page.total_count)
    rows = [ClientRow.from_client(workspace.region.name, service_id, one) for one in found]
    return ClientListPage(rows, start + 1 if rows else 0, page.total_count, page.total_count)


def fetch_all(workspace: Workspace, service_id: int, request: ClientListRequest) -> ClientListPage:
    """All of them, page by page and at once; raises where none could be read."""
    (listed,) = list_all_clients([(workspace.authlete, service_id)])
    if listed.error and not listed.items_by_id:
        raise listed.error
    return _filter_clients(
        workspace,
        service_id,
        request,
        listed.items,
        listed.total,
        listed.error,
        listed.kind.max_items if listed.is_truncated else 0,
    )


def _filter_clients(
    workspace: Workspace,
    service_id: int,
    request: ClientListRequest,
    clients: Sequence[Client],
    total: int,
    error: AuthleteError | None = None,
    scan_limit: int = 0,
) -> ClientListPage:
    """What of ``clients`` is asked for, in the order that is asked for."""
    region = workspace.region.name
    rows = [(ClientRow.from_client(region, service_id, one), one) for one in clients]
    if error is None and not any(row.is_limited for row, _ in rows):
        index_clients(workspace.organization, region, service_id, clients)
    named = request.query.filter(
        rows,
        lambda one: search_text(one[1]),
        lambda one, member: search_value(one[1], member, one[0]),
    )
    found, counted = apply_facets(request.facets, ((row, 1) for row, _ in named), request.chosen)
    if request.sort:
        column = COLUMNS_BY_NAME[request.sort.removeprefix("-")]
        found.sort(key=column.sort_key, reverse=request.sort.startswith("-"))
    page = Paginator(found, request.size).get_page(request.page)
    return ClientListPage(
        list(page),
        page.start_index(),
        len(found),
        total,
        counted,
        found,
        error,
        scan_limit,
    )
