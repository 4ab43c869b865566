"""Resolve a submitted selection to the clients that match now."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial, reduce
from operator import or_
from typing import Protocol

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.clients.bulk.forms import BulkSelectForm
from console.clients.bulk.selections import ClientSelection, SelectedClient
from console.clients.listing.filters import (
    CLIENT_VOCABULARY,
    SERVICE_LIST_FACETS,
    search_text,
    search_value,
)
from console.clients.listing.rows import COLUMNS_BY_NAME, ClientRow
from console.clients.listing.search import ClientSearch
from console.clients.listing.service_list import fetch_all
from console.inventory.coverage import InventoryCoverage
from console.inventory.sync import RegionFreshness
from console.lists.facets import apply_facets
from console.lists.request import ListRequest
from console.models import KnownClient
from console.models.findings import open_findings
from console.web.access import Member, Workspace
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.fanout import gather
from tenants.authlete.listing import list_all_clients
from tenants.authlete.object_ref import ObjectRef
from tenants.organizations.regions import get_regions

MAX_SINGLE_READS = 50  # clients that are read one by one; more are read with their whole lists
MAX_TOKEN_COUNTS = 100  # clients of which the tokens are counted, a call each

type FetchedClient = Client | AuthleteError | None  # None: deleted


class HasClientRef(Protocol):
    """Anything that names a client."""

    @property
    def region(self) -> str: ...
    @property
    def service_id(self) -> int: ...
    @property
    def client_id(self) -> int: ...


def client_ref(client: HasClientRef) -> ObjectRef:
    """Return the reference of the client that ``one`` names."""
    return ObjectRef(client.region, client.service_id, client.client_id)


class RegionApis:
    """The API clients of regions, each connected once."""

    def __init__(self, member: Member) -> None:
        self._member = member
        self._apis: dict[str, AuthleteClient | AuthleteError] = {}

    def __getitem__(self, region: str) -> AuthleteClient | AuthleteError:
        if region not in self._apis:
            try:
                self._apis[region] = self._member.connect(region)
            except AuthleteError as error:
                self._apis[region] = error
        return self._apis[region]

    def pairs_for(self, keys: Sequence[ObjectRef]) -> Iterator[tuple[ObjectRef, AuthleteClient]]:
        """Yield the keys whose region is connected, with the API client."""
        for ref in keys:
            api = self[ref[0]]
            if isinstance(api, AuthleteClient):
                yield ref, api


def resolve_findings(member: Member, rule: str) -> ClientSelection:
    """Return the clients with an open finding of a rule."""
    regions = [region.name for region in member.regions()]
    findings = open_findings(member.organization).filter(rule=rule, region__in=regions)
    clients = findings.filter(client_id__gt=0).order_by("pk")
    columns = clients.values_list("region", "service_id", "client_id", "name")
    return ClientSelection([SelectedClient(*values) for values in columns])


def fetch_clients(member: Member, keys: Sequence[ObjectRef]) -> Mapping[ObjectRef, FetchedClient]:
    """Fetch each client, or the reason why it can't be read."""
    apis = RegionApis(member)
    fetched: dict[ObjectRef, FetchedClient] = {
        ref: api for ref in keys if isinstance(api := apis[ref[0]], AuthleteError)
    }
    connected = list(apis.pairs_for(keys))
    if len(keys) <= MAX_SINGLE_READS:
        return fetched | dict(_fetch_each(connected))
    return fetched | dict(_fetch_lists(connected))


def fetch_services(
    member: Member, clients: Iterable[HasClientRef]
) -> Mapping[ObjectRef, Service | AuthleteError]:
    """Fetch the services of clients, or the reason why they can't be read."""
    apis = RegionApis(member)
    refs = dict.fromkeys(ObjectRef(one.region, one.service_id) for one in clients)
    connected = list(apis.pairs_for(list(refs)))
    replies = gather((api, api.service(ref.service_id).get) for ref, api in connected)
    return {ref: reply for (ref, _api), reply in zip(connected, replies, strict=True)}


def _fetch_each(
    pairs: Sequence[tuple[ObjectRef, AuthleteClient]],
) -> Iterator[tuple[ObjectRef, FetchedClient]]:
    replies = gather(
        (api, api.service(service).client(client).get) for (_, service, client), api in pairs
    )
    for (ref, _api), reply in zip(pairs, replies, strict=True):
        is_gone = isinstance(reply, NotFoundError) and reply.is_from_authlete
        yield ref, None if is_gone else reply


def _fetch_lists(
    pairs: Sequence[tuple[ObjectRef, AuthleteClient]],
) -> Iterator[tuple[ObjectRef, FetchedClient]]:
    services = {ref[:2]: api for ref, api in pairs}
    lists = list_all_clients([(api, number) for (_, number), api in services.items()])
    by_service = dict(zip(services, lists, strict=True))
    for ref, _api in pairs:
        listed = by_service[ref[:2]]
        yield ref, listed.items_by_id.get(ref[2], listed.error)


