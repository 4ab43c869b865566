"""User actions on jobs: start, pause, resume, cancel, retry.

All are recorded in the audit log. Pages check permission with `can_control`; each slice checks
the starter's permission again.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Coalesce, Greatest, Now

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.events import AuditEvent
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_action
from tenants.concurrency.locks import DatabaseLocks
from tenants.crypto import vault
from tenants.jobs.completion import event_details, run_ended_hook, skip_pending_items
from tenants.jobs.models import (
    ACTIVE_JOB_STATES,
    FAILED_ITEM_STATES,
    OPEN_JOB_STATES,
    Item,
    ItemState,
    Job,
    JobState,
    JobStateError,
    NewItem,
    job_content,
    truncate,
)
from tenants.jobs.queue import enqueue
from tenants.jobs.registry import JOB_HANDLERS
from tenants.models import Organization
from tenants.organizations.roles import Role

START_LOCK_SECONDS = 30.0  # seconds that starting a job may take


def start_job(
    actor: Actor,
    organization: Organization,
    kind: str,
    title: str,
    items: Iterable[NewItem],
    *,
    reason: str,
    ticket: str = "",
    run_at: datetime | None = None,
    job_id: UUID | None = None,
) -> Job:
    """Start a job now or at ``run_at``; ``job_id`` is the page id of all its audit entries.

    Call outside of a transaction, since the audit log is written first.
    """
    if kind not in JOB_HANDLERS:
        raise ValueError(f"no handler for the job kind {kind}")
    job = Job(
        id=job_id or uuid4(),
        organization=organization,
        kind=kind,
        title=truncate(title, 200),
        starter_id=actor.user_id or None,
        actor=actor.name,
        reason=truncate(reason, 400),
        ticket=truncate(ticket, 60),
        page=actor.page_id,
        address=actor.ip_address,
        run_at=run_at,
    )
    job.mac = vault.authenticate(job_content(job, job.state))
    with (
        record_action(
            replace(actor, page_id=str(job.pk)),
            events.JOB_START,
            is_read_only=JOB_HANDLERS[kind].is_read_only,
            **event_details(job),
        ),
        transaction.atomic(),
    ):
        if run_at:
            job.due_at = run_at
        job.save(force_insert=True)
        new = (item.build(job, position) for position, item in enumerate(items, 1))
        Item.objects.bulk_create(new, batch_size=500)
        job.refresh_from_db()
        enqueue(job)
    return job


@contextmanager
def exclusive_jobs(actor: Actor, organization: Organization, kind: str) -> Iterator[QuerySet[Job]]:
    """Lock a kind of job and yield its open jobs."""
    with DatabaseLocks(organization.pk, actor.name).hold(kind, START_LOCK_SECONDS):
        yield Job.objects.filter(organization=organization, kind=kind, state__in=OPEN_JOB_STATES)


def pause_job(job: Job, actor: Actor) -> None:
    """Pause the job after the running items; raise `JobStateError`."""
    with _record_control(job, actor, events.JOB_PAUSE):
        _change_state(job, ACTIVE_JOB_STATES, JobState.PAUSED)


def resume_job(job: Job, actor: Actor) -> None:
    """Resume a paused job, or retry a waiting one now.

    A scheduled start stays. Raises `JobStateError`.
    """
    with _record_control(job, actor, events.JOB_RESUME):
        _change_state(job, (JobState.PAUSED, JobState.WAITING), JobState.WAITING)
        Item.objects.filter(job=job, state=ItemState.PENDING).update(retry_at=None)
        _schedule(job)


def cancel_job(job: Job, actor: Actor) -> None:
    """Cancel the job after the running items; skip the others."""
    with _record_control(job, actor, events.JOB_CANCEL):
        _change_state(job, OPEN_JOB_STATES, JobState.CANCELLED, ended_at=Now())
        skip_pending_items(job)
    run_ended_hook(job)


def cancel_if_open(job: UUID | None, actor: Actor) -> None:
    """Cancel the job if it's open."""
    waiting = Job.objects.filter(pk=job, state__in=OPEN_JOB_STATES).first() if job else None
    if waiting:
        with suppress(JobStateError):
            cancel_job(waiting, actor)


def run_now(job: Job) -> None:
    """Run a waiting job now, without an audit entry."""
    waiting = Job.objects.filter(pk=job.pk, state=JobState.WAITING, run_at=None)
    if waiting.exists():
        Item.objects.filter(job=job, state=ItemState.PENDING).update(retry_at=None)
        _schedule(job)


def retry_failed_items(job: Job, actor: Actor) -> int:
    """Retry the failed items of an ended job; return their number.

    Unknown items are retried only if the kind is repeatable. Raises `JobStateError`.
    """
    with _record_control(job, actor, events.JOB_RETRY):
        over = (JobState.COMPLETED, JobState.CANCELLED, JobState.NOT_ALLOWED)
        _change_state(job, over, JobState.WAITING, ended_at=None, failures=0)
        retryable = list(select_retryable_items(job))
        if not retryable:
            raise JobStateError
        values = {"tries": 0, "retry_at": None, "ended_at": None, "text": "", "code": ""}
        for item in retryable:
            values |= {"mac": item.authenticate(ItemState.PENDING), "state": ItemState.PENDING}
            for name, value in values.items():
                setattr(item, name, value)
        Item.objects.bulk_update(retryable, values, batch_size=500)
        _schedule(job)
    return len(retryable)


def select_retryable_items(job: Job) -> QuerySet[Item]:
    """Select failed items, except those resolved as succeeded."""
    handler = JOB_HANDLERS.get(job.kind)
    states = (
        FAILED_ITEM_STATES
        if handler and handler.repeatable
        else (ItemState.REJECTED, ItemState.NOT_SENT)
    )
    entries = AuditEntry.objects.filter(organization_id=job.organization_id)
    settled = entries.filter(
        operation=events.AUDIT_RESOLVE.name, object=OuterRef("entry"), object__gt=""
    )
    succeeded = entries.filter(Exists(settled), entry=OuterRef("entry"), outcome="done")
    items = Item.objects.filter(job=job, state__in=states)
    return items.exclude(Exists(succeeded), state=ItemState.UNKNOWN)


def can_control(job: Job, actor_id: int, role: Role) -> bool:
    """Return whether the user is the starter or an admin with the job's permission."""
    handler = JOB_HANDLERS.get(job.kind)
    if handler is None or not role.has_permission(handler.permission):
        return False
    return job.starter_id == actor_id or role is Role.ADMIN


@contextmanager
def _record_control(job: Job, actor: Actor, event: AuditEvent) -> Iterator[None]:
    of_job = replace(actor, page_id=str(job.pk))
    with record_action(of_job, event, **event_details(job)), transaction.atomic():
        yield


def _change_state(job: Job, states: Sequence[JobState], state: JobState, **values: Any) -> None:
    values |= {"state": state, "mac": job.authenticate(state), "error": ""}
    if not Job.objects.filter(pk=job.pk, state__in=states).update(**values):
        raise JobStateError


def _schedule(job: Job) -> None:
    """Queue the job now, or for its scheduled start."""
    starts_at = Greatest(Coalesce("run_at", Now()), Now())
    Job.objects.filter(pk=job.pk).update(due_at=starts_at)
    job.refresh_from_db()
    enqueue(job)
