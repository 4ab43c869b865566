"""The services that a token can be of, and the one that its issuer names."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.inventory.index import index_services
from console.models import KnownService
from console.web.access import Member
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import list_all_services
from tenants.organizations.regions import Region

LIST_TIMEOUT_SECONDS = 6.0  # for the lists of all regions


@dataclass(frozen=True, slots=True)
class IssuingService:
    """A service by its name; whoever checks a token need not see more of it."""

    region: Region
    service_id: int
    name: str
    issuer: str

    @property
    def key(self) -> str:
        return f"{self.region.name}/{self.service_id}"


@dataclass(frozen=True, slots=True)
class UnlistedRegion:
    """A region whose services were not listed just now, and why."""

    region: Region
    error: AuthleteError


def indexed_services(member: Member) -> list[IssuingService]:
    """Every service of the connected regions, as it was last seen."""
    order = {one.name: at for at, one in enumerate(member.regions())}
    regions = {one.name: one for one in member.regions()}
    rows = KnownService.objects.filter(organization=member.organization, region__in=regions)
    places = [
        IssuingService(regions[one.region], one.service_id, one.name, one.issuer) for one in rows
    ]
    return sorted(places, key=lambda one: (order[one.region.name], one.name.casefold()))


def refresh_services(
    member: Member,
) -> tuple[list[IssuingService], list[UnlistedRegion]]:
    """The same, after all regions were asked anew, and those that did not answer."""
    asked, silent = [], []
    for region in member.regions():
        try:
            asked.append((region, member.connect(region.name)))
        except AuthleteError as error:
            silent.append(UnlistedRegion(region, error))
    found = list_all_services([door for _, door in asked], LIST_TIMEOUT_SECONDS)
    whole = {}
    for (region, _), services in zip(asked, found, strict=True):
        if services.error:
            silent.append(UnlistedRegion(region, services.error))
        else:
            whole[region.name] = services.items
    index_services(member.organization, whole)
    return indexed_services(member), silent


def find_by_issuer(services: Sequence[IssuingService], issuer: str) -> list[IssuingService]:
    """The services of that issuer, which several may share."""
    return [one for one in services if issuer and one.issuer == issuer]
