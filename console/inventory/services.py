"""Every service of an organization, asked of all its regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from console.inventory.index import index_services
from console.models import KnownService
from tenants.audit.actor import Actor
from tenants.audit.recorder import AuditLogSink
from tenants.authlete import AuthleteClient
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import list_all_services
from tenants.models import Organization
from tenants.organizations.api_clients import (
    CredentialsByRegion,
    connect,
    list_connected_regions,
    load_credentials,
)
from tenants.organizations.regions import Region


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service in the list, as it is now or as it was last seen."""

    region: Region
    service: Service
    seen_at: datetime | None = None  # None: this moment

    @property
    def name(self) -> str:
        return self.service.service_name or str(self.service.api_key)

    @property
    def place(self) -> str:
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
class UnreachableRegion:
    """A region that did not answer, or not in full."""

    region: Region
    error: AuthleteError


@dataclass(frozen=True, slots=True)
class ServiceList:
    rows: Sequence[ServiceRow]
    silent: Sequence[UnreachableRegion]


class ServiceReader(Protocol):
    """Who asks: a member, or the console by itself."""

    @property
    def organization(self) -> Organization: ...

    def connect(self, region: str) -> AuthleteClient: ...

    def regions(self) -> list[Region]: ...


@dataclass(frozen=True)
class BackgroundReader:
    """The console, which looks while nobody sits in front of it."""

    organization: Organization
    name: str  # of what runs, for the record

    @cached_property
    def _credentials(self) -> CredentialsByRegion:
        return load_credentials(self.organization)

    def connect(self, region: str) -> AuthleteClient:
        """Raises `Unauthorized` where there is no credential that opens."""
        home = self.organization
        who = Actor(0, self.name, organization_id=home.pk, organization=home.slug)
        return connect(self._credentials, region, AuditLogSink(who))

    def regions(self) -> list[Region]:
        return list_connected_regions(self._credentials)


def list_services(reader: ServiceReader) -> ServiceList:
    """All services; a region that is silent gives those that it showed last."""
    silent: list[UnreachableRegion] = []
    doors: list[tuple[Region, AuthleteClient]] = []
    for region in reader.regions():
        try:
            doors.append((region, reader.connect(region.name)))
        except AuthleteError as error:
            silent.append(UnreachableRegion(region, error))
    answers = list_all_services([door for _, door in doors])
    rows = []
    whole: dict[str, Sequence[Service]] = {}
    for (region, _), listed in zip(doors, answers, strict=True):
        rows += [ServiceRow(region, service) for service in listed.items]
        if listed.error:
            silent.append(UnreachableRegion(region, listed.error))
        elif listed.is_complete:
            whole[region.name] = listed.items
    index_services(reader.organization, whole)
    shown = {(row.region.name, row.service.api_key) for row in rows}
    last = [
        row
        for silence in silent
        for row in _services_last_synced(reader.organization, silence.region)
        if (row.region.name, row.service.api_key) not in shown
    ]
    return ServiceList([*rows, *last], silent)


def _services_last_synced(organization: Organization, region: Region) -> list[ServiceRow]:
    known = KnownService.objects.filter(organization=organization, region=region.name)
    return [
        ServiceRow(
            region,
            Service.model_validate(
                {
                    "apiKey": one.service_id,
                    "serviceName": one.name,
                    "issuer": one.issuer,
                    "modifiedAt": one.modified_at,
                }
            ),
            one.seen_at,
        )
        for one in known
    ]
