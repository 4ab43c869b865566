"""How old what is known of each region's clients is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.models import KnownService
from tenants.organizations.regions import Region


@dataclass(frozen=True, slots=True)
class SyncProblem:
    """Why services did not answer."""

    region: Region
    reason: str
    services: Sequence[str]  # their names


@dataclass(frozen=True, slots=True)
class RegionFreshness:
    """What is known of one region's clients."""

    region: Region
    oldest_sync: datetime | None  # when the service was read that was read longest ago
    service_count: int
    unsynced_count: int  # services whose clients were never read
    unreachable_services: Sequence[KnownService]  # services that did not answer when last asked

    @property
    def problems(self) -> list[SyncProblem]:
        """Why they did not, each reason once."""
        by_reason: dict[str, list[str]] = {}
        for one in self.unreachable_services:
            name = one.name or str(one.service_id)
            by_reason.setdefault(one.clients_problem, []).append(name)
        return [SyncProblem(self.region, *one) for one in by_reason.items()]


def region_freshness(region: Region, services: Iterable[KnownService]) -> RegionFreshness:
    """How old is what is known of a region's clients."""
    known = [one for one in services if one.region == region.name]
    read = [one.clients_at for one in known if one.clients_at]
    return RegionFreshness(
        region,
        min(read, default=None),
        len(known),
        len(known) - len(read),
        [one for one in known if one.clients_problem],
    )
