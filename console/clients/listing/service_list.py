"""The live list of the clients of one service.

Authlete pages it and cannot search it. Search, facets, sorting and export read all
clients first.
"""

from collections.abc import Sequence
from dataclasses import replace

from console.clients.listing.filters import search_text, search_value
from console.clients.listing.rows import COLUMNS_BY_NAME, ClientRow
from console.inventory.index import clients_of_service, index_clients
from console.lists.facets import apply_facets
from console.lists.request import ListPage, ListRequest
from console.models import KnownService
from console.web.access import Workspace
from console.web.outages import Outage, is_outage
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import list_all_clients


def fetch_page(workspace: Workspace, service_id: int, request: ListRequest) -> ListPage[ClientRow]:
    """Fetch the requested page in one call; facets have counts if it holds all clients."""
    start = (request.page - 1) * request.size
    api = workspace.authlete.service(service_id).clients
    page = api.list(start=start, end=start + request.size)
    clients = page.clients or []
    if start == 0 and len(clients) == page.total_count:
        return _filter_clients(workspace, service_id, request, clients, page.total_count)
    rows = [ClientRow.from_client(workspace.region.name, service_id, client) for client in clients]
    return ListPage(rows, start + 1 if rows else 0, page.total_count, page.total_count)


def fetch_all(workspace: Workspace, service_id: int, request: ListRequest) -> ListPage[ClientRow]:
    """Fetch all clients at once, and return the requested page of the matching ones.

    Raises:
        AuthleteError: no client could be read.

    """
    (listing,) = list_all_clients([(workspace.authlete, service_id)])
    if listing.error and not listing.items_by_id:
        raise listing.error
    page = _filter_clients(
        workspace,
        service_id,
        request,
        listing.items,
        listing.total,
        is_complete=listing.error is None,
    )
    scan_limit = listing.kind.max_items if listing.is_truncated else 0
    return replace(page, error=listing.error, scan_limit=scan_limit)


def _filter_clients(
    workspace: Workspace,
    service_id: int,
    request: ListRequest,
    clients: Sequence[Client],
    total: int,
    *,
    is_complete: bool = True,
) -> ListPage[ClientRow]:
    region = workspace.region.name
    pairs = [(ClientRow.from_client(region, service_id, client), client) for client in clients]
    if is_complete and not any(row.is_limited for row, _ in pairs):
        index_clients(workspace.organization, region, service_id, clients)
    matches = request.query.filter(
        pairs, lambda pair: search_text(pair[1]), lambda pair, member: search_value(pair[0], member)
    )
    return _paginate(request, [row for row, _ in matches], total)


def find_list_outage(workspace: Workspace, service_id: int, error: AuthleteError) -> Outage | None:
    """Return the outage during which the clients as last synced can be listed."""
    services = KnownService.objects.filter(
        organization=workspace.organization, region=workspace.region.name, service_id=service_id
    )
    synced_at = services.values_list("clients_at", flat=True).first()
    return Outage(error, synced_at, is_intact=True) if synced_at and is_outage(error) else None


def load_last_synced(
    workspace: Workspace, service_id: int, request: ListRequest
) -> ListPage[ClientRow]:
    """Return the requested page of the clients as last synced."""
    known = clients_of_service(workspace.organization, workspace.region.name, service_id)
    pairs = [
        (ClientRow.from_known(client, "", is_stale=True), client.words)
        for client in known.select_related("profile").order_by("rank", "client_id")
    ]
    matches = request.query.filter(
        pairs, lambda pair: pair[1], lambda pair, member: search_value(pair[0], member)
    )
    return _paginate(request, [row for row, _ in matches], len(pairs))


def _paginate(
    request: ListRequest, matches: Sequence[ClientRow], total: int
) -> ListPage[ClientRow]:
    rows, counts = apply_facets(request.facets, ((row, 1) for row in matches), request.selected)
    if request.sort:
        column = COLUMNS_BY_NAME[request.sort_column]
        rows.sort(key=column.sort_key, reverse=request.is_descending)
    return request.paginate(rows, total_known=total, facet_counts=counts)
