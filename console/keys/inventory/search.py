"""The keys of an organization, searched in the index of what was seen last."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from django.core.paginator import Paginator
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from console.inventory.freshness import RegionFreshness, region_freshness
from console.keys.inventory.filters import ANY_ISSUE, EXPIRY_FACET, KeyGroup
from console.keys.inventory.labels import EXPIRY_LABELS, KIND_LABELS
from console.keys.inventory.rows import KeyRow
from console.lists.facets import FacetCounts, apply_facets
from console.lists.page import ListPage
from console.lists.query import SearchTerm
from console.lists.request import ListRequest
from console.models import KnownKey, KnownService
from console.web.access import Member

COLUMN_BY_FIELD = {
    "kid": "kid",
    "thumbprint": "thumbprint",
    "subject": "subject",
    "alg": "alg",
    "use": "use",
    "kty": "kty",
    "owner": "owner",
    "setting": "used_by",
    "mark": "marks",
}
COLUMN_BY_SORT = {"ends": "ends_at", "kid": "kid", "owner": "owner", "kind": "kind"}
NO_MATCH = Q(pk__in=[])
EXPORT_CHUNK_ROWS = 2_000  # rows of a file that are read at a time


class KeyInventory:
    """What is known of an organization's keys, as one member may search it.

    ``silent`` are the regions that did not answer just now.
    """

    def __init__(self, member: Member, failed_regions: frozenset[str] = frozenset()) -> None:
        self.member = member
        self._failed_regions = failed_regions
        self._now = timezone.now()
        here = {one.name for one in member.regions()}
        known = KnownService.objects.filter(organization=member.organization)
        self.services = {(one.region, one.service_id): one for one in known if one.region in here}
        rows = KnownKey.objects.filter(organization=member.organization)
        self._all = rows.filter(region__in=here)

    def sync_ages(self) -> list[RegionFreshness]:
        """How old what is known of clients is, by region."""
        known = self.services.values()
        return [region_freshness(region, known) for region in self.member.regions()]

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
        for one in self._matching(request).iterator(EXPORT_CHUNK_ROWS):
            yield self._row(one)

    def _row(self, key: KnownKey) -> KeyRow:
        service = self.services.get((key.region, key.service_id))
        name = (service.name if service else "") or str(key.service_id)
        stale = key.region in self._failed_regions
        return KeyRow(key, name, self.member.organization.slug, stale)

    def _matching(self, request: ListRequest) -> QuerySet[KnownKey]:
        found = self._searched(request)
        for name, values in request.selected.items():
            found = found.filter(self._facet_filter(name, values))
        column = F(COLUMN_BY_SORT[request.sort_column or "ends"])
        order = (
            column.desc(nulls_last=True) if request.is_descending else column.asc(nulls_last=True)
        )
        return found.order_by(order, "region", "service_id", "client_id", "place")

    def _searched(self, request: ListRequest) -> QuerySet[KnownKey]:
        """What the search box names, whatever the facets say."""
        if request.query.problem:
            return self._all.none()
        found = self._all
        for word in request.query.words:
            found = found.filter(Q(words__contains=word) | self._service_filter(word))
        for test in request.query.conditions:
            found = found.filter(self._field_filter(test))
        return found

    def _field_filter(self, test: SearchTerm) -> Q:
        wanted = test.value.lower()
        match test.member:
            case "region":
                return Q(region=wanted)
            case "service":
                return self._service_filter(wanted)
            case "kind":
                kinds = [k for k, said in KIND_LABELS.items() if wanted in str(said).lower()]
                return Q(kind__in=[*kinds, wanted])
            case member if wanted == "none" and member != "mark":
                return Q(**{COLUMN_BY_FIELD[member]: ""}) | Q(
                    **{f"{COLUMN_BY_FIELD[member]}__iexact": wanted}
                )
            case member:
                return Q(**{f"{COLUMN_BY_FIELD[member]}__icontains": wanted})

    def _service_filter(self, text: str) -> Q:
        either = NO_MATCH
        for (region, number), one in self.services.items():
            if text == str(number) or text in one.name.lower():
                either |= Q(region=region, service_id=number)
        return either

    def _facet_filter(self, name: str, values: Sequence[str]) -> Q:
        """What has one of the values of a facet; everything where none is chosen."""
        if not values:
            return Q()
        if name == "ends":
            return self._expiry_filter(values[0]) if values[0] in EXPIRY_LABELS else NO_MATCH
        if name != "mark":
            return Q(**{f"{name}__in": values})
        either = NO_MATCH
        for value in values:
            either |= ~Q(marks="") if value == ANY_ISSUE else Q(marks__contains=value)
        return either

    def _expiry_filter(self, days: str) -> Q:
        until = self._now + timedelta(days=int(days))
        still = Q(ends_at__gt=self._now) if int(days) else Q()
        return still & Q(ends_at__lte=until)

    def _count_facets(self, request: ListRequest) -> FacetCounts:
        """How many there are of each value, if no other were chosen in its facet."""
        ends = {
            f"ends_{days}": Count("pk", filter=self._expiry_filter(days)) for days in EXPIRY_LABELS
        }
        groups: Iterable[KeyGroup] = (
            self._searched(request)
            .order_by()
            .values("region", "kind", "marks")
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
