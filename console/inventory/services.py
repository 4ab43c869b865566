"""List the services of an organization from all its regions at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol

from django.contrib.auth.models import User
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from console.inventory.index import index_services
from console.inventory.setting_values import SERVICE_SETTINGS, SettingValues, read_values
from console.models import Batch, KnownService, Rollover
from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError, ForbiddenError
from tenants.authlete.fanout import gather
from tenants.authlete.listing import list_all_services
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.jobs.models import ACTIVE_JOB_STATES, Job
from tenants.models import Credential, Organization
from tenants.organizations.api_clients import (
    CredentialsByRegion,
    connect,
    list_connected_regions,
    load_credentials,
)
from tenants.organizations.regions import Region
from tenants.versions.models import Version
from tenants.versions.recorder import record_snapshot
from tenants.versions.timeline import load_existing_services


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service in the list, current or last synced."""

    region: Region
    service: Service
    seen_at: datetime | None = None  # None: this moment
    synced_settings: SettingValues | None = None  # as last synced

    @property
    def settings(self) -> SettingValues:
        """The values of all settings, for searches and columns."""
        if self.synced_settings is not None:
            return self.synced_settings
        return read_values(self.service.to_dict(), SERVICE_SETTINGS)

    @property
    def name(self) -> str:
        return self.service.service_name or str(self.service.api_key)

    @property
    def key(self) -> str:
        """Names it among all: region and id."""
        return f"{self.region.name}/{self.service.api_key}"

    @property
    def client_count(self) -> int | None:
        """Authlete's own count (Authlete facts, 9.1, `metadata`); None where it gives none."""
        return self.service.client_count

    @property
    def access_token_duration(self) -> int:
        """Of access tokens, in seconds."""
        value = self.service.get("accessTokenDuration")
        return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class RegionServices:
    """The services that a region listed: all of them, or why some are missing."""

    region: Region
    services: Sequence[Service] = ()
    error: AuthleteError | None = None


@dataclass(frozen=True, slots=True)
class ServiceList:
    """The services of an organization, and the regions that did not list all of theirs."""

    rows: Sequence[ServiceRow]
    unreachable: Sequence[RegionServices]


class ServiceReader(Protocol):
    """A member, or the console in the background."""

    @property
    def organization(self) -> Organization: ...

    def connect(self, region: str) -> AuthleteClient: ...

    def regions(self) -> list[Region]: ...


@dataclass(frozen=True)
class BackgroundReader:
    """The console itself, for background syncs."""

    organization: Organization
    name: str  # process name in the audit log
    region: str = ""  # the only region to read; empty: all

    @cached_property
    def _credentials(self) -> CredentialsByRegion:
        return load_credentials(self.organization)

    def connect(self, region: str) -> AuthleteClient:
        """Return the region's client; raise `UnauthorizedError` without a readable credential."""
        home = self.organization
        actor = Actor(0, self.name, organization_id=home.pk, organization=home.slug)
        return connect(self._credentials, region, AuditLogSink(actor))

    def regions(self) -> list[Region]:
        regions = list_connected_regions(self._credentials)
        return [region for region in regions if self.region in ("", region.name)]


def list_by_region(reader: ServiceReader, timeout_seconds: float = 10.0) -> list[RegionServices]:
    """List the services of all regions at once, and index the complete lists."""
    clients: dict[Region, AuthleteClient] = {}
    failed = []
    for region in reader.regions():
        try:
            clients[region] = reader.connect(region.name)
        except AuthleteError as error:
            failed.append(RegionServices(region, error=error))
    results = list_all_services(list(clients.values()), timeout_seconds)
    listed = [
        RegionServices(region, result.items, result.error)
        for region, result in zip(clients, results, strict=True)
    ]
    complete = {listing.region.name: listing.services for listing in listed if not listing.error}
    index_services(reader.organization, complete)
    return failed + listed


def list_services(reader: ServiceReader) -> ServiceList:
    """Return all services; from the index for a region that does not respond."""
    lists = list_by_region(reader)
    rows = [
        ServiceRow(listing.region, service) for listing in lists for service in listing.services
    ]
    unreachable = [listing for listing in lists if listing.error]
    listed_keys = {row.key for row in rows}
    for listing in unreachable:
        indexed = _services_last_synced(reader.organization, listing.region)
        rows += [row for row in indexed if row.key not in listed_keys]
    return ServiceList(rows, unreachable)


