"""The services that may have issued a token."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.inventory.services import RegionServices, list_by_region
from console.models import KnownService
from console.web.access import Member
from tenants.organizations.regions import Region

LIST_TIMEOUT_SECONDS = 6.0  # for all regions


@dataclass(frozen=True, slots=True)
class IssuingService:
    """The name and issuer of a service; token lookup needs no more of it."""

    region: Region
    service_id: int
    name: str
    issuer: str

    @property
    def key(self) -> str:
        """The region and ID, as a choice of the form."""
        return f"{self.region.name}/{self.service_id}"


def indexed_services(member: Member) -> list[IssuingService]:
    """Return the indexed services of the connected regions, by region and name."""
    regions = {region.name: region for region in member.regions()}
    order = list(regions)
    rows = KnownService.objects.filter(organization=member.organization, region__in=regions)
    services = [
        IssuingService(regions[row.region], row.service_id, row.name, row.issuer) for row in rows
    ]
    return sorted(
        services, key=lambda service: (order.index(service.region.name), service.name.casefold())
    )


def refresh_services(member: Member) -> tuple[list[IssuingService], list[RegionServices]]:
    """List the services of all regions, and index them; also return failed regions."""
    lists = list_by_region(member, LIST_TIMEOUT_SECONDS)
    return indexed_services(member), [listed for listed in lists if listed.error]


def find_by_issuer(services: Sequence[IssuingService], issuer: str) -> list[IssuingService]:
    """Return the services with that issuer; several may share one."""
    return [service for service in services if issuer and service.issuer == issuer]
