"""What people do with rollovers: start, confirm, carry on early, pause, resume, undo,
leave."""

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
from tenants.jobs.errors import JobStateError
from tenants.jobs.models import ACTIVE_JOB_STATES, Job
from tenants.jobs.models import JobState as JobState

State = Rollover.State


class RolloverInProgressError(Exception):
    """Another rollover of the same key set is under way."""


def start(member: Member, rollover: Rollover) -> Rollover:
    """Keep it, and have a job publish the new key; raises `Taken`."""
    said = audit_fields(rollover)
    said["changes"] = [FieldChange("signing_key", rollover.old_kid, rollover.new_kid)]
    with record_action(member.actor, ROLLOVER_START, **said):
        try:
            with transaction.atomic():
                rollover.save(force_insert=True)
        except IntegrityError:
            raise RolloverInProgressError from None
    _schedule_next(member, rollover, State.STARTED)
    return rollover


def advance(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Do what comes next without waiting for its time; raises `Moved`."""
    why = {"reason": reason, "ticket": ticket}
    if rollover.needs_confirmation:
        raise RolloverConflictError
    with record_action(member.actor, ROLLOVER_ADVANCE, **audit_fields(rollover, **why)):
        _schedule_next(member, rollover, State(rollover.state), reason=reason, ticket=ticket)


def confirm(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Let the new key of a federation sign, or the old one go, at its time.

    Raises `Moved`.
    """
    why = {"reason": reason, "ticket": ticket}
    if not rollover.needs_confirmation:
        raise RolloverConflictError
    with record_action(member.actor, ROLLOVER_CONFIRM, **audit_fields(rollover, **why)):
        _schedule_next(
            member,
            rollover,
            State(rollover.state),
            run_at=rollover.due_at,
            confirmed_at=timezone.now(),
        )


def undo(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Let the old key sign again, and take the new one out; raises `Moved`."""
    why = {"reason": reason, "ticket": ticket}
    if not can_undo(rollover):
        raise RolloverConflictError
    switched = rollover.state == State.SWITCHED
    to = State.REVERTING if switched else State.REVERTED
    with record_action(member.actor, ROLLOVER_UNDO, **audit_fields(rollover, **why)):
        _schedule_next(member, rollover, to, reason=reason, ticket=ticket)


def stop(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """End it, with everything at Authlete as it is now; raises `Moved`."""
    why = {"reason": reason, "ticket": ticket}
    job = rollover.job
    with record_action(member.actor, ROLLOVER_END, **audit_fields(rollover, **why)):
        _transition(rollover, State.LEFT, ended_at=timezone.now(), due_at=None, job=None)
    control.cancel_if_open(job, member.actor)


def pause(member: Member, rollover: Rollover) -> None:
    """Let nothing happen until somebody resumes it; raises `Moved`."""
    job = get_job(rollover)
    if job is None:
        raise RolloverConflictError
    try:
        control.pause_job(job, member.actor)
    except JobStateError:
        raise RolloverConflictError from None


def resume(member: Member, rollover: Rollover) -> None:
    """Let what comes next happen at its time, or at once where that has passed.

    Raises `Moved`.
    """
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
    else:  # it was cancelled, or whoever started it may not go on with it
        _schedule_next(member, rollover, State(rollover.state), run_at=rollover.due_at)


def list_active(target: DocumentTarget, kid: str = "") -> QuerySet[Rollover]:
    """The rollovers of a service that have not ended; of one key where it is named."""
    named = Q(old_kid=kid) | Q(new_kid=kid) if kid else Q()
    return Rollover.objects.filter(
        named,
        organization=target.workspace.organization,
        region=target.workspace.region.name,
        service_id=target.service_id,
        state__in=Rollover.OPEN,
    )


def get_job(rollover: Rollover) -> Job | None:
    """The job that does what comes next."""
    return Job.objects.filter(pk=rollover.job).first() if rollover.job else None


def can_undo(rollover: Rollover) -> bool:
    return rollover.state in (State.STARTED, State.PUBLISHED, State.SWITCHED)


def is_scheduled(rollover: Rollover, job: Job | None) -> bool:
    """Whether a job will do what comes next by itself, at its time."""
    going = job is not None and job.state in ACTIVE_JOB_STATES
    return not rollover.is_finished and going and not rollover.trouble


def is_early(rollover: Rollover) -> bool:
    """Whether what comes next would come before its time."""
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
    """Go to a state, have what comes next done by a new job, and cancel the old."""
    if rollover.is_finished or rollover.is_acting:
        raise RolloverConflictError
    before = rollover.job
    later = run_at if run_at and run_at > timezone.now() else None
    job = schedule_step(member.actor, rollover, state, later, reason=reason, ticket=ticket)
    due = later or timezone.now()
    _transition(rollover, state, job=job.pk, due_at=due, trouble="", **fields)
    control.cancel_if_open(before, member.actor)


def _transition(rollover: Rollover, state: State, **fields: object) -> None:
    if rollover.is_finished or rollover.is_acting or not rollover.transition(state, **fields):
        raise RolloverConflictError
