"""Every service of an organization, asked of all its regions at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from console.access import Member
from console.models import KnownService
from tenants.authlete import Authlete
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import all_services
from tenants.authlete.reading import clean
from tenants.models import Organization
from tenants.regions import Region

AGE = timedelta(minutes=1)  # how far behind the time of a sighting may be


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
        rows += [Row(region, service) for service in listed.services]
        if listed.error:
            silent.append(Silence(region, listed.error))
        elif listed.whole:
            whole[region.name] = listed.services
    _remember(member.organization, whole)
    shown = {(row.region.name, row.service.api_key) for row in rows}
    last = [
        row
        for silence in silent
        for row in _last_seen(member.organization, silence.region)
        if (row.region.name, row.service.api_key) not in shown
    ]
    return Fleet([*rows, *last], silent)


def _remember(
    organization: Organization, whole: Mapping[str, Sequence[Service]]
) -> None:
    """Keep names for the record and for the day a region is down; no setting.

    ``whole`` are all the services of a region, by the region's name.
    """
    now = timezone.now()
    rows = KnownService.objects.filter(organization=organization, region__in=whole)
    known = {
        (region, service_id): (pk, tuple(told), seen_at)
        for pk, region, service_id, *told, seen_at in rows.values_list(
            "pk", "region", "service_id", "name", "issuer", "modified_at", "seen_at"
        )
    }
    seen = {
        (region, one.api_key): (
            _kept(one.service_name),
            _kept(one.issuer),
            one.modified_at if abs(one.modified_at) < 2**63 else 0,
        )
        for region, services in whole.items()
        for one in services
    }
    if gone := known.keys() - seen.keys():
        rows.filter(pk__in=[known[place][0] for place in gone]).delete()
    if any(now - seen_at > AGE for _, _, seen_at in known.values()):
        rows.update(seen_at=now)
    KnownService.objects.bulk_create(
        [
            KnownService(
                organization=organization,
                region=region,
                service_id=service_id,
                name=name,
                issuer=issuer,
                modified_at=modified_at,
                seen_at=now,
            )
            for (region, service_id), (name, issuer, modified_at) in seen.items()
            if (region, service_id) not in known
            or known[region, service_id][1] != (name, issuer, modified_at)
        ],
        update_conflicts=True,
        unique_fields=["organization", "region", "service_id"],
        update_fields=["name", "issuer", "modified_at", "seen_at"],
    )


def _kept(text: str) -> str:
    """``text`` as every database takes it."""
    return clean(text).replace("\0", "\ufffd")


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
