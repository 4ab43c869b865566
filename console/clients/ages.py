"""How old what is known of each region's clients is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from console.models import KnownService
from tenants.regions import Region


@dataclass(frozen=True, slots=True)
class Age:
    """What is known of one region's clients."""

    region: Region
    oldest: datetime | None  # when the service was read that was read longest ago
    services: int
    unread: int  # services whose clients were never read
    silent: Sequence[KnownService]  # services that did not answer when last asked


def age(region: Region, services: Iterable[KnownService]) -> Age:
    known = [one for one in services if one.region == region.name]
    read = [one.clients_at for one in known if one.clients_at]
    return Age(
        region,
        min(read, default=None),
        len(known),
        len(known) - len(read),
        [one for one in known if one.clients_problem],
    )
