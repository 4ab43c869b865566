"""Refresh the clients of all services in all regions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.utils.translation import gettext as _

from console.clients.listing.rows import ClientRow
from console.inventory.index import index_clients
from console.inventory.services import UnreachableRegion, list_services
from console.models import KnownService
from console.web.access import Member
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import ListResult, list_all_clients
from tenants.authlete.transport.deadline import Deadline

REFRESH_SECONDS = 20.0  # for all of it
MIN_SECONDS_LEFT = 1.0  # seconds without which no more is asked for
SERVICES_PER_BATCH = 40  # services whose clients are held in memory at once
NEVER_READ = datetime.min.replace(tzinfo=UTC)

type ServiceKey = tuple[str, int]  # region and service


@dataclass(frozen=True, slots=True)
class RefreshResult:
    """The result of a refresh."""

    services_read: int  # services
    silent_regions: Sequence[UnreachableRegion]  # regions that did not list their services
    failed_services: int  # services that did not list their clients, or not all
    skipped_services: int  # services for which no time was left

    @property
    def is_complete(self) -> bool:
        return not (self.silent_regions or self.failed_services or self.skipped_services)


def refresh_clients(member: Member, seconds: float = REFRESH_SECONDS) -> RefreshResult | None:
    """Refresh all services, those first that were synced longest ago.

    Services that don't respond keep their last known clients. Returns None if another
    refresh of the organization is running.
    """
    lock = f"clients-refreshed:{member.organization.pk}"
    if not cache.add(lock, member.page_id, 2 * seconds):  # should its process be killed
        return None
    try:
        return _refresh(member, Deadline(seconds))
    finally:
        cache.delete(lock)


def _refresh(member: Member, deadline: Deadline) -> RefreshResult:
    services = list_services(member)
    for silence in services.silent:
        _save_problem(member, _describe_error(silence.error), region=silence.region.name)
    places = [
        (row.region.name, row.service.api_key)
        for row in services.rows
        if not row.seen_at and 0 < row.service.api_key < 2**63
    ]
    last = _last_read(member)
    places.sort(key=lambda location: last.get(location) or NEVER_READ)
    doors = {name: member.connect(name) for name in {region for region, _ in places}}
    read = failed = 0
    while places and deadline.remaining() > MIN_SECONDS_LEFT:
        batch, places = places[:SERVICES_PER_BATCH], places[SERVICES_PER_BATCH:]
        for place, problem in _read_batch(member, doors, batch, deadline):
            read, failed = read + (not problem), failed + bool(problem)
            if problem:
                _save_problem(member, problem, region=place[0], service_id=place[1])
    for region, number in places:
        late = _("the sync ran out of time")
        _save_problem(member, late, region=region, service_id=number)
    return RefreshResult(read, services.silent, failed, len(places))


def _read_batch(
    member: Member, apis: dict[str, AuthleteClient], keys: Sequence[ServiceKey], deadline: Deadline
) -> Iterator[tuple[ServiceKey, str]]:
    """Index the clients of each service; yield the problem, if there is one."""
    asked = [(apis[region], number) for region, number in keys]
    for location, listed in zip(keys, list_all_clients(asked, deadline.remaining()), strict=True):
        if not (problem := _list_problem(location, listed)):
            index_clients(member.organization, *location, listed.items)
        yield location, problem


def _list_problem(location: ServiceKey, listed: ListResult[ClientPage, Client]) -> str:
    if listed.error:
        return _describe_error(listed.error)
    if any(ClientRow.from_client(*location, client).is_limited for client in listed.items):
        return _("the credential can read only names")
    return ""


def _describe_error(error: AuthleteError) -> str:
    """Describe the error with HTTP status, code and request ID."""
    said = [f"HTTP {error.status}" if error.status else "", error.code]
    if error.request_id:
        said.append(_("request %(id)s") % {"id": error.request_id})
    quoted = " ".join(filter(None, said))
    return f"{error.message} ({quoted})" if quoted else error.message


def _save_problem(member: Member, problem: str, **where: str | int) -> None:
    """Store why services show their last known clients."""
    KnownService.objects.filter(organization=member.organization, **where).update(
        clients_problem=problem[:1_000]
    )


def _last_read(member: Member) -> dict[ServiceKey, datetime | None]:
    services = KnownService.objects.filter(organization=member.organization)
    return {(service.region, service.service_id): service.clients_at for service in services}
