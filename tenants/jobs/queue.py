"""The queue of `django.tasks`: which job to process next, and when.

A duplicate task does no harm, since it needs the job's lease. `requeue_abandoned_jobs` requeues
jobs of killed workers.
"""

import logging
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.core.management import call_command
from django.db import transaction
from django.db.models.functions import Now
from django.tasks import TaskResultStatus, task
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenants.jobs import leases, periodic_tasks
from tenants.jobs.models import ACTIVE_JOB_STATES, Job, OrphanedTaskError, Worker
from tenants.jobs.runner import run_slice

log = logging.getLogger(__name__)

MAX_TASK_DURATION = timedelta(minutes=10)  # that a row may run; a slice takes seconds
WORKER_TIMEOUT = timedelta(seconds=90)  # without a sign of life of a worker
WORKER_RETENTION = timedelta(days=1)  # the row of a worker that is gone
RESULT_RETENTION_DAYS = 1  # that finished rows of the queue are kept


@task
def process_job(job: str) -> None:
    """Work on a job for a few seconds, and queue it again if there is more to do."""
    work_on(UUID(job))


def work_on(job: UUID) -> None:
    """Run one slice of a job, if it is due and unleased, and release it."""
    if lease := run_slice(job):
        release_job(job, lease)


def enqueue(job: Job) -> None:
    """Queue a job for when it's due, within the caller's transaction."""
    later = job.due_at if job.due_at > timezone.now() else None
    job.task = process_job.using(run_after=later).enqueue(str(job.pk)).id
    Job.objects.filter(pk=job.pk).update(task=job.task)


def release_job(job: UUID, lease: UUID) -> None:
    """Release a job and queue it again if it's active.

    A resume while it was leased had no effect.
    """
    with transaction.atomic():
        if not leases.release(job, lease):
            return
        if running := Job.objects.filter(pk=job, state__in=ACTIVE_JOB_STATES).first():
            enqueue(running)


def requeue_abandoned_jobs() -> int:
    """Queue due jobs that no worker has; return their number."""
    orphaned = DBTaskResult.objects.filter(
        status=TaskResultStatus.RUNNING,
        task_path=process_job.module_path,
        started_at__lt=timezone.now() - MAX_TASK_DURATION,
    )
    fail_tasks(orphaned.values_list("pk", flat=True))
    jobs = Job.objects.filter(leases.is_unleased(), leases.is_due())
    return sum(_requeue(job) for job in jobs)


def _requeue(job: Job) -> bool:
    row = DBTaskResult.objects.filter(pk=job.task).first() if job.task else None
    if row and row.status == TaskResultStatus.READY:
        return False
    if row and row.status == TaskResultStatus.RUNNING:
        # Between taking the row and taking the lease there is a moment.
        if job.lease is None and row.started_at > timezone.now() - leases.lease_duration():
            return False
        fail_tasks([row.pk])
    with transaction.atomic():
        # Of several who see this, one writes.
        if not Job.objects.filter(pk=job.pk, task=job.task).update(task=""):
            return False
        enqueue(job)
    log.warning("requeued abandoned job %s", job.pk)
    return True


def fail_tasks(task_ids: Iterable[UUID]) -> None:
    """Mark running tasks as failed."""
    DBTaskResult.objects.filter(pk__in=task_ids, status=TaskResultStatus.RUNNING).update(
        status=TaskResultStatus.FAILED,
        finished_at=timezone.now(),
        exception_class_path=f"{OrphanedTaskError.__module__}.{OrphanedTaskError.__qualname__}",
        traceback="",
    )


def record_heartbeat(worker: str) -> None:
    """Record this worker's heartbeat and delete stale workers."""
    Worker.objects.update_or_create(name=worker, defaults={"seen_at": Now()})
    Worker.objects.filter(seen_at__lt=Now() - WORKER_RETENTION).delete()


def has_live_worker() -> bool:
    """Return whether a worker sent a heartbeat recently."""
    return Worker.objects.filter(seen_at__gte=Now() - WORKER_TIMEOUT).exists()


@periodic_tasks.run_every(3600.0)
def prune_task_results() -> None:
    """Delete finished task results."""
    call_command(
        "prune_db_task_results", queue_name="*", min_age_days=RESULT_RETENTION_DAYS, verbosity=0
    )
