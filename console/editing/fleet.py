"""Every service of an organization, asked of all its regions at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from console.access import Member
from console.editing.known import remember_services
from console.models import KnownService
from tenants.authlete import Authlete
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import all_services
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


def fleet(member: Member) -> Fleet:
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
