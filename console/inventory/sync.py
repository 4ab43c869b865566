"""Sync every service and client regularly, to notice external changes.

A list has the modification time of each object. Only objects that changed since their newest
version are read; the API client then stores the version and writes the audit entry.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.db.models import F
from django.utils import timezone

from console.inventory.index import index_clients
from console.inventory.services import BackgroundReader, list_services, record_removed_services
from console.models import KnownService
from tenants.authlete import AuthleteClient
from tenants.authlete.fanout import gather
from tenants.authlete.listing import list_all_clients
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.transport.deadline import Deadline
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Organization
from tenants.organizations.regions import Region, get_regions
from tenants.versions import external_changes, reattribution
from tenants.versions.recorder import update_last_seen
from tenants.versions.timeline import load_newest_versions

WORKER_NAME = "worker"
SYNC_SECONDS_PER_REGION = 20.0  # seconds of one run for all organizations of a region
MIN_SECONDS_LEFT = 2.0  # seconds without which no more is asked for
SERVICES_PER_SYNC = 20  # services whose clients are listed in one run, if all were before
SERVICES_PER_BATCH = 4  # services whose clients are held in memory at once
NOT_LISTED = -1  # in place of a `modifiedAt`: it is not listed any more
MAX_READS_PER_SYNC = 200  # objects of one kind that are read in one go; the others next time


@run_every_minute
def sync_all() -> None:
    """Sync each organization's regions once in `VERSIONS_EVERY` seconds.

    A region that is slow uses up its own time only: what is left is synced in the next run.
    """
    every = settings.VERSIONS_EVERY
    if not every:
        return
    for region in get_regions():
        deadline = Deadline(SYNC_SECONDS_PER_REGION)
        for organization in Organization.objects.filter(credential__region=region):
            if deadline.remaining() < MIN_SECONDS_LEFT:
                break
            if cache.add(f"versions-looked:{organization.pk}:{region}", "yes", every):
                sync_organization(organization, region, deadline.remaining())
                reattribution.reattribute_changes(organization.pk)
    external_changes.report_pending()


@dataclass(frozen=True, slots=True)
class SyncResult:
    """The objects that were read because they changed, and those left for the next run."""

    services: int
    clients: int
    remaining: int


def sync_organization(
    organization: Organization, region: str = "", seconds: float = SYNC_SECONDS_PER_REGION
) -> SyncResult:
    """Read changed objects, and the clients of the services that were synced longest ago.

    With ``region``, only there.
    """
    itself = BackgroundReader(organization, WORKER_NAME, region)
    end, now = Deadline(seconds), timezone.now()
    services = list_services(itself)
    rows = [row for row in services.rows if not row.seen_at]
    silent = {unreachable_region.region.name for unreachable_region in services.silent}
    whole = {region.name for region in itself.regions()} - silent
    names = whole | {row.region.name for row in rows}
    doors = {name: itself.connect(name) for name in names}
    details = {
        ObjectRef(row.region.name, row.service.api_key): row.service.modified_at for row in rows
    }
    here = _changed_objects(organization, details, now)
    _read_documents(doors, here[:MAX_READS_PER_SYNC], end)
    if end.remaining() > MIN_SECONDS_LEFT:
        listed = {ref[:2] for ref in details}
        record_removed_services(
            organization, {name: doors[name] for name in whole}, listed, end.remaining()
        )
    now = timezone.now()
    inside = _changed_objects(organization, _list_clients(organization, doors, end), now)
    _read_documents(doors, inside[:MAX_READS_PER_SYNC], end)
    remaining = len(here[MAX_READS_PER_SYNC:]) + len(inside[MAX_READS_PER_SYNC:])
    return SyncResult(len(here[:MAX_READS_PER_SYNC]), len(inside[:MAX_READS_PER_SYNC]), remaining)


def _list_clients(
    organization: Organization, doors: Mapping[str, AuthleteClient], end: Deadline
) -> dict[ObjectRef, int]:
    """Return when the clients of some services last changed, and update the index.

    Includes all services that were never asked for, as long as time is left.
    """
    services = KnownService.objects.filter(organization=organization, region__in=doors)
    never_requested = services.filter(clients_requested_at=None).count()
    oldest = services.order_by(F("clients_requested_at").asc(nulls_first=True), "pk")
    due = list(
        oldest.values_list("pk", "region", "service_id")[: max(never_requested, SERVICES_PER_SYNC)]
    )
    details: dict[ObjectRef, int] = {}
    while due and end.remaining() > MIN_SECONDS_LEFT:
        batch, due = due[:SERVICES_PER_BATCH], due[SERVICES_PER_BATCH:]
        # Also of those that do not answer: they would always be the first.
        services.filter(pk__in=[pk for pk, *_ in batch]).update(clients_requested_at=timezone.now())
        places = [(region, number) for _, region, number in batch]
        details |= _list_batch(organization, doors, places, end)
    return details


def _list_batch(
    organization: Organization,
    doors: Mapping[str, AuthleteClient],
    places: Sequence[tuple[str, int]],
    end: Deadline,
) -> dict[ObjectRef, int]:
    versions = load_newest_versions(organization.pk, places)
    details: dict[ObjectRef, int] = {}
    asked = [(doors[region], number) for region, number in places]
    for location, result in zip(places, list_all_clients(asked, end.remaining()), strict=True):
        there = {
            ObjectRef(*location, client.client_id): client.modified_at for client in result.items
        }
        if result.is_complete and all(there.values()):
            index_clients(organization, *location, result.items)
            details |= {
                ref: NOT_LISTED
                for ref, version in versions.items()
                if ref[:2] == location and ref[2] and ref not in there
                if version.digest
            }
        details |= there
    return details


def _changed_objects(
    organization: Organization, listed: Mapping[ObjectRef, int], now: datetime
) -> list[ObjectRef]:
    """Return the objects that differ from their last version; mark all others as seen ``now``."""
    versions = load_newest_versions(organization.pk, {ref[:2] for ref in listed})
    same = {
        place
        for place, modified_at in listed.items()
        if place in versions and versions[place].modified_at == modified_at
    }
    update_last_seen((versions[place] for place in same), now)
    return [place for place, version in listed.items() if version and place not in same]


def _read_documents(
    doors: Mapping[str, AuthleteClient], places: Sequence[ObjectRef], end: Deadline
) -> None:
    """Read the documents of several services, or of several clients."""
    if places and end.remaining() > MIN_SECONDS_LEFT:
        gather(
            (
                (doors[region], (api.client(client) if client else api).get)
                for region, service, client in places
                if (api := doors[region].service(service))
            ),
            end.remaining(),
        )


@dataclass(frozen=True, slots=True)
class SyncProblem:
    """Why services did not answer."""

    region: Region
    reason: str
    services: Sequence[str]  # their names


@dataclass(frozen=True, slots=True)
class RegionFreshness:
    """What is known of one region's clients."""

    region: Region
    oldest_sync: datetime | None  # when the service was read that was read longest ago
    service_count: int
    unsynced_count: int  # services whose clients were never read
    unreachable_services: Sequence[KnownService]  # services that did not answer when last asked

    @property
    def problems(self) -> list[SyncProblem]:
        """Why they did not, each reason once."""
        by_reason: dict[str, list[str]] = {}
        for service in self.unreachable_services:
            name = service.name or str(service.service_id)
            by_reason.setdefault(service.clients_problem, []).append(name)
        return [SyncProblem(self.region, *one) for one in by_reason.items()]


def region_freshness(region: Region, services: Iterable[KnownService]) -> RegionFreshness:
    """Return the age of what is known of a region's clients."""
    known = [service for service in services if service.region == region.name]
    read = [one.clients_at for one in known if one.clients_at]
    return RegionFreshness(
        region,
        min(read, default=None),
        len(known),
        len(known) - len(read),
        [one for one in known if one.clients_problem],
    )
