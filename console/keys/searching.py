"""The keys of an organization, searched in the index of what was seen last."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from console.access import Member
from console.editing.ages import Age, age
from console.editing.query import Test
from console.keys.asked import ANY, FACETS, Asked
from console.keys.rows import Row
from console.keys.words import ENDS, KINDS
from console.models import KnownKey, KnownService

COLUMNS = {
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
ORDERS = {"ends": "ends_at", "kid": "kid", "owner": "owner", "kind": "kind"}
NEVER = Q(pk__in=[])
CHUNK = 2_000  # rows of a file that are read at a time

type Counted = Mapping[str, Counter[str]]  # how many of each value, by facet


@dataclass(frozen=True, slots=True)
class Shown:
    """One page of what is asked for."""

    page: Page[KnownKey]
    rows: Sequence[Row]
    counted: Counted
    all: int  # keys that are known, whatever is asked for


class Inventory:
    """What is known of an organization's keys, as one member may search it.

    ``silent`` are the regions that did not answer just now.
    """

    def __init__(self, member: Member, silent: frozenset[str] = frozenset()) -> None:
        self.member = member
        self._silent = silent
        self._now = timezone.now()
        here = {one.name for one in member.regions()}
        known = KnownService.objects.filter(organization=member.organization)
        self.services = {
            (one.region, one.service_id): one for one in known if one.region in here
        }
        rows = KnownKey.objects.filter(organization=member.organization)
        self._all = rows.filter(region__in=here)

    def ages(self) -> list[Age]:
        """How old what is known of clients is, by region."""
        known = self.services.values()
        return [age(region, known) for region in self.member.regions()]

    def page(self, asked: Asked) -> Shown:
        found = self._ordered(asked)
        page = Paginator(found, asked.size).get_page(asked.page)
        rows = [self._row(one) for one in page.object_list]
        return Shown(page, rows, self._counted(asked), self._all.count())

    def every_one(self, asked: Asked) -> Iterator[Row]:
        for one in self._ordered(asked).iterator(CHUNK):
            yield self._row(one)

    def _row(self, key: KnownKey) -> Row:
        service = self.services.get((key.region, key.service_id))
        name = (service.name if service else "") or str(key.service_id)
        stale = key.region in self._silent
        return Row(key, name, self.member.organization.slug, stale)

    def _ordered(self, asked: Asked) -> QuerySet[KnownKey]:
        found = self._sought(asked)
        for name, values in asked.chosen.items():
            found = found.filter(self._fits(name, values))
        column = F(ORDERS[asked.sort.removeprefix("-") or "ends"])
        order = (
            column.desc(nulls_last=True)
            if asked.sort.startswith("-")
            else column.asc(nulls_last=True)
        )
        return found.order_by(order, "region", "service_id", "client_id", "place")

    def _sought(self, asked: Asked) -> QuerySet[KnownKey]:
        """What the search box names, whatever the facets say."""
        if asked.query.problem:
            return self._all.none()
        found = self._all
        for word in asked.query.words:
            found = found.filter(Q(words__contains=word) | self._in_service(word))
        for test in asked.query.tests:
            found = found.filter(self._holds(test))
        return found

    def _holds(self, test: Test) -> Q:
        wanted = test.wanted.lower()
        match test.member:
            case "region":
                return Q(region=wanted)
            case "service":
                return self._in_service(wanted)
            case "kind":
                kinds = [k for k, said in KINDS.items() if wanted in str(said).lower()]
                return Q(kind__in=[*kinds, wanted])
            case member if wanted == "none" and member != "mark":
                return Q(**{COLUMNS[member]: ""}) | Q(
                    **{f"{COLUMNS[member]}__iexact": wanted}
                )
            case member:
                return Q(**{f"{COLUMNS[member]}__icontains": wanted})

    def _in_service(self, wanted: str) -> Q:
        either = NEVER
        for (region, number), one in self.services.items():
            if wanted == str(number) or wanted in one.name.lower():
                either |= Q(region=region, service_id=number)
        return either

    def _fits(self, name: str, values: Sequence[str]) -> Q:
        """What has one of the values of a facet; everything where none is chosen."""
        if not values:
            return Q()
        if name == "ends":
            return self._ends(values[0]) if values[0] in ENDS else NEVER
        if name != "mark":
            return Q(**{f"{name}__in": values})
        either = NEVER
        for value in values:
            either |= ~Q(marks="") if value == ANY else Q(marks__contains=value)
        return either

    def _ends(self, days: str) -> Q:
        until = self._now + timedelta(days=int(days))
        still = Q(ends_at__gt=self._now) if int(days) else Q()
        return still & Q(ends_at__lte=until)

    def _counted(self, asked: Asked) -> Counted:
        """How many there are of each value, if no other were chosen in its facet."""
        ends = {f"ends_{days}": Count("pk", filter=self._ends(days)) for days in ENDS}
        groups: Iterable[Mapping[str, Any]] = (
            self._sought(asked)
            .order_by()
            .values("region", "kind", "marks")
            .annotate(number=Count("pk"), **ends)
        )
        counted = {name: Counter[str]() for name in FACETS}
        for group in groups:
            marks = group["marks"].split()
            held = {
                "region": [group["region"]],
                "kind": [group["kind"]],
                "mark": [*marks, ANY] if marks else [],
            }
            missed = [
                name
                for name, values in held.items()
                if asked.chosen[name] and set(values).isdisjoint(asked.chosen[name])
            ]
            days = (asked.chosen["ends"] or [""])[0]
            number = group[f"ends_{days}"] if days in ENDS else group["number"]
            for name in missed if missed else held:
                if len(missed) < 2:
                    counted[name].update(dict.fromkeys(held[name], number))
            if not missed:
                counted["ends"].update({one: group[f"ends_{one}"] for one in ENDS})
        return counted
