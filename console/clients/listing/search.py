"""The clients of an organization, searched in the index of what was seen last.

Where few enough fit, they are all looked at, as those of one service are. Where many
do, the database counts each combination of the facets, of which there are few: every
count, and that of the whole, comes from one look along an index.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import QueryDict

from console.clients.listing.facets import (
    HOST_FACET,
    INDEX_FACETS,
    MAX_FACET_VALUES,
    REGION_FACET,
    SERVICE_FACET,
    Facet,
    FacetCounts,
    FacetSelection,
    apply_facets,
)
from console.clients.listing.filters import (
    ServicesByKey,
    facet_condition,
    search_condition,
)
from console.clients.listing.request import INDEX_VOCABULARY, ClientListRequest
from console.clients.listing.rows import INDEX_COLUMNS, ClientRow
from console.clients.listing.service_list import ClientListPage
from console.inventory.freshness import RegionFreshness, region_freshness
from console.models import KnownClient, KnownService
from console.web.access import Member

MAX_SCANNED_CLIENTS = 4_000  # clients that are looked at one by one
KEYS_PER_QUERY = 500  # keys that one statement names
EXPORT_CHUNK_ROWS = 2_000  # rows of a file that are read at a time
GROUPED_COLUMNS = ("region", "client_type", "auth_method", "source", "locked", "grants")
SORT_COLUMNS = {"name": "rank", "changed": "modified_at"}
# Counted apart from the others: there are many of each.
SEPARATE_FACETS = (HOST_FACET.name, SERVICE_FACET.name)


class ClientSearch:
    """What is known of an organization's clients, as one member may search it."""

    def __init__(self, member: Member) -> None:
        self.member = member
        known = KnownService.objects.filter(organization=member.organization)
        here = {one.name for one in member.regions()}
        self.services: ServicesByKey = {
            (one.region, one.service_id): one for one in known if one.region in here
        }
        self._all = KnownClient.objects.filter(organization=member.organization)
        if left := {one.region for one in known} - here:  # it has no credential there
            self._all = self._all.exclude(region__in=left)

    @property
    def is_empty(self) -> bool:
        """Whether nobody ever tried to read a list of clients."""
        known = self.services.values()
        return not any(one.clients_at or one.clients_problem for one in known)

    def parse_request(self, params: QueryDict) -> ClientListRequest:
        """An address of the list, understood; regions and services have names."""
        regions = {one.name: one.title for one in self.member.regions()}
        names = {
            f"{region}/{number}": f"{one.name or number}, {region}"
            for (region, number), one in self.services.items()
        }
        named = {REGION_FACET.name: regions, SERVICE_FACET.name: names}
        facets = [
            replace(one, labels=named[one.name]) if one.name in named else one
            for one in INDEX_FACETS
        ]
        return ClientListRequest(params, INDEX_VOCABULARY, facets, list(SORT_COLUMNS))

    def freshness(self) -> list[RegionFreshness]:
        """Each region that there is a credential for."""
        known = self.services.values()
        return [region_freshness(region, known) for region in self.member.regions()]

    def find_page(self, request: ClientListRequest) -> ClientListPage:
        """One page of what is asked for, and how many there are of what."""
        if request.query.problem:
            return ClientListPage((), 0, 0, 0)
        if request.query or request.chosen[HOST_FACET.name]:
            hosts = facet_condition(HOST_FACET, request.chosen[HOST_FACET.name])
            found = self._search_matches(request).filter(hosts)
            # Their keys are cheap, should there be too many.
            keys = list(found.values_list("pk", flat=True)[: MAX_SCANNED_CLIENTS + 1])
            if len(keys) <= MAX_SCANNED_CLIENTS:
                return self._filter_rows(request, self._rows_by_key(keys))
        return self._search_database(request)

    def iter_rows(self, request: ClientListRequest) -> Iterator[ClientRow]:
        """All that is asked for, a few at a time."""
        found = self._ordered_matches(request).values_list(*INDEX_COLUMNS)
        for one in found.iterator(EXPORT_CHUNK_ROWS):
            yield self._build_row(one)

    def _filter_rows(self, request: ClientListRequest, rows: list[ClientRow]) -> ClientListPage:
        """What of a few rows fits, and what there is of it."""
        facets, chosen = request.facets, dict(request.chosen)
        found, counted = apply_facets(facets, [(row, 1) for row in rows], chosen)
        return self._paginate(request, found, counted)

    def _paginate(
        self, request: ClientListRequest, rows: list[ClientRow], counts: FacetCounts
    ) -> ClientListPage:
        if request.sort.removeprefix("-") == "changed":
            rows.sort(key=lambda row: row.modified_at)
        else:
            rows.sort(key=lambda row: row.title.casefold())
        if request.sort.startswith("-"):
            rows.reverse()
        page = Paginator(rows, request.size).get_page(request.page)
        total, rows = len(rows), list(page)
        return ClientListPage(rows, page.start_index(), total, self._all.count(), counts)

    def _search_database(self, request: ClientListRequest) -> ClientListPage:
        """The same where too many fit to look at each."""
        total, counted = self._count_combinations(request)
        if not request.query and not request.chosen[HOST_FACET.name]:
            counted[SERVICE_FACET.name] = self._count_services(request)
            if total <= MAX_SCANNED_CLIENTS:
                rows = self._load_rows(self._matches(request))
                hosts = Counter(host for row in rows for host in row.hosts)
                return self._paginate(request, rows, {**counted, HOST_FACET.name: hosts})
        start = (request.page - 1) * request.size
        shown = self._load_rows(self._ordered_matches(request)[start : start + request.size])
        number = self._all.count() if request.is_narrowed else total
        return ClientListPage(shown, start + 1 if shown else 0, total, number, counted)

    def _count_combinations(
        self, request: ClientListRequest
    ) -> tuple[int, dict[str, Counter[str]]]:
        """How many fit, and how many there are of each value that has few."""
        few = [one for one in request.facets if one.name not in SEPARATE_FACETS]
        chosen: FacetSelection = {one.name: request.chosen[one.name] for one in few}
        apart = [one for one in request.facets if one.name in SEPARATE_FACETS]
        combined = [
            (_combination_row(*one), number)
            for *one, number in self._search_matches(request)
            .filter(_facets_condition(request, apart))
            .values_list(*GROUPED_COLUMNS)
            .annotate(number=Count("pk"))
            .order_by()
        ]
        found, counted = apply_facets(few, combined, chosen)
        numbers = {id(row): number for row, number in combined}
        return sum(numbers[id(row)] for row in found), dict(counted)

    def _count_services(self, request: ClientListRequest) -> Counter[str]:
        """The services of the most clients that fit all but the choice of services."""
        others = [one for one in request.facets if one.name != SERVICE_FACET.name]
        found = (
            self._all.filter(_facets_condition(request, others))
            .values_list("region", "service_id")
            .annotate(number=Count("pk"))
            .order_by("-number", "region", "service_id")[:MAX_FACET_VALUES]
        )
        return Counter({f"{region}/{one}": number for region, one, number in found})

    def _ordered_matches(self, request: ClientListRequest) -> QuerySet[KnownClient]:
        column = SORT_COLUMNS.get(request.sort.removeprefix("-"), "rank")
        if request.sort.startswith("-"):
            return self._matches(request).order_by(f"-{column}", "-id")
        return self._matches(request).order_by(column, "id")

    def _matches(self, request: ClientListRequest) -> QuerySet[KnownClient]:
        return self._search_matches(request).filter(_facets_condition(request, request.facets))

    def _search_matches(self, request: ClientListRequest) -> QuerySet[KnownClient]:
        """What the search box names, whatever the facets say."""
        found = self._all
        for word in request.query.words:
            found = found.filter(words__contains=word)
        for test in request.query.conditions:
            found = found.filter(search_condition(test, self.services))
        return found

    def _rows_by_key(self, keys: list[int]) -> list[ClientRow]:
        rows: list[ClientRow] = []
        for at in range(0, len(keys), KEYS_PER_QUERY):
            rows += self._load_rows(self._all.filter(pk__in=keys[at : at + KEYS_PER_QUERY]))
        return rows

    def _load_rows(self, queryset: QuerySet[KnownClient]) -> list[ClientRow]:
        return [self._build_row(one) for one in queryset.values_list(*INDEX_COLUMNS)]

    def _build_row(self, values: tuple[object, ...]) -> ClientRow:
        region, service_id, *_ = values
        service = self.services.get((region, service_id))  # type: ignore[arg-type]
        name = (service.name if service else "") or str(service_id)
        stale = service is None or bool(service.clients_problem)
        return ClientRow.from_index(values, name, is_stale=stale)


def _combination_row(
    region: str, client_type: str, method: str, source: str, locked: bool, grants: str
) -> ClientRow:
    told = (client_type, method, source, grants.split(), (), locked)
    return ClientRow(region, 0, 0, "", "", *told)


def _facets_condition(request: ClientListRequest, facets: Iterable[Facet]) -> Q:
    """What fits all that is chosen in these facets."""
    found = Q()
    for one in facets:
        found &= facet_condition(one, request.chosen[one.name])
    return found
