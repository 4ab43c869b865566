"""Batches of tokens that have ended, for pages about more than them."""

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import User
from django.db.models import Q
from django.utils import timezone

from console.models import Batch, Rollover
from tenants.jobs.models import ACTIVE_JOB_STATES, Job
from tenants.models import Organization

RECENT = timedelta(days=1)  # after its end; what is unknown stays until it is settled


def recently_ended_batches(organization: Organization, user: User) -> list[Batch]:
    """Those that somebody started and may want to hear of, newest first."""
    lately = Q(ended_at__gt=timezone.now() - RECENT) | Q(state=Batch.State.UNKNOWN)
    found = Batch.objects.filter(
        lately, organization=organization, starter=user, state__in=Batch.ENDED
    )
    return list(found.defer("listed").order_by("-ended_at")[:3])


@dataclass(frozen=True, slots=True)
class OpenRollovers:
    """How many there are, and how many of them wait for somebody."""

    all: int
    stopped: int


def count_open_rollovers(organization: Organization) -> OpenRollovers:
    rows = Rollover.objects.filter(organization=organization, state__in=Rollover.OPEN)
    found = list(rows.values_list("job", "trouble"))
    active = Job.objects.filter(pk__in=[job for job, _ in found], state__in=ACTIVE_JOB_STATES)
    going = set(active.values_list("pk", flat=True))
    stopped = sum(bool(trouble) or job not in going for job, trouble in found)
    return OpenRollovers(len(found), stopped)
