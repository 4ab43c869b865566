"""Every service of an organization, asked of all its regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol

from console.editing.known import remember_services
from console.models import KnownService
from tenants.audit.log import AuditLog
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import all_services
from tenants.connect import Held, connect, connected, credentials
from tenants.models import Organization
from tenants.regions import Region


@dataclass(frozen=True, slots=True)
class Row:
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
    def clients(self) -> int | None:
        """Authlete's own count (api.md, 9.1, `metadata`); None where it gives none."""
        return self.service.client_count

    @property
    def lifetime(self) -> int:
        """Of access tokens, in seconds."""
        value = self.service.get("accessTokenDuration")
        return value if isinstance(value, int) else 0


@dataclass(frozen=True, slots=True)
class Silence:
    """A region that did not answer, or not in full."""

    region: Region
    error: AuthleteError


@dataclass(frozen=True, slots=True)
class Fleet:
    rows: Sequence[Row]
    silent: Sequence[Silence]


class Reader(Protocol):
    """Who asks: a member, or the console by itself."""

    @property
    def organization(self) -> Organization: ...

    def connect(self, region: str) -> Authlete: ...

    def regions(self) -> list[Region]: ...


@dataclass(frozen=True)
class Itself:
    """The console, which looks while nobody sits in front of it."""

    organization: Organization
    name: str  # of what runs, for the record

    @cached_property
    def _held(self) -> Held:
        return credentials(self.organization)

    def connect(self, region: str) -> Authlete:
        """Raises `Unauthorized` where there is no credential that opens."""
        home = self.organization
        who = Who(0, self.name, organization_id=home.pk, organization=home.slug)
        return connect(self._held, region, AuditLog(who))

    def regions(self) -> list[Region]:
        return connected(self._held)


def fleet(member: Reader) -> Fleet:
    """All services; a region that is silent gives those that it showed last."""
    silent: list[Silence] = []
    doors: list[tuple[Region, Authlete]] = []
    for region in member.regions():
        try:
            doors.append((region, member.connect(region.name)))
        except AuthleteError as error:
            silent.append(Silence(region, error))
    answers = all_services([door for _, door in doors])
    rows = []
    whole: dict[str, Sequence[Service]] = {}
    for (region, _), listed in zip(doors, answers, strict=True):
        rows += [Row(region, service) for service in listed.all]
        if listed.error:
            silent.append(Silence(region, listed.error))
        elif listed.whole:
            whole[region.name] = listed.all
    remember_services(member.organization, whole)
    shown = {(row.region.name, row.service.api_key) for row in rows}
    last = [
        row
        for silence in silent
        for row in _last_seen(member.organization, silence.region)
        if (row.region.name, row.service.api_key) not in shown
    ]
    return Fleet([*rows, *last], silent)


def _last_seen(organization: Organization, region: Region) -> list[Row]:
    known = KnownService.objects.filter(organization=organization, region=region.name)
    return [
        Row(
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
