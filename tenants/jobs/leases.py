"""Job leases: one worker at a time, by the database's clock.

Each statement decides alone, so no row is locked and both databases behave alike. The lease of a
killed worker expires.
"""

from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce, Now

from tenants.jobs.models import ACTIVE_JOB_STATES, Job, JobState


def lease_duration() -> timedelta:
    """Return the duration: longer than a call with its retries and lock."""
    return timedelta(seconds=settings.JOB_LEASE)


def is_unleased() -> Q:
    """Match jobs without a valid lease."""
    return Q(lease=None) | Q(lease_until__lt=Now())


def is_due() -> Q:
    """Match active jobs that are due; none before its scheduled start."""
    started = Q(run_at=None) | Q(run_at__lte=Now())
    return started & Q(state__in=ACTIVE_JOB_STATES, due_at__lte=Now())


def acquire(job: UUID) -> UUID | None:
    """Lease a due job; return None if another worker has it."""
    lease = uuid4()
    taken = Job.objects.filter(is_unleased(), is_due(), pk=job).update(
        state=JobState.RUNNING,
        lease=lease,
        lease_until=Now() + lease_duration(),
        started_at=Coalesce("started_at", Now()),
    )
    return lease if taken else None


def renew(job: UUID, lease: UUID, *states: JobState) -> bool:
    """Renew the lease; return False if it's lost or the job is in none of ``states``.

    A lease with nine tenths left isn't written: a job makes many calls a second, and each write
    syncs the disk.
    """
    jobs = _leased_jobs(job, lease, *states)
    if jobs.filter(lease_until__gt=Now() + 0.9 * lease_duration()).exists():
        return True
    return bool(jobs.update(lease_until=Now() + lease_duration()))


def lock(job: UUID, lease: UUID) -> bool:
    """Renew the lease and lock the job until the transaction ends."""
    return bool(_leased_jobs(job, lease).update(lease_until=Now() + lease_duration()))


def _leased_jobs(job: UUID, lease: UUID, *states: JobState) -> QuerySet[Job]:
    jobs = Job.objects.filter(pk=job, lease=lease)
    return jobs.filter(state__in=states) if states else jobs


def release(job: UUID, lease: UUID) -> bool:
    """Release the lease; return False if it was lost."""
    return bool(_leased_jobs(job, lease).update(lease=None, lease_until=None))
