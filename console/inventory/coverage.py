"""How much of the inventory is known: the services whose clients were read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from console.models import KnownService
from tenants.models import Organization

MAX_SERVICE_NAMES = 8  # unread services that a page names


@dataclass(frozen=True, slots=True)
class InventoryCoverage:
    """The number of services, and those whose clients were never read."""

    service_count: int
    unread: Sequence[KnownService]

    @property
    def is_complete(self) -> bool:
        """Whether totals include the clients of all services."""
        return not self.unread

    @property
    def read_count(self) -> int:
        return self.service_count - len(self.unread)

    @property
    def named(self) -> Sequence[KnownService]:
        """The first unread services, to name them."""
        return self.unread[:MAX_SERVICE_NAMES]

    @property
    def unnamed_count(self) -> int:
        return len(self.unread) - len(self.named)


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
