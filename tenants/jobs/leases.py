"""Who works on a job: one worker at a time, by the clock of the database.

Each statement decides alone, so no row is locked and both databases behave alike. A
worker that was killed gives nothing back: its lease runs out.
"""

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from tenants.jobs.models import ACTIVE_JOB_STATES, Job, JobState


def lease_duration() -> timedelta:
    """Longer than from one beat to the next: a call, its retries and its lock."""
    return timedelta(seconds=settings.JOB_LEASE)


def is_unleased() -> Q:
    return Q(lease=None) | Q(lease_until__lt=Now())


def acquire(job: UUID) -> UUID | None:
    """Take a job that is due and nobody's; None when it is not to be had."""
    mine = uuid4()
    taken = Job.objects.filter(
        is_unleased(), pk=job, state__in=ACTIVE_JOB_STATES, due_at__lte=Now()
    ).update(
        state=JobState.RUNNING,
        lease=mine,
        lease_until=Now() + lease_duration(),
        started_at=Coalesce("started_at", Now()),
    )
    return mine if taken else None


def renew(job: UUID, lease: UUID, *states: JobState) -> bool:
    """Keep the job for longer; False when it is someone else's by now, or in none of
    ``states`` any more.

    A lease that has nine tenths left is looked at and not written: a job makes many
    calls a second, and each write is a sync of the disk.
    """
    mine = _leased_jobs(job, lease, *states)
    if mine.filter(lease_until__gt=Now() + 0.9 * lease_duration()).exists():
        return True
    return bool(mine.update(lease_until=Now() + lease_duration()))


def lock(job: UUID, lease: UUID) -> bool:
    """The same, and let nobody else write the job until the transaction ends."""
    return bool(_leased_jobs(job, lease).update(lease_until=Now() + lease_duration()))


def _leased_jobs(job: UUID, lease: UUID, *states: JobState) -> QuerySet[Job]:
    mine = Job.objects.filter(pk=job, lease=lease)
    return mine.filter(state__in=states) if states else mine


def release(job: UUID, lease: UUID) -> bool:
    """False when it was someone else's already."""
    return bool(_leased_jobs(job, lease).update(lease=None, lease_until=None))
