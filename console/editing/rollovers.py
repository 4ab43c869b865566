"""Rollovers of signing keys that are under way, for pages about more than them."""

from dataclasses import dataclass

from console.models import Rollover
from tenants.jobs.models import ACTIVE, Job
from tenants.models import Organization


@dataclass(frozen=True, slots=True)
class UnderWay:
    """How many there are, and how many of them wait for somebody."""

    all: int
    stopped: int


def under_way(organization: Organization) -> UnderWay:
    rows = Rollover.objects.filter(organization=organization, state__in=Rollover.OPEN)
    found = list(rows.values_list("job", "trouble"))
    active = Job.objects.filter(pk__in=[job for job, _ in found], state__in=ACTIVE)
    going = set(active.values_list("pk", flat=True))
    stopped = sum(bool(trouble) or job not in going for job, trouble in found)
    return UnderWay(len(found), stopped)