def indexed_names(organization: Organization) -> dict[str, dict[int, str]]:
    """Return the names of the indexed services, by region and ID."""
    names: dict[str, dict[int, str]] = {}
    rows = KnownService.objects.filter(organization=organization)
    for region, service_id, name in rows.values_list("region", "service_id", "name"):
        names.setdefault(region, {})[service_id] = name
    return names


def service_name_lookup(organization: Organization) -> Callable[[str, int], str]:
    """Return a function from region and ID to the name of a service, or its ID."""
    names = indexed_names(organization)
    return lambda region, service_id: names.get(region, {}).get(service_id) or str(service_id)


def _services_last_synced(organization: Organization, region: Region) -> list[ServiceRow]:
    services = KnownService.objects.filter(organization=organization, region=region.name)
    return [
        ServiceRow(
            region,
            Service.model_validate(
                {
                    "apiKey": service.service_id,
                    "serviceName": service.name,
                    "issuer": service.issuer,
                    "modifiedAt": service.modified_at,
                }
            ),
            service.seen_at,
            service.settings,
        )
        for service in services.defer(None)
    ]


DELETED_CODES = ("A003202", "A035203")  # the service was deleted (Authlete facts, 3)
MISS_COUNT_TTL_SECONDS = 24 * 60 * 60  # seconds that it is known how often a service was missed
MAX_CHECKS_PER_REGION = 50  # missing services checked at a time


def record_removed_services(
    organization: Organization,
    clients: Mapping[str, AuthleteClient],
    listed: Collection[tuple[str, int]],
    seconds: float,
) -> None:
    """Record the deletion of services that are missing from the complete lists of regions.

    ``clients`` has the API clients of those regions, and ``listed`` the region and id of each
    service in their lists.
    """
    since = dict(
        Credential.objects.filter(organization=organization).values_list("region", "changed_at")
    )
    rows: dict[str, list[Version]] = {name: [] for name in clients}
    for version in load_existing_services(organization.pk, clients):
        if version.region in since and version.last_at > since[version.region]:
            rows[version.region].append(version)
    for region, versions in rows.items():
        missing = [version for version in versions if (region, version.service_id) not in listed]
        is_plausible = len(missing) * 2 <= len(versions)
        due = [version for version in missing if _is_due(version)][:MAX_CHECKS_PER_REGION]
        client = clients[region]
        replies = gather(
            ((client, client.service(version.service_id).get) for version in due), seconds
        )
        for version, reply in zip(due, replies, strict=True):
            if isinstance(reply, ForbiddenError) and (is_plausible or reply.code in DELETED_CODES):
                snapshot = ObjectSnapshot(
                    region, version.service_id, 0, reply.request_id, is_write=False
                )
                record_snapshot(organization.pk, snapshot)


def _is_due(missed: Version) -> bool:
    """Return whether to ask for a missing service: at its 2nd, 4th, 8th … miss in a row.

    The count starts again whenever the service is seen.
    """
    key = f"missed:{missed.pk}:{missed.last_at.timestamp()}"
    times: int = cache.get(key, 0) + 1
    cache.set(key, times, MISS_COUNT_TTL_SECONDS)
    return times > 1 and times & (times - 1) == 0


RECENT = timedelta(days=1)  # after a job ended; unknown outcomes stay until resolved


def recently_ended_batches(organization: Organization, user: User) -> list[Batch]:
    """Return up to three of the user's batches that ended lately or are unknown, newest first."""
    lately = Q(ended_at__gt=timezone.now() - RECENT) | Q(state=Batch.State.UNKNOWN)
    batches = Batch.objects.filter(
        lately, organization=organization, starter=user, state__in=Batch.ENDED
    )
    return list(batches.defer("faults_json").order_by("-ended_at")[:3])


@dataclass(frozen=True, slots=True)
class OpenRollovers:
    """The number of open rollovers, and of the stopped ones among them."""

    all: int
    stopped: int


def count_open_rollovers(organization: Organization) -> OpenRollovers:
    """Count the unfinished rollovers, and those of them that stopped."""
    rows = Rollover.objects.filter(organization=organization, state__in=Rollover.OPEN)
    rollovers = list(rows.values_list("job", "error"))
    active = Job.objects.filter(pk__in=[job for job, _ in rollovers], state__in=ACTIVE_JOB_STATES)
    active_ids = set(active.values_list("pk", flat=True))
    stopped = sum(bool(error) or job not in active_ids for job, error in rollovers)
    return OpenRollovers(len(rollovers), stopped)
