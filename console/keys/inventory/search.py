"""Search the indexed keys of an organization."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.inventory.coverage import InventoryCoverage, measure_coverage
from console.inventory.sync import RegionFreshness, region_freshness
from console.keys.inventory.rows import EXPIRY_LABELS, ISSUE_LABELS, KIND_LABELS, KeyRow
from console.lists.facets import Facet, FacetCounts, apply_facets
from console.lists.query import SearchVocabulary
from console.lists.request import ListPage, ListRequest
from console.lists.search_values import PatternTest, SetTest, TextTest, ValueTest
from console.models import KnownKey, KnownService
from console.web.access import Member
from tenants.organizations.regions import Region

COLUMN_BY_FIELD = {
    "kid": "kid",
    "thumbprint": "thumbprint",
    "subject": "subject",
    "alg": "alg",
    "use": "use",
    "kty": "kty",
    "owner": "owner",
    "setting": "used_by",
    "issue": "issues",
}
COLUMN_BY_SORT = {"ends": "ends_at", "kid": "kid", "owner": "owner", "kind": "kind"}
NO_MATCH = Q(pk__in=[])
EXPORT_CHUNK_ROWS = 2_000  # read from the database at a time


class KeyInventory:
    """The indexed keys of an organization that a member may see.

    ``failed_regions`` are those that could not be read just now; their rows are stale.
    """

    def __init__(self, member: Member, failed_regions: frozenset[str] = frozenset()) -> None:
        self.member = member
        self._failed_regions = failed_regions
        self._now = timezone.now()
        regions = {region.name for region in member.regions()}
        services = KnownService.objects.filter(organization=member.organization, region__in=regions)
        self.services = {(service.region, service.service_id): service for service in services}
        rows = KnownKey.objects.filter(organization=member.organization)
        self._all = rows.filter(region__in=regions)

    def sync_ages(self) -> list[RegionFreshness]:
        """Return when the clients of each region were last synced."""
        services = self.services.values()
        return [region_freshness(region, services) for region in self.member.regions()]

    def coverage(self) -> InventoryCoverage:
        """Return of how many services the keys of clients are known."""
        return measure_coverage(self.services.values())

    def page(self, request: ListRequest) -> ListPage[KeyRow]:
        """Return the requested page, with the counts of its facets."""
        page = Paginator(self._matching(request), request.size).get_page(request.page)
        return ListPage(
            [self._row(key) for key in page.object_list],
            page.start_index(),
            page.paginator.count,
            self._all.count(),
            self._count_facets(request),
        )

    def iterate(self, request: ListRequest) -> Iterator[KeyRow]:
        """Yield all matching keys, for an export."""
        for key in self._matching(request).iterator(EXPORT_CHUNK_ROWS):
            yield self._row(key)

    def _row(self, key: KnownKey) -> KeyRow:
        service = self.services.get((key.region, key.service_id))
        name = (service.name if service else "") or str(key.service_id)
        is_stale = key.region in self._failed_regions
        return KeyRow(key, name, self.member.organization.slug, is_stale)

    def _matching(self, request: ListRequest) -> QuerySet[KnownKey]:
        keys = self._searched(request)
        for name, values in request.selected.items():
            keys = keys.filter(self._facet_filter(name, values))
        column = F(COLUMN_BY_SORT[request.sort_column or "ends"])
        order = (
            column.desc(nulls_last=True) if request.is_descending else column.asc(nulls_last=True)
        )
        return keys.order_by(order, "region", "service_id", "client_id", "position")

    def _searched(self, request: ListRequest) -> QuerySet[KnownKey]:
        """Return the keys that match the search box, regardless of the facets."""
        if request.query.problem:
            return self._all.none()
        keys = self._all
        for word in request.query.words:
            keys = keys.filter(Q(words__contains=word) | self._service_filter(word))
        for word in request.query.excluded_words:
            keys = keys.exclude(Q(words__contains=word) | self._service_filter(word))
        for term in request.query.conditions:
            condition = NO_MATCH
            for test in term.tests:
                condition |= self._field_filter(term.field.name, test)
            keys = keys.filter(~condition if term.is_negated else condition)
        return keys

    def _field_filter(self, name: str, test: ValueTest) -> Q:
        if isinstance(test, SetTest):
            value = "none"
            if test.is_set:
                return ~self._field_filter(name, SetTest(is_set=False))
        elif isinstance(test, PatternTest):  # every value is looked for inside the column
            value = test.longest_part
        else:
            assert isinstance(test, TextTest)
            value = test.text.lower()
        match name:
            case "region":
                return Q(region=value)
            case "service":
                return self._service_filter(value)
            case "kind":
                kinds = [kind for kind, label in KIND_LABELS.items() if value in str(label).lower()]
                return Q(kind__in=[*kinds, value])
            case member if value == "none" and member != "issue":
                return Q(**{COLUMN_BY_FIELD[member]: ""}) | Q(
                    **{f"{COLUMN_BY_FIELD[member]}__iexact": value}
                )
            case member:
                return Q(**{f"{COLUMN_BY_FIELD[member]}__icontains": value})

    def _service_filter(self, text: str) -> Q:
        condition = NO_MATCH
        for (region, service_id), service in self.services.items():
            if text == str(service_id) or text in service.name.lower():
                condition |= Q(region=region, service_id=service_id)
        return condition

    def _facet_filter(self, name: str, values: Sequence[str]) -> Q:
        """Return a filter for any of the values of a facet; no values match everything."""
        if not values:
            return Q()
        if name == "ends":
            return self._expiry_filter(values[0]) if values[0] in EXPIRY_LABELS else NO_MATCH
        if name != "issue":
            return Q(**{f"{name}__in": values})
        condition = NO_MATCH
        for value in values:
            condition |= ~Q(issues="") if value == ANY_ISSUE else Q(issues__contains=value)
        return condition

    def _expiry_filter(self, days: str) -> Q:
        until = self._now + timedelta(days=int(days))
        not_expired = Q(ends_at__gt=self._now) if int(days) else Q()
        return not_expired & Q(ends_at__lte=until)

    def _count_facets(self, request: ListRequest) -> FacetCounts:
        """Count the keys per facet value, as if nothing else were selected in that facet."""
        ends = {
            f"ends_{days}": Count("pk", filter=self._expiry_filter(days)) for days in EXPIRY_LABELS
        }
        groups: Iterable[KeyGroup] = (
            self._searched(request)
            .order_by()
            .values("region", "kind", "issues")
            .annotate(number=Count("pk"), **ends)
        )
        days = (request.selected[EXPIRY_FACET.name] or [""])[0]
        number = f"ends_{days}" if days in EXPIRY_LABELS else "number"
        facets = [facet for facet in request.facets if facet.name != EXPIRY_FACET.name]
        matching, counts = apply_facets(
            facets, [(group, group[number]) for group in groups], request.selected
        )
        expiring = {
            days: sum(group[f"ends_{days}"] for group in matching) for days in EXPIRY_LABELS
        }
        return {**counts, EXPIRY_FACET.name: Counter(expiring)}


ANY_ISSUE = "any"
SEARCH_FIELDS = "kid thumbprint subject alg use kty kind region issue owner service setting".split()
VOCABULARY = SearchVocabulary.from_names(SEARCH_FIELDS, example="alg:RS256")
SORTS = ("ends", "kid", "owner", "kind")

type KeyGroup = Mapping[str, Any]  # keys with the same region, kind and issues, and their counts


def _issues(group: KeyGroup) -> Sequence[str]:
    issues = group["issues"].split()
    return [*issues, ANY_ISSUE] if issues else []


KIND_FACET = Facet[KeyGroup](
    "kind", _("Kind"), lambda group: [group["kind"]], KIND_LABELS, is_quick=True
)
ISSUE_FACET = Facet[KeyGroup](
    "issue", _("Issues"), _issues, {ANY_ISSUE: _("Anything"), **ISSUE_LABELS}
)
EXPIRY_FACET = Facet[KeyGroup](  # counted apart: its values overlap
    "ends", _("Expiry"), lambda _group: (), EXPIRY_LABELS, is_single=True
)
REGION_FACET = Facet[KeyGroup]("region", _("Region"), lambda group: [group["region"]])


def parse_request(params: QueryDict, regions: Sequence[Region]) -> ListRequest:
    """Parse the URL parameters of the list, with the titles of ``regions`` as labels."""
    titles = {region.name: region.title for region in regions}
    facets = [KIND_FACET, ISSUE_FACET, EXPIRY_FACET, replace(REGION_FACET, labels=titles)]
    return ListRequest(params, VOCABULARY, facets, SORTS)
