"""The services that a token can be of, and the one that its issuer names."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.access import Member
from console.editing.known import remember_services
from console.models import KnownService
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import all_services
from tenants.regions import Region

SECONDS = 6.0  # for the lists of all regions


@dataclass(frozen=True, slots=True)
class Place:
    """A service by its name; whoever checks a token need not see more of it."""

    region: Region
    service_id: int
    name: str
    issuer: str

    @property
    def key(self) -> str:
        return f"{self.region.name}/{self.service_id}"


@dataclass(frozen=True, slots=True)
class Silent:
    """A region whose services were not listed just now, and why."""

    region: Region
    error: AuthleteError


def known(member: Member) -> list[Place]:
    """Every service of the connected regions, as it was last seen."""
    order = {one.name: at for at, one in enumerate(member.regions())}
    regions = {one.name: one for one in member.regions()}
    rows = KnownService.objects.filter(
        organization=member.organization, region__in=regions
    )
    places = [
        Place(regions[one.region], one.service_id, one.name, one.issuer) for one in rows
    ]
    return sorted(places, key=lambda one: (order[one.region.name], one.name.casefold()))


def listed(member: Member) -> tuple[list[Place], list[Silent]]:
    """The same, after all regions were asked anew, and those that did not answer."""
    asked, silent = [], []
    for region in member.regions():
        try:
            asked.append((region, member.connect(region.name)))
        except AuthleteError as error:
            silent.append(Silent(region, error))
    found = all_services([door for _, door in asked], SECONDS)
    whole = {}
    for (region, _), services in zip(asked, found, strict=True):
        if services.error:
            silent.append(Silent(region, services.error))
        else:
            whole[region.name] = services.all
    remember_services(member.organization, whole)
    return known(member), silent


def issued_by(places: Sequence[Place], issuer: str) -> list[Place]:
    """The services of that issuer, which several may share."""
    return [one for one in places if issuer and one.issuer == issuer]
