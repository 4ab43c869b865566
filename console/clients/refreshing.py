"""Reading the clients of every service of every region anew, as far as time allows."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from console.access import Member
from console.clients.rows import Row
from console.editing.fleet import Silence, fleet
from console.editing.known import remember_clients
from console.models import KnownService
from tenants.authlete import Authlete
from tenants.authlete.deadline import Deadline
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import Listed, all_clients

SECONDS = 20.0  # for all of it
LEAST = 1.0  # seconds without which no more is asked for
BATCH = 40  # services whose clients are held in memory at once
NEVER = datetime.min.replace(tzinfo=UTC)

type Place = tuple[str, int]  # region and service


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of it."""

    read: int  # services
    silent: Sequence[Silence]  # regions that did not list their services
    failed: int  # services that did not list their clients, or not all
    late: int  # services for which no time was left

    @property
    def is_whole(self) -> bool:
        return not (self.silent or self.failed or self.late)


def refresh(member: Member, seconds: float = SECONDS) -> Refreshed | None:
    """Ask all services of all regions; what was read longest ago comes first.

    What does not answer keeps what it showed last, and the index says so. None where
    somebody else of the organization does the same at this moment.
    """
    lock = f"clients-refreshed:{member.organization.pk}"
    if not cache.add(lock, member.page, 2 * seconds):  # should its process be killed
        return None
    try:
        return _refreshed(member, Deadline(seconds))
    finally:
        cache.delete(lock)


def _refreshed(member: Member, deadline: Deadline) -> Refreshed:
    found = fleet(member)
    for silence in found.silent:
        _told(member, _why(silence.error), region=silence.region.name)
    places = [
        (row.region.name, row.service.api_key)
        for row in found.rows
        if not row.seen_at and 0 < row.service.api_key < 2**63
    ]
    last = _last(member)
    places.sort(key=lambda place: last.get(place) or NEVER)
    doors = {name: member.connect(name) for name in {region for region, _ in places}}
    read = failed = 0
    while places and deadline.left() > LEAST:
        batch, places = places[:BATCH], places[BATCH:]
        for place, problem in _read(member, doors, batch, deadline):
            read, failed = read + (not problem), failed + bool(problem)
            if problem:
                _told(member, problem, region=place[0], service_id=place[1])
    for region, number in places:
        late = _("no time was left to ask for them")
        _told(member, late, region=region, service_id=number)
    return Refreshed(read, found.silent, failed, len(places))


def _read(
    member: Member,
    doors: dict[str, Authlete],
    places: Sequence[Place],
    deadline: Deadline,
) -> Iterator[tuple[Place, str]]:
    """Keep what each service shows; gives why not, where that is so."""
    asked = [(doors[region], number) for region, number in places]
    for place, listed in zip(places, all_clients(asked, deadline.left()), strict=True):
        if not (problem := _problem(place, listed)):
            remember_clients(member.organization, *place, listed.all)
        yield place, problem


def _problem(place: Place, listed: Listed[ClientPage, Client]) -> str:
    if listed.error:
        return _why(listed.error)
    if any(Row.of(*place, one).is_limited for one in listed.all):
        return _("the credential sees names only")
    return ""


def _why(error: AuthleteError) -> str:
    """What happened, with all that there is to quote."""
    said = [f"HTTP {error.status}" if error.status else "", error.code]
    if error.request_id:
        said.append(_("request %(id)s") % {"id": error.request_id})
    quoted = " ".join(filter(None, said))
    return f"{error.message} ({quoted})" if quoted else error.message


def _told(member: Member, problem: str, **where: str | int) -> None:
    """Keep why clients are shown as they were seen last."""
    KnownService.objects.filter(organization=member.organization, **where).update(
        clients_problem=problem[:1_000]
    )


def _last(member: Member) -> dict[Place, datetime | None]:
    known = KnownService.objects.filter(organization=member.organization)
    return {(one.region, one.service_id): one.clients_at for one in known}
