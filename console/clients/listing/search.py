"""Search the clients of an organization in the index of what was last synced.

Up to `MAX_SCANNED_CLIENTS` matching clients are filtered in memory. For more, the
database counts every combination of the facets that have few values; all counts then
come from one pass over an index.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict

from console.clients.listing.filters import (
    CLIENT_VOCABULARY,
    HOST_FACET,
    INDEX_FACETS,
    MAX_FACET_VALUES,
    REGION_FACET,
    SERVICE_FACET,
    ServicesByKey,
    facet_condition,
    search_condition,
)
from console.clients.listing.rows import INDEX_COLUMNS, ClientRow
from console.inventory.coverage import InventoryCoverage, measure_coverage
from console.inventory.setting_values import indexed_words
from console.inventory.sync import RegionFreshness, region_freshness
from console.lists.facets import Facet, FacetCounts, apply_facets
from console.lists.request import ListPage, ListRequest
from console.models import KnownClient, KnownService
from console.models.text_search import filter_words
from console.web.access import Member

MAX_SCANNED_CLIENTS = 4_000
KEYS_PER_QUERY = 500
EXPORT_CHUNK_ROWS = 2_000
READ_IN_ORDER = "profile_number"  # many match: the first rows in any order come soon
GROUPED_COLUMNS = ("region", "client_type", "auth_method", "source", "locked", "grants")
SORT_COLUMNS = {"name": "rank", "changed": "modified_at"}
SEPARATE_FACETS = (HOST_FACET.name, SERVICE_FACET.name)  # too many values to group by


class ClientSearch:
    """The indexed clients of an organization, in the regions of one member."""

    def __init__(self, member: Member, *, has_settings: bool = False) -> None:
        """Search the clients; ``has_settings`` loads their settings for columns."""
        self.member = member
        self._has_settings = has_settings
        services = KnownService.objects.filter(organization=member.organization)
        region_names = {region.name for region in member.regions()}
        self.services: ServicesByKey = {
            (service.region, service.service_id): service
            for service in services
            if service.region in region_names
        }
        self._all = KnownClient.objects.filter(organization=member.organization)
        if (
            hidden := {service.region for service in services} - region_names
        ):  # without a credential
            self._all = self._all.exclude(region__in=hidden)

    @property
    def is_empty(self) -> bool:
        """Whether no sync was ever attempted."""
        known = self.services.values()
        return not any(service.clients_at or service.clients_problem for service in known)

    def parse_request(self, params: QueryDict) -> ListRequest:
        """Parse the URL parameters, with the names of regions and services as labels."""
        regions = {region.name: region.title for region in self.member.regions()}
        names = {
            f"{region}/{number}": f"{service.name or number}, {region}"
            for (region, number), service in self.services.items()
        }
        named = {REGION_FACET.name: regions, SERVICE_FACET.name: names}
        facets = [
            replace(facet, labels=named[facet.name]) if facet.name in named else facet
            for facet in INDEX_FACETS
        ]
        return ListRequest(params, CLIENT_VOCABULARY, facets, list(SORT_COLUMNS))

    def freshness(self) -> list[RegionFreshness]:
        """Return how recent the index is, for each region with a credential."""
        known = self.services.values()
        return [region_freshness(region, known) for region in self.member.regions()]

    def coverage(self, request: ListRequest) -> InventoryCoverage:
        """Return how much is known of the selected regions and services, by default of all."""
        regions = request.selected[REGION_FACET.name]
        keys = request.selected[SERVICE_FACET.name]
        return measure_coverage(
            service
            for (region, service_id), service in self.services.items()
            if (not regions or region in regions) and (not keys or f"{region}/{service_id}" in keys)
        )

    def find_page(self, request: ListRequest) -> ListPage[ClientRow]:
        """Return the requested page, with the counts of its facets."""
        if request.query.problem:
            return ListPage()
        if request.query or request.selected[HOST_FACET.name]:
            hosts = facet_condition(HOST_FACET, request.selected[HOST_FACET.name])
            clients = self._search_matches(request).filter(hosts)
            # Read the keys first: cheap, even when there are too many.
            keys = list(clients.values_list("pk", flat=True)[: MAX_SCANNED_CLIENTS + 1])
            if len(keys) <= MAX_SCANNED_CLIENTS:
                return self._filter_rows(request, self._rows_by_key(keys))
        return self._search_database(request)

    def iter_rows(self, request: ListRequest) -> Iterator[ClientRow]:
        """Yield all matching rows; reads them in chunks."""
        clients = self._ordered_matches(request)
        if self._has_settings:
            settings = self._with_settings(clients).iterator(EXPORT_CHUNK_ROWS)
            yield from map(self._build_settings_row, settings)
        else:
            for values in clients.values_list(*INDEX_COLUMNS).iterator(EXPORT_CHUNK_ROWS):
                yield self._build_row(values)

    def _filter_rows(self, request: ListRequest, rows: list[ClientRow]) -> ListPage[ClientRow]:
        matching, counts = apply_facets(
            request.facets, [(row, 1) for row in rows], request.selected
        )
        return self._paginate(request, matching, counts)

    def _paginate(
        self, request: ListRequest, rows: list[ClientRow], counts: FacetCounts
    ) -> ListPage[ClientRow]:
        if request.sort_column == "changed":
            rows.sort(key=lambda row: row.modified_at)
        else:
            rows.sort(key=lambda row: row.title.casefold())
        if request.is_descending:
            rows.reverse()
        return request.paginate(rows, total_known=self._all.count(), facet_counts=counts)

    def _search_database(self, request: ListRequest) -> ListPage[ClientRow]:
        """Return the requested page of more clients than are filtered in memory."""
        if request.query and not request.params.get("all"):  # counts of facets take long
            start = (request.page - 1) * request.size
            matches = self._ordered_matches(request, READ_IN_ORDER)
            rows = self._load_rows(matches[start : start + request.size])
            total = self._matches(request).order_by().count()
            return ListPage(rows, start + 1 if rows else 0, total, self._all.count())
        total, counted = self._count_combinations(request)
        if not request.query and not request.selected[HOST_FACET.name]:
            counted[SERVICE_FACET.name] = self._count_services(request)
            if total <= MAX_SCANNED_CLIENTS:
                rows = self._load_rows(self._matches(request))
                hosts = Counter(host for row in rows for host in row.hosts)
                return self._paginate(request, rows, {**counted, HOST_FACET.name: hosts})
        start = (request.page - 1) * request.size
        page_rows = self._load_rows(self._ordered_matches(request)[start : start + request.size])
        number = self._all.count() if request.is_filtered else total
        return ListPage(page_rows, start + 1 if page_rows else 0, total, number, counted)

    def _count_combinations(self, request: ListRequest) -> tuple[int, dict[str, Counter[str]]]:
        """Return the number of matches, and the counts of the facets with few values."""
        few = [facet for facet in request.facets if facet.name not in SEPARATE_FACETS]
        apart = [facet for facet in request.facets if facet.name in SEPARATE_FACETS]
        combined = [
            (_combination_row(*combination), number)
            for *combination, number in self._search_matches(request)
            .filter(_facets_condition(request, apart))
            .values_list(*GROUPED_COLUMNS)
            .annotate(number=Count("pk"))
            .order_by()
        ]
        rows, counted = apply_facets(few, combined, request.selected)
        numbers = {id(row): number for row, number in combined}
        return sum(numbers[id(row)] for row in rows), dict(counted)

    def _count_services(self, request: ListRequest) -> Counter[str]:
        """Count the matches of the services that have most, ignoring the selected services."""
        facets = [facet for facet in request.facets if facet.name != SERVICE_FACET.name]
        counts = (
            self._all.filter(_facets_condition(request, facets))
            .values_list("region", "service_id")
            .annotate(number=Count("pk"))
            .order_by("-number", "region", "service_id")[:MAX_FACET_VALUES]
        )
        return Counter({f"{region}/{service_id}": number for region, service_id, number in counts})

    def _ordered_matches(
        self, request: ListRequest, profile_field: str = "profile"
    ) -> QuerySet[KnownClient]:
        column = SORT_COLUMNS.get(request.sort_column, "rank")
        if request.is_descending:
            return self._matches(request, profile_field).order_by(f"-{column}", "-id")
        return self._matches(request, profile_field).order_by(column, "id")

    def _matches(
        self, request: ListRequest, profile_field: str = "profile"
    ) -> QuerySet[KnownClient]:
        matches = self._search_matches(request, profile_field)
        return matches.filter(_facets_condition(request, request.facets))

    def _search_matches(
        self, request: ListRequest, profile_field: str = "profile"
    ) -> QuerySet[KnownClient]:
        """Return what the search box matches, ignoring the facets."""
        query, organization = request.query, self.member.organization
        words = [*query.words, *(word for term in query.conditions for word in indexed_words(term))]
        clients = filter_words(self._all, words, query.excluded_words)
        if profile_field == READ_IN_ORDER:
            clients = clients.alias(**{READ_IN_ORDER: F("profile_id") + 0})
        for term in query.conditions:
            clients = clients.filter(
                search_condition(organization, term, self.services, profile_field)
            )
        return clients

    def _rows_by_key(self, keys: list[int]) -> list[ClientRow]:
        rows: list[ClientRow] = []
        for start in range(0, len(keys), KEYS_PER_QUERY):
            rows += self._load_rows(self._all.filter(pk__in=keys[start : start + KEYS_PER_QUERY]))
        return rows

    def _load_rows(self, queryset: QuerySet[KnownClient]) -> list[ClientRow]:
        return [self._build_row(values) for values in queryset.values_list(*INDEX_COLUMNS)]

    def _with_settings(self, queryset: QuerySet[KnownClient]) -> QuerySet[KnownClient]:
        return queryset.select_related("profile")

    def _build_settings_row(self, client: KnownClient) -> ClientRow:
        name, is_stale = self._describe_service(client.region, client.service_id)
        return ClientRow.from_known(client, name, is_stale=is_stale)

    def load_settings(self, rows: Sequence[ClientRow]) -> list[ClientRow]:
        """Return the rows of a page with the settings that its columns show."""
        if not self._has_settings:
            return list(rows)
        keys = [row.key for row in rows]
        condition = reduce(
            or_,
            (
                Q(region=row.region, service_id=row.service_id, client_id=row.client_id)
                for row in rows
            ),
            Q(pk=None),
        )
        loaded = map(self._build_settings_row, self._with_settings(self._all.filter(condition)))
        by_key = {row.key: row for row in loaded}
        return [by_key[key] for key in keys if key in by_key]

    def _build_row(self, values: tuple[object, ...]) -> ClientRow:
        region, service_id, *_ = values
        name, is_stale = self._describe_service(region, service_id)  # type: ignore[arg-type]
        return ClientRow.from_index(values, name, is_stale=is_stale)

    def _describe_service(self, region: str, service_id: int) -> tuple[str, bool]:
        """Return the name of a service, and whether its clients are stale."""
        service = self.services.get((region, service_id))
        name = (service.name if service else "") or str(service_id)
        return name, service is None or bool(service.clients_problem)


def _combination_row(
    region: str, client_type: str, method: str, source: str, locked: bool, grants: str
) -> ClientRow:
    values = (client_type, method, source, grants.split(), (), locked)
    return ClientRow(region, 0, 0, "", "", *values)


def _facets_condition(request: ListRequest, facets: Iterable[Facet[Any]]) -> Q:
    """Return the condition for everything that is selected in ``facets``."""
    condition = Q()
    for facet in facets:
        condition &= facet_condition(facet, request.selected[facet.name])
    return condition
