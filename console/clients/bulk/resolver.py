"""Resolve a selection of all matching clients, and fetch lists of clients."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from operator import or_

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.bulk.kinds import ConnectedRef, Fetched, Matcher
from console.bulk.objects import BulkSelection, SelectedObject
from console.clients.listing.filters import (
    CLIENT_VOCABULARY,
    SERVICE_LIST_FACETS,
    search_text,
    search_value,
)
from console.clients.listing.rows import COLUMNS_BY_NAME, ClientRow
from console.clients.listing.search import ClientSearch
from console.clients.listing.service_list import fetch_all
from console.inventory.coverage import PartialInventoryError
from console.inventory.sync import RegionFreshness
from console.lists.facets import apply_facets
from console.lists.request import ListRequest
from console.models import KnownClient
from console.web.access import Member, Workspace
from tenants.authlete.documents.client import Client
from tenants.authlete.listing import list_all_clients
from tenants.authlete.object_ref import ObjectRef
from tenants.organizations.regions import get_regions

REFS_PER_QUERY = 200  # clients that one statement names
MAX_INDEX_AGE = timedelta(minutes=10)  # of an index that is used without a warning


def fetch_client_lists(pairs: Sequence[ConnectedRef]) -> Iterator[tuple[ObjectRef, Fetched]]:
    """Fetch clients with the lists of their services."""
    services = {ref[:2]: api for ref, api in pairs}
    lists = list_all_clients([(api, number) for (_, number), api in services.items()])
    by_service = dict(zip(services, lists, strict=True))
    for ref, _api in pairs:
        listed = by_service[ref[:2]]
        yield ref, listed.items_by_id.get(ref.client_id, listed.error)


def resolve_all_clients(member: Member, selection: BulkSelection) -> BulkSelection:
    """Return the selection with all clients that match its list now.

    Raises:
        AuthleteError: the matching clients can't be determined.
        PartialInventoryError: clients of some services were never read.

    """
    resolve = _match_in_service if selection.within else _match_in_index
    clients, gaps = resolve(member, selection)
    return replace(selection, objects=clients, warnings=gaps)


def build_client_matcher(member: Member, selection: BulkSelection) -> Matcher:
    """Return whether a client still matches the list that it was selected in."""
    request, services = _parse_query(member, selection)

    def is_matching(ref: ObjectRef, client: Client) -> bool:
        row = replace(
            ClientRow.from_client(ref.region, ref.service_id, client),
            service=services.get(ref[:2], ""),
        )
        rows = request.query.filter([row], lambda _row: search_text(client), search_value)
        matching_rows, _counted = apply_facets(
            request.facets, [(row, 1) for row in rows], request.selected
        )
        return bool(matching_rows)

    return is_matching


def _parse_query(
    member: Member, selection: BulkSelection
) -> tuple[ListRequest, dict[tuple[str, int], str]]:
    """Parse the list's parameters; return them with the names of services."""
    query = QueryDict(selection.query)
    if selection.within:
        return ListRequest(query, CLIENT_VOCABULARY, SERVICE_LIST_FACETS, list(COLUMNS_BY_NAME)), {}
    index = ClientSearch(member)
    names = {location: service.name for location, service in index.services.items()}
    return index.parse_request(query), names


def _match_in_service(
    member: Member, selection: BulkSelection
) -> tuple[list[SelectedObject], list[str]]:
    """Return the matching clients of one service, live, and warnings."""
    region, _slash, number = selection.within.partition("/")
    workspace = Workspace(member, get_regions()[region], member.connect(region))
    request, _names = _parse_query(member, selection)
    page = fetch_all(workspace, int(number), request)
    return _selected_clients(page.matching), [_(page.error.title)] if page.error else []


def _match_in_index(
    member: Member, selection: BulkSelection
) -> tuple[list[SelectedObject], list[str]]:
    """Return the matching clients of all services, as last synced, and warnings."""
    index = ClientSearch(member)
    request = index.parse_request(QueryDict(selection.query))
    if request.query.problem:
        return [], []
    coverage = index.coverage(request)
    if not coverage.is_complete:
        raise PartialInventoryError(coverage)
    gaps = [gap for age in index.freshness() for gap in _freshness_warnings(age)]
    return _selected_clients(index.iter_rows(request)), gaps


def _freshness_warnings(age: RegionFreshness) -> Iterator[str]:
    """Yield why matching clients of a region may be missing."""
    region = age.region.title
    if number := len(age.unreachable_services):
        text = ngettext(
            "%(region)s: %(count)d service didn't respond to the last sync.",
            "%(region)s: %(count)d services didn't respond to the last sync.",
            number,
        )
        yield text % {"region": region, "count": number}
    if age.oldest_sync and timezone.now() - age.oldest_sync > MAX_INDEX_AGE:
        synced_at = localtime(age.oldest_sync)
        text = _("%(region)s: the oldest sync was %(at)s.")
        when = f"{date_format(synced_at, 'j M')}, {synced_at:%H:%M %:z}"
        yield text % {"region": region, "at": when}


def _selected_clients(rows: Iterable[ClientRow]) -> list[SelectedObject]:
    return [SelectedObject(row.region, row.service_id, row.client_id, row.title) for row in rows]


def find_client_names(member: Member, refs: Sequence[ObjectRef]) -> Mapping[ObjectRef, str]:
    """Return the last known names of clients."""
    names: dict[ObjectRef, str] = {}
    for start in range(0, len(refs), REFS_PER_QUERY):
        conditions = [Q(**ref._asdict()) for ref in refs[start : start + REFS_PER_QUERY]]
        clients = KnownClient.objects.filter(
            reduce(or_, conditions), organization=member.organization
        )
        for client in clients:
            ref = ObjectRef(client.region, client.service_id, client.client_id)
            names[ref] = client.name or client.alias
    return names


def client_list_url(member: Member, selection: BulkSelection) -> str:
    """Return the URL of the list that the clients were selected in."""
    slug = member.organization.slug
    path = reverse("clients:index", args=[slug])
    if selection.within:
        path = reverse("clients:service_clients", args=[slug, *selection.within.split("/")])
    return f"{path}?{selection.query}" if selection.query else path
