"""The clients of an organization, searched in the index of what was seen last.

Words, qualifiers and redirect hosts are looked for by the database, which gives one
line for each combination of the other facets. They are few, so that every count of
every facet, and that of the whole, comes from one look at the index.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

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
    Chosen,
    Facet,
    narrowed,
)
from console.clients.reading import Shown
from console.clients.rows import Row
from console.models import KnownClient, KnownService
from tenants.regions import Region

COUNTED = 5_000  # clients among which redirect hosts are counted
CHUNK = 2_000  # rows of a file that are read at a time
COMBINED = (
    "region",
    "service_id",
    "client_type",
    "auth_method",
    "source",
    "locked",
    "grants",
)
ORDERS = {"name": "rank", "changed": "modified_at"}


@dataclass(frozen=True, slots=True)
class Age:
    """How old what is known of a region's clients is."""

    region: Region
    oldest: datetime | None  # when the service was read that was read longest ago
    services: int
    unread: int  # services whose clients were never read
    silent: Sequence[KnownService]  # services that did not answer when last asked


class Index:
    """What is known of an organization's clients, as one member may search it."""

    def __init__(self, member: Member) -> None:
        self.member = member
        known = KnownService.objects.filter(organization=member.organization)
        self.services: Services = {(one.region, one.service_id): one for one in known}
        self._all = KnownClient.objects.filter(organization=member.organization)

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
        return [self._age(region) for region in self.member.regions()]

    def page(self, asked: Asked) -> Shown:
        """One page of what is asked for, and how many there are of what."""
        if asked.query.problem:
            return Shown((), 0, 0, 0)
        wide = self._asked(asked)
        others = [one for one in asked.facets if one.name != HOST.name]
        chosen: Chosen = {one.name: asked.chosen[one.name] for one in others}
        combined = [
            (_combination(one), one["number"])
            for one in wide.filter(_fitting(asked, [HOST]))
            .values(*COMBINED)
            .annotate(number=Count("pk"))
            .order_by()
        ]
        found, counted = narrowed(others, combined, chosen)
        numbers = {id(row): number for row, number in combined}
        total = sum(numbers[id(row)] for row in found)
        start = (asked.page - 1) * asked.size
        rows = self._rows(self._ordered(asked)[start : start + asked.size])
        return Shown(
            rows,
            start + 1 if rows else 0,
            total,
            self._all.count() if asked.is_narrowed else total,
            {**counted, **self._counted(asked, total)},
        )

    def every_one(self, asked: Asked) -> Iterator[Row]:
        """All that is asked for, a few at a time."""
        for one in self._ordered(asked).iterator(CHUNK):
            yield self._row(one)

    def _ordered(self, asked: Asked) -> QuerySet[KnownClient]:
        found = self._asked(asked).filter(_fitting(asked, asked.facets))
        column = ORDERS.get(asked.sort.removeprefix("-"), "rank")
        if asked.sort.startswith("-"):
            return found.order_by(f"-{column}", "-id")
        return found.order_by(column, "id")

    def _asked(self, asked: Asked) -> QuerySet[KnownClient]:
        """What the search box names, whatever the facets say."""
        found = self._all
        for word in asked.query.words:
            found = found.filter(words__contains=word)
        for test in asked.query.tests:
            found = found.filter(holds(test, self.services))
        return found

    def _counted(self, asked: Asked, total: int) -> dict[str, Counter[str]]:
        """Redirect hosts, where few enough clients are left to look at each."""
        if total > COUNTED:
            return {}
        others = [one for one in asked.facets if one.name != HOST.name]
        found = self._asked(asked).filter(_fitting(asked, others))
        hosts = found.values_list("hosts", flat=True)[: COUNTED + 1]
        if len(hosts) > COUNTED:
            return {}
        return {HOST.name: Counter(host for one in hosts for host in one.split())}

    def _rows(self, found: QuerySet[KnownClient]) -> list[Row]:
        """Found by their keys alone first, so that no row is read that is not shown."""
        keys = list(found.values_list("pk", flat=True))
        by_key = self._all.in_bulk(keys)
        return [self._row(by_key[key]) for key in keys if key in by_key]

    def _row(self, one: KnownClient) -> Row:
        service = self.services.get((one.region, one.service_id))
        name = (service.name if service else "") or str(one.service_id)
        stale = service is None or bool(service.clients_problem)
        return Row.known(one, name, stale=stale)

    def _age(self, region: Region) -> Age:
        known = [one for one in self.services.values() if one.region == region.name]
        read = [one.clients_at for one in known if one.clients_at]
        return Age(
            region,
            min(read, default=None),
            len(known),
            len(known) - len(read),
            [one for one in known if one.clients_problem],
        )


def _combination(one: dict[str, Any]) -> Row:
    return Row(
        one["region"],
        one["service_id"],
        0,
        "",
        "",
        one["client_type"],
        one["auth_method"],
        one["source"],
        one["grants"].split(),
        (),
        one["locked"],
    )


def _fitting(asked: Asked, facets: Iterable[Facet]) -> Q:
    """What fits all that is chosen in these facets."""
    found = Q()
    for one in facets:
        found &= fits(one, asked.chosen[one.name])
    return found
