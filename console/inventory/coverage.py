"""Coverage of the inventory: services whose clients have been synced."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from console.models import KnownService
from tenants.models import Organization

MAX_SERVICE_NAMES = 8  # unsynced services listed on a page


@dataclass(frozen=True, slots=True)
class InventoryCoverage:
    """The number of services, and those whose clients have never been synced."""

    service_count: int
    unsynced: Sequence[KnownService]

    @property
    def is_complete(self) -> bool:
        """Whether totals include the clients of all services."""
        return not self.unsynced

    @property
    def read_count(self) -> int:
        return self.service_count - len(self.unsynced)

    @property
    def listed(self) -> Sequence[KnownService]:
        """The first unsynced services, to name them."""
        return self.unsynced[:MAX_SERVICE_NAMES]

    @property
    def unlisted_count(self) -> int:
        return len(self.unsynced) - len(self.listed)


def measure_coverage(services: Iterable[KnownService]) -> InventoryCoverage:
    """Return how many of ``services`` have had their clients read."""
    services = list(services)
    return InventoryCoverage(
        len(services), [service for service in services if service.clients_at is None]
    )


def organization_coverage(
    organization: Organization, regions: Collection[str]
) -> InventoryCoverage:
    """Return the coverage of the services in ``regions``."""
    services = KnownService.objects.filter(organization=organization, region__in=regions)
    return measure_coverage(services.order_by("name", "pk"))


class PartialInventoryError(Exception):
    """Clients of some services were never read, so "all matching" isn't known."""

    def __init__(self, coverage: InventoryCoverage) -> None:
        super().__init__(f"{len(coverage.unsynced)} services were never read")
        self.coverage = coverage
