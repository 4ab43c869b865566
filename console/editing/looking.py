"""Looking now and then at every service and client, so that what others change
elsewhere is noticed without anybody opening a page.

A list says of each object when it was last changed. Only what moved since its newest
version is read; what the door sees of that it keeps, and tells the record.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from console.editing.fleet import Itself, fleet
from console.editing.known import remember_clients
from console.editing.missing import tell_missing
from console.models import KnownService
from tenants.authlete import Authlete
from tenants.authlete.api import clients, services
from tenants.authlete.deadline import Deadline
from tenants.authlete.listing import all_clients
from tenants.authlete.many import Ask, each
from tenants.jobs.chores import chore
from tenants.models import Organization
from tenants.versions import outside, unexplained
from tenants.versions.keeping import seen_again
from tenants.versions.reading import newest

NAME = "worker"
SECONDS = 20.0  # for one organization at a time: the others wait meanwhile
LEAST = 2.0  # seconds without which no more is asked for
LISTS = 20  # services whose clients are listed in one go
GONE = -1  # in place of a `modifiedAt`: it is not listed any more
READS = 200  # objects of one kind that are read in one go; the others next time

type Place = tuple[str, int, int]  # region, service, client


@chore
def look() -> None:
    """Each organization once in `VERSIONS_EVERY` seconds."""
    every = settings.VERSIONS_EVERY
    if not every:
        return
    for organization in Organization.objects.all():
        if cache.add(f"versions-looked:{organization.pk}", "yes", every):
            look_at(organization)
            unexplained.notice(organization.pk)
    outside.tell_all()


@dataclass(frozen=True, slots=True)
class Looked:
    """What was read because it had moved, and what is left for the next time."""

    services: int
    clients: int
    left: int


def look_at(organization: Organization, seconds: float = SECONDS) -> Looked:
    """Read what moved; the clients of those services that were asked for them longest
    ago."""
    itself = Itself(organization, NAME)
    end, now = Deadline(seconds), timezone.now()
    found = fleet(itself)
    rows = [row for row in found.rows if not row.seen_at]
    silent = {one.region.name for one in found.silent}
    whole = {one.name for one in itself.regions()} - silent
    names = whole | {row.region.name for row in rows}
    doors = {name: itself.connect(name) for name in names}
    told = {
        (row.region.name, row.service.api_key, 0): row.service.modified_at
        for row in rows
    }
    here = _moved(organization, told, now)
    _read(doors, here[:READS], end)
    if end.left() > LEAST:
        listed = {place[:2] for place in told}
        tell_missing(
            organization, {name: doors[name] for name in whole}, listed, end.left()
        )
    now = timezone.now()
    inside = _moved(organization, _listed(organization, doors, end), now)
    _read(doors, inside[:READS], end)
    left = len(here[READS:]) + len(inside[READS:])
    return Looked(len(here[:READS]), len(inside[:READS]), left)


def _listed(
    organization: Organization, doors: Mapping[str, Authlete], end: Deadline
) -> dict[Place, int]:
    """When clients were last changed, of some services; the index has them too."""
    if end.left() < LEAST:
        return {}
    own = KnownService.objects.filter(organization=organization, region__in=doors)
    oldest = own.order_by(F("clients_asked_at").asc(nulls_first=True), "pk")
    rows = list(oldest.values_list("pk", "region", "service_id")[:LISTS])
    # Also of those that do not answer: they would always be the first.
    own.filter(pk__in=[pk for pk, *_ in rows]).update(clients_asked_at=timezone.now())
    places = [(region, number) for _, region, number in rows]
    kept = newest(organization.pk, places)
    told: dict[Place, int] = {}
    asked = [(doors[region], number) for region, number in places]
    for place, found in zip(places, all_clients(asked, end.left()), strict=True):
        there = {(*place, one.client_id): one.modified_at for one in found.all}
        if found.whole and all(there.values()):
            remember_clients(organization, *place, found.all)
            told |= {
                one: GONE
                for one, version in kept.items()
                if one[:2] == place and one[2] and one not in there
                if version.digest
            }
        told |= there
    return told


def _moved(
    organization: Organization, told: Mapping[Place, int], now: datetime
) -> list[Place]:
    """What is not as it was when it was seen last, or never was; of all others it is
    kept that they were still the same ``now``."""
    kept = newest(organization.pk, {place[:2] for place in told})
    same = {
        place
        for place, modified_at in told.items()
        if place in kept and kept[place].modified_at == modified_at
    }
    seen_again((kept[place] for place in same), now)
    return [place for place, version in told.items() if version and place not in same]


def _read(
    doors: Mapping[str, Authlete], places: Sequence[Place], end: Deadline
) -> None:
    """All of them services, or all of them clients."""
    if places and end.left() > LEAST:
        operation = clients.GET if places[0][2] else services.GET
        each(operation, [_ask(doors, *place) for place in places], end.left())


def _ask(doors: Mapping[str, Authlete], region: str, service: int, client: int) -> Ask:
    places = {"service_id": service} | ({"client_id": client} if client else {})
    return doors[region], places, {}
