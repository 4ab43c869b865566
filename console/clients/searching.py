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

from console.access import Member
from console.clients.asked import INDEXED, Asked
from console.clients.conditions import Services, fits, holds
from console.clients.facets import (
    EVERYWHERE,
    HOST,
    REGION,
    SERVICE,
    TOP,
    Chosen,
    Counted,
    Facet,
    narrowed,
)
from console.clients.reading import Shown
from console.clients.rows import INDEX, Row
from console.editing.ages import Age, age
from console.models import KnownClient, KnownService

FEW = 4_000  # clients that are looked at one by one
AT_ONCE = 500  # keys that one statement names
CHUNK = 2_000  # rows of a file that are read at a time
COMBINED = ("region", "client_type", "auth_method", "source", "locked", "grants")
ORDERS = {"name": "rank", "changed": "modified_at"}
# Counted apart from the others: there are many of each.
APART = (HOST.name, SERVICE.name)


class Index:
    """What is known of an organization's clients, as one member may search it."""

    def __init__(self, member: Member) -> None:
        self.member = member
        known = KnownService.objects.filter(organization=member.organization)
        here = {one.name for one in member.regions()}
        self.services: Services = {
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

    def asked(self, address: QueryDict) -> Asked:
        """An address of the list, understood; regions and services have names."""
        regions = {one.name: one.title for one in self.member.regions()}
        names = {
            f"{region}/{number}": f"{one.name or number}, {region}"
            for (region, number), one in self.services.items()
        }
        named = {REGION.name: regions, SERVICE.name: names}
        facets = [
            replace(one, words=named[one.name]) if one.name in named else one
            for one in EVERYWHERE
        ]
        return Asked(address, INDEXED, facets, list(ORDERS))

    def ages(self) -> list[Age]:
        """Each region that there is a credential for."""
        known = self.services.values()
        return [age(region, known) for region in self.member.regions()]

    def page(self, asked: Asked) -> Shown:
        """One page of what is asked for, and how many there are of what."""
        if asked.query.problem:
            return Shown((), 0, 0, 0)
        if asked.query or asked.chosen[HOST.name]:
            hosts = fits(HOST, asked.chosen[HOST.name])
            found = self._sought(asked).filter(hosts)
            # Their keys are cheap, should there be too many.
            keys = list(found.values_list("pk", flat=True)[: FEW + 1])
            if len(keys) <= FEW:
                return self._sifted(asked, self._at(keys))
        return self._wide(asked)

    def every_one(self, asked: Asked) -> Iterator[Row]:
        """All that is asked for, a few at a time."""
        found = self._ordered(asked).values_list(*INDEX)
        for one in found.iterator(CHUNK):
            yield self._row(one)

    def _sifted(self, asked: Asked, rows: list[Row]) -> Shown:
        """What of a few rows fits, and what there is of it."""
        facets, chosen = asked.facets, dict(asked.chosen)
        found, counted = narrowed(facets, [(row, 1) for row in rows], chosen)
        return self._paged(asked, found, counted)

    def _paged(self, asked: Asked, found: list[Row], counted: Counted) -> Shown:
        if asked.sort.removeprefix("-") == "changed":
            found.sort(key=lambda row: row.modified_at)
        else:
            found.sort(key=lambda row: row.title.casefold())
        if asked.sort.startswith("-"):
            found.reverse()
        page = Paginator(found, asked.size).get_page(asked.page)
        total, rows = len(found), list(page)
        return Shown(rows, page.start_index(), total, self._all.count(), counted)

    def _wide(self, asked: Asked) -> Shown:
        """The same where too many fit to look at each."""
        total, counted = self._combined(asked)
        if not asked.query and not asked.chosen[HOST.name]:
            counted[SERVICE.name] = self._by_service(asked)
            if total <= FEW:
                rows = self._rows(self._fitting(asked))
                hosts = Counter(host for row in rows for host in row.hosts)
                return self._paged(asked, rows, {**counted, HOST.name: hosts})
        start = (asked.page - 1) * asked.size
        shown = self._rows(self._ordered(asked)[start : start + asked.size])
        number = self._all.count() if asked.is_narrowed else total
        return Shown(shown, start + 1 if shown else 0, total, number, counted)

    def _combined(self, asked: Asked) -> tuple[int, dict[str, Counter[str]]]:
        """How many fit, and how many there are of each value that has few."""
        few = [one for one in asked.facets if one.name not in APART]
        chosen: Chosen = {one.name: asked.chosen[one.name] for one in few}
        apart = [one for one in asked.facets if one.name in APART]
        combined = [
            (_combination(*one), number)
            for *one, number in self._sought(asked)
            .filter(_all_of(asked, apart))
            .values_list(*COMBINED)
            .annotate(number=Count("pk"))
            .order_by()
        ]
        found, counted = narrowed(few, combined, chosen)
        numbers = {id(row): number for row, number in combined}
        return sum(numbers[id(row)] for row in found), dict(counted)

    def _by_service(self, asked: Asked) -> Counter[str]:
        """The services of the most clients that fit all but the choice of services."""
        others = [one for one in asked.facets if one.name != SERVICE.name]
        found = (
            self._all.filter(_all_of(asked, others))
            .values_list("region", "service_id")
            .annotate(number=Count("pk"))
            .order_by("-number", "region", "service_id")[:TOP]
        )
        return Counter({f"{region}/{one}": number for region, one, number in found})

    def _ordered(self, asked: Asked) -> QuerySet[KnownClient]:
        column = ORDERS.get(asked.sort.removeprefix("-"), "rank")
        if asked.sort.startswith("-"):
            return self._fitting(asked).order_by(f"-{column}", "-id")
        return self._fitting(asked).order_by(column, "id")

    def _fitting(self, asked: Asked) -> QuerySet[KnownClient]:
        return self._sought(asked).filter(_all_of(asked, asked.facets))

    def _sought(self, asked: Asked) -> QuerySet[KnownClient]:
        """What the search box names, whatever the facets say."""
        found = self._all
        for word in asked.query.words:
            found = found.filter(words__contains=word)
        for test in asked.query.tests:
            found = found.filter(holds(test, self.services))
        return found

    def _at(self, keys: list[int]) -> list[Row]:
        rows: list[Row] = []
        for at in range(0, len(keys), AT_ONCE):
            rows += self._rows(self._all.filter(pk__in=keys[at : at + AT_ONCE]))
        return rows

    def _rows(self, found: QuerySet[KnownClient]) -> list[Row]:
        return [self._row(one) for one in found.values_list(*INDEX)]

    def _row(self, values: tuple[object, ...]) -> Row:
        region, service_id, *_ = values
        service = self.services.get((region, service_id))  # type: ignore[arg-type]
        name = (service.name if service else "") or str(service_id)
        stale = service is None or bool(service.clients_problem)
        return Row.known(values, name, stale=stale)


def _combination(
    region: str, client_type: str, method: str, source: str, locked: bool, grants: str
) -> Row:
    told = (client_type, method, source, grants.split(), (), locked)
    return Row(region, 0, 0, "", "", *told)


def _all_of(asked: Asked, facets: Iterable[Facet]) -> Q:
    """What fits all that is chosen in these facets."""
    found = Q()
    for one in facets:
        found &= fits(one, asked.chosen[one.name])
    return found
