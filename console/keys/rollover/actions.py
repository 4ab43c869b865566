"""Actions on rollovers: start, confirm, advance, pause, resume, undo, stop.

They raise `RolloverConflictError` if the rollover has changed or a step is running.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from console.documents.kinds import DocumentTarget
from console.keys.rollover.api_calls import RolloverConflictError
from console.keys.rollover.jobs import audit_fields, schedule_step
from console.models import Rollover
from console.web.access import Member
from tenants.audit.events import (
    ROLLOVER_ADVANCE,
    ROLLOVER_CONFIRM,
    ROLLOVER_END,
    ROLLOVER_START,
    ROLLOVER_UNDO,
)
from tenants.audit.recorder import record_action
from tenants.authlete.changes import FieldChange
from tenants.jobs import control
from tenants.jobs.models import ACTIVE_JOB_STATES, Job, JobStateError
from tenants.jobs.models import JobState as JobState

State = Rollover.State


class RolloverInProgressError(Exception):
    """Another rollover of the same key set is in progress."""


def start(member: Member, rollover: Rollover) -> Rollover:
    """Save a rollover, and start it; raises `RolloverInProgressError`."""
    details = audit_fields(rollover)
    details["changes"] = [FieldChange("signing_key", rollover.old_kid, rollover.new_kid)]
    with record_action(member.actor, ROLLOVER_START, **details):
        try:
            with transaction.atomic():
                rollover.save(force_insert=True)
        except IntegrityError:
            raise RolloverInProgressError from None
    _schedule_next(member, rollover, State.STARTED)
    return rollover


def advance(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Run the next step now."""
    if rollover.needs_confirmation:
        raise RolloverConflictError
    details = audit_fields(rollover, reason=reason, ticket=ticket)
    with record_action(member.actor, ROLLOVER_ADVANCE, **details):
        _schedule_next(member, rollover, State(rollover.state), reason=reason, ticket=ticket)


def confirm(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Schedule the next step of a federation rollover."""
    if not rollover.needs_confirmation:
        raise RolloverConflictError
    details = audit_fields(rollover, reason=reason, ticket=ticket)
    with record_action(member.actor, ROLLOVER_CONFIRM, **details):
        _schedule_next(
            member,
            rollover,
            State(rollover.state),
            run_at=rollover.due_at,
            confirmed_at=timezone.now(),
        )


def undo(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Sign with the old key again, and remove the new one."""
    if not can_undo(rollover):
        raise RolloverConflictError
    is_switched = rollover.state == State.SWITCHED
    state = State.REVERTING if is_switched else State.REVERTED
    details = audit_fields(rollover, reason=reason, ticket=ticket)
    with record_action(member.actor, ROLLOVER_UNDO, **details):
        _schedule_next(member, rollover, state, reason=reason, ticket=ticket)


def stop(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """End a rollover without changing anything at Authlete."""
    job = rollover.job
    details = audit_fields(rollover, reason=reason, ticket=ticket)
    with record_action(member.actor, ROLLOVER_END, **details):
        _transition(rollover, State.LEFT, ended_at=timezone.now(), due_at=None, job=None)
    control.cancel_if_open(job, member.actor)


def pause(member: Member, rollover: Rollover) -> None:
    """Pause the job of the next step."""
    job = get_job(rollover)
    if job is None:
        raise RolloverConflictError
    try:
        control.pause_job(job, member.actor)
    except JobStateError:
        raise RolloverConflictError from None


def resume(member: Member, rollover: Rollover) -> None:
    """Run the next step on schedule, or now if it's overdue."""
    if rollover.needs_confirmation:
        raise RolloverConflictError
    job = get_job(rollover)
    if job and job.state == JobState.PAUSED:
        try:
            control.resume_job(job, member.actor)
        except JobStateError:
            raise RolloverConflictError from None
    elif job and not job.is_over:
        raise RolloverConflictError
    else:  # the job was cancelled, or its starter lost the permission
        _schedule_next(member, rollover, State(rollover.state), run_at=rollover.due_at)


def list_active(target: DocumentTarget, kid: str = "") -> QuerySet[Rollover]:
    """Return the rollovers in progress of a service, or of one of its keys."""
    of_key = Q(old_kid=kid) | Q(new_kid=kid) if kid else Q()
    return Rollover.objects.filter(
        of_key,
        organization=target.workspace.organization,
        region=target.workspace.region.name,
        service_id=target.service_id,
        state__in=Rollover.OPEN,
    )


def get_job(rollover: Rollover) -> Job | None:
    """Return the job of the next step."""
    return Job.objects.filter(pk=rollover.job).first() if rollover.job else None


def can_undo(rollover: Rollover) -> bool:
    """Return whether the old key still exists."""
    return rollover.state in (State.STARTED, State.PUBLISHED, State.SWITCHED)


def is_scheduled(rollover: Rollover, job: Job | None) -> bool:
    """Return whether the next step runs automatically."""
    is_active = job is not None and job.state in ACTIVE_JOB_STATES
    return not rollover.is_finished and is_active and not rollover.trouble


def is_early(rollover: Rollover) -> bool:
    """Return whether running the next step now would cut a wait short."""
    due = None if rollover.needs_confirmation else rollover.due_at
    return bool(due and due > timezone.now())


def _schedule_next(
    member: Member,
    rollover: Rollover,
    state: State,
    *,
    run_at: datetime | None = None,
    reason: str = "",
    ticket: str = "",
    **fields: object,
) -> None:
    """Set the state, start a job for the next step, and cancel the previous job."""
    if rollover.is_finished or rollover.is_acting:
        raise RolloverConflictError
    previous_job = rollover.job
    start_at = run_at if run_at and run_at > timezone.now() else None
    job = schedule_step(member.actor, rollover, state, start_at, reason=reason, ticket=ticket)
    due = start_at or timezone.now()
    _transition(rollover, state, job=job.pk, due_at=due, trouble="", **fields)
    control.cancel_if_open(previous_job, member.actor)


def _transition(rollover: Rollover, state: State, **fields: object) -> None:
    if rollover.is_finished or rollover.is_acting or not rollover.transition(state, **fields):
        raise RolloverConflictError
