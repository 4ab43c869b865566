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
from console.inventory.statistics import count_inventory
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
SYNC_SECONDS_PER_REGION = 20.0  # per run, for all organizations
MIN_SECONDS_LEFT = 2.0  # no new requests with less time left
SERVICES_PER_SYNC = 20  # client lists per run, once all were synced before
SERVICES_PER_BATCH = 4  # client lists in memory at once
NOT_LISTED = -1  # in place of a `modifiedAt`: it is not listed any more
MAX_READS_PER_SYNC = 200  # documents of one kind per run


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

    With ``region``, only in that region.
    """
    reader = BackgroundReader(organization, WORKER_NAME, region)
    deadline, now = Deadline(seconds), timezone.now()
    services = list_services(reader)
    rows = [row for row in services.rows if not row.seen_at]
    unreachable = {unreachable_region.region.name for unreachable_region in services.unreachable}
    complete = {region.name for region in reader.regions()} - unreachable
    names = complete | {row.region.name for row in rows}
    clients = {name: reader.connect(name) for name in names}
    details = {
        ObjectRef(row.region.name, row.service.api_key): row.service.modified_at for row in rows
    }
    changed_services = _changed_objects(organization, details, now)
    _read_documents(clients, changed_services[:MAX_READS_PER_SYNC], deadline)
    if deadline.remaining() > MIN_SECONDS_LEFT:
        listed = {ref[:2] for ref in details}
        record_removed_services(
            organization, {name: clients[name] for name in complete}, listed, deadline.remaining()
        )
    now = timezone.now()
    changed_clients = _changed_objects(
        organization, _list_clients(organization, clients, deadline), now
    )
    _read_documents(clients, changed_clients[:MAX_READS_PER_SYNC], deadline)
    remaining = len(changed_services[MAX_READS_PER_SYNC:]) + len(
        changed_clients[MAX_READS_PER_SYNC:]
    )
    return SyncResult(
        len(changed_services[:MAX_READS_PER_SYNC]),
        len(changed_clients[:MAX_READS_PER_SYNC]),
        remaining,
    )


def _list_clients(
    organization: Organization, clients: Mapping[str, AuthleteClient], deadline: Deadline
) -> dict[ObjectRef, int]:
    """Return when the clients of some services last changed, and update the index.

    Includes all services that were never requested, as long as time is left. After the first
    sync of a service, its clients are counted for charts.
    """
    services = KnownService.objects.filter(organization=organization, region__in=clients)
    unsynced = services.filter(clients_at=None).count()
    never_requested = services.filter(clients_requested_at=None).count()
    oldest = services.order_by(F("clients_requested_at").asc(nulls_first=True), "pk")
    due = list(
        oldest.values_list("pk", "region", "service_id")[: max(never_requested, SERVICES_PER_SYNC)]
    )
    details: dict[ObjectRef, int] = {}
    while due and deadline.remaining() > MIN_SECONDS_LEFT:
        batch, due = due[:SERVICES_PER_BATCH], due[SERVICES_PER_BATCH:]
        # Also for services that don't respond, which would always be first otherwise.
        services.filter(pk__in=[pk for pk, *_ in batch]).update(clients_requested_at=timezone.now())
        locations = [(region, number) for _, region, number in batch]
        details |= _list_batch(organization, clients, locations, deadline)
    if services.filter(clients_at=None).count() < unsynced:
        count_inventory(organization)  # charts must not deny clients that lists show
    return details


def _list_batch(
    organization: Organization,
    clients: Mapping[str, AuthleteClient],
    locations: Sequence[tuple[str, int]],
    deadline: Deadline,
) -> dict[ObjectRef, int]:
    versions = load_newest_versions(organization.pk, locations)
    details: dict[ObjectRef, int] = {}
    requests = [(clients[region], number) for region, number in locations]
    for location, result in zip(
        locations, list_all_clients(requests, deadline.remaining()), strict=True
    ):
        listed = {
            ObjectRef(*location, client.client_id): client.modified_at for client in result.items
        }
        if result.is_complete and all(listed.values()):
            index_clients(organization, *location, result.items)
            details |= {
                ref: NOT_LISTED
                for ref, version in versions.items()
                if ref[:2] == location and ref[2] and ref not in listed
                if version.digest
            }
        details |= listed
    return details


def _changed_objects(
    organization: Organization, listed: Mapping[ObjectRef, int], now: datetime
) -> list[ObjectRef]:
    """Return the objects that differ from their last version; mark all others as seen ``now``."""
    versions = load_newest_versions(organization.pk, {ref[:2] for ref in listed})
    unchanged = {
        ref
        for ref, modified_at in listed.items()
        if ref in versions and versions[ref].modified_at == modified_at
    }
    update_last_seen((versions[ref] for ref in unchanged), now)
    return [ref for ref, version in listed.items() if version and ref not in unchanged]


def _read_documents(
    clients: Mapping[str, AuthleteClient], refs: Sequence[ObjectRef], deadline: Deadline
) -> None:
    """Read the documents of several services, or of several clients."""
    if refs and deadline.remaining() > MIN_SECONDS_LEFT:
        gather(
            (
                (clients[region], (api.client(client) if client else api).get)
                for region, service, client in refs
                if (api := clients[region].service(service))
            ),
            deadline.remaining(),
        )


@dataclass(frozen=True, slots=True)
class SyncProblem:
    """Why services did not answer."""

    region: Region
    reason: str
    services: Sequence[str]  # their names


@dataclass(frozen=True, slots=True)
class RegionFreshness:
    """The sync state of one region's clients."""

    region: Region
    oldest_sync: datetime | None  # when the service was read that was read longest ago
    service_count: int
    unsynced_count: int  # services whose clients were never synced
    unreachable_services: Sequence[KnownService]  # services that didn't respond last time

    @property
    def problems(self) -> list[SyncProblem]:
        """Return each reason once, with the services that it affects."""
        by_reason: dict[str, list[str]] = {}
        for service in self.unreachable_services:
            name = service.name or str(service.service_id)
            by_reason.setdefault(service.clients_problem, []).append(name)
        return [SyncProblem(self.region, *reason) for reason in by_reason.items()]


def region_freshness(region: Region, services: Iterable[KnownService]) -> RegionFreshness:
    """Return the sync state of a region's clients."""
    in_region = [service for service in services if service.region == region.name]
    read_times = [service.clients_at for service in in_region if service.clients_at]
    return RegionFreshness(
        region,
        min(read_times, default=None),
        len(in_region),
        len(in_region) - len(read_times),
        [service for service in in_region if service.clients_problem],
    )