def count_tokens_by_client(member: Member, keys: Sequence[ObjectRef]) -> Mapping[ObjectRef, int]:
    """Count the active tokens of each client; failed counts are left out."""
    connected = list(RegionApis(member).pairs_for(keys[:MAX_TOKEN_COUNTS]))
    counts = gather(
        (api, partial(api.service(service).tokens.count, client))
        for (_, service, client), api in connected
    )
    return {
        ref: count
        for (ref, _), count in zip(connected, counts, strict=True)
        if not isinstance(count, AuthleteError)
    }


KEYS_PER_QUERY = 200  # clients that one statement names
MAX_INDEX_AGE = timedelta(minutes=10)  # of what is known, without a word about it


class ClientMatcher(Protocol):
    """Whether the current state of a client still matches the list's filters."""

    def __call__(self, ref: ObjectRef, client: Client) -> bool: ...


class PartialInventoryError(Exception):
    """Clients of some services were never read, so "all matching" isn't known."""

    def __init__(self, coverage: InventoryCoverage) -> None:
        super().__init__(f"{len(coverage.unsynced)} services were never read")
        self.coverage = coverage


def resolve_selection(member: Member, form: BulkSelectForm) -> ClientSelection:
    """Return the selected clients.

    Raises:
        AuthleteError: the matching clients can't be determined.
        PartialInventoryError: clients of some services were never read.

    """
    details = form.cleaned_data
    choice = ClientSelection(
        (), details["within"], details["query"], details["shown"] or 0, selects_all=details["all"]
    )
    if not choice.selects_all:
        return replace(choice, clients=_selected_by_key(member, form.client_keys))
    resolve = _match_in_service if choice.within else _match_in_index
    clients, gaps = resolve(member, choice)
    return replace(choice, clients=clients, warnings=gaps)


def build_matcher(member: Member, choice: ClientSelection) -> ClientMatcher:
    """Return the matcher for a selection of all matching clients."""
    if not choice.selects_all:
        return lambda ref, client: True
    request, services = _parse_query(member, choice)

    def still(ref: ObjectRef, client: Client) -> bool:
        region, number, _client = ref
        row = replace(
            ClientRow.from_client(region, number, client), service=services.get(ref[:2], "")
        )
        rows = request.query.filter([row], lambda _row: search_text(client), search_value)
        matching_rows, _counted = apply_facets(
            request.facets, [(row, 1) for row in rows], request.selected
        )
        return bool(matching_rows)

    return still


def _parse_query(
    member: Member, choice: ClientSelection
) -> tuple[ListRequest, dict[tuple[str, int], str]]:
    """Parse the list's parameters; return them with the names of services."""
    query = QueryDict(choice.query)
    if choice.within:
        return ListRequest(query, CLIENT_VOCABULARY, SERVICE_LIST_FACETS, list(COLUMNS_BY_NAME)), {}
    index = ClientSearch(member)
    names = {location: service.name for location, service in index.services.items()}
    return index.parse_request(query), names


def _match_in_service(
    member: Member, choice: ClientSelection
) -> tuple[list[SelectedClient], list[str]]:
    """Return the matching clients of one service, live, and warnings."""
    region, _slash, number = choice.within.partition("/")
    workspace = Workspace(member, get_regions()[region], member.connect(region))
    request, _names = _parse_query(member, choice)
    page = fetch_all(workspace, int(number), request)
    return _selected_clients(page.matching), [_(page.error.title)] if page.error else []


def _match_in_index(
    member: Member, choice: ClientSelection
) -> tuple[list[SelectedClient], list[str]]:
    """Return the matching clients of all services, as last synced, and warnings."""
    index = ClientSearch(member)
    request = index.parse_request(QueryDict(choice.query))
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


def _selected_clients(rows: Iterable[ClientRow]) -> list[SelectedClient]:
    return [SelectedClient(row.region, row.service_id, row.client_id, row.title) for row in rows]


def _selected_by_key(member: Member, keys: Sequence[ObjectRef]) -> list[SelectedClient]:
    """Return the clients with these keys, with their last known names."""
    names: dict[ObjectRef, str] = {}
    for start in range(0, len(keys), KEYS_PER_QUERY):
        conditions = [
            Q(region=region, service_id=service_id, client_id=client_id)
            for region, service_id, client_id in keys[start : start + KEYS_PER_QUERY]
        ]
        clients = KnownClient.objects.filter(
            reduce(or_, conditions), organization=member.organization
        )
        for client in clients:
            names[client_ref(client)] = client.name or client.alias
    return [SelectedClient(*ref, names.get(ref, "")) for ref in keys]


def list_url(member: Member, choice: ClientSelection) -> str:
    """Return the URL of the list that the clients were selected in."""
    slug = member.organization.slug
    path = reverse("clients:index", args=[slug])
    if choice.within:
        path = reverse("clients:service_clients", args=[slug, *choice.within.split("/")])
    return f"{path}?{choice.query}" if choice.query else path
