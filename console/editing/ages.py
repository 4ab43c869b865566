"""How old what is known of each region's clients is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.models import KnownService
from tenants.regions import Region


@dataclass(frozen=True, slots=True)
class Problem:
    """Why services did not answer."""

    region: Region
    reason: str
    services: Sequence[str]  # their names


@dataclass(frozen=True, slots=True)
class Age:
    """What is known of one region's clients."""

    region: Region
    oldest: datetime | None  # when the service was read that was read longest ago
    services: int
    unread: int  # services whose clients were never read
    silent: Sequence[KnownService]  # services that did not answer when last asked

    @property
    def problems(self) -> list[Problem]:
        """Why they did not, each reason once."""
        by_reason: dict[str, list[str]] = {}
        for one in self.silent:
            name = one.name or str(one.service_id)
            by_reason.setdefault(one.clients_problem, []).append(name)
        return [Problem(self.region, *one) for one in by_reason.items()]


def age(region: Region, services: Iterable[KnownService]) -> Age:
    """How old is what is known of a region's clients."""
    known = [one for one in services if one.region == region.name]
    read = [one.clients_at for one in known if one.clients_at]
    return Age(
        region,
        min(read, default=None),
        len(known),
        len(known) - len(read),
        [one for one in known if one.clients_problem],
    )
