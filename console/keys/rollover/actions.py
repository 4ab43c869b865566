"""Actions on rollovers: start, confirm, advance, pause, resume, undo, stop.

They raise `RolloverConflictError` if the rollover has changed or a step is running.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.documents.kinds import DocumentTarget
from console.keys.rollover.jwks_steps import UnexpectedStateError
from console.keys.rollover.steps import RolloverConflictError, send_step
from console.models import Rollover
from console.web.access import Member
from tenants.audit.actor import Actor
from tenants.audit.events import (
    ROLLOVER_ADVANCE,
    ROLLOVER_CONFIRM,
    ROLLOVER_END,
    ROLLOVER_START,
    ROLLOVER_STOP,
    ROLLOVER_UNDO,
    AuditEvent,
)
from tenants.audit.recorder import EventDetails, record_action, record_event
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import StaleVersionError
from tenants.authlete.operation import Effect
from tenants.jobs import control
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.models import ACTIVE_JOB_STATES, Item, Job, JobStateError, NewItem
from tenants.jobs.models import JobState as JobState
from tenants.jobs.registry import ItemResult, job_handler

JOB_KIND = "key.rollover"

State = Rollover.State

NEXT_STATE: Mapping[State, State] = {
    State.STARTED: State.PUBLISHED,
    State.PUBLISHED: State.SWITCHED,
    State.SWITCHED: State.RETIRED,
    State.REVERTING: State.REVERTED,
    State.REVERTED: State.UNDONE,
}
TIMESTAMP_FIELDS: Mapping[State, str] = {
    State.PUBLISHED: "published_at",
    State.SWITCHED: "switched_at",
    State.RETIRED: "ended_at",
    State.REVERTED: "reverted_at",
    State.UNDONE: "ended_at",
}
JOB_TITLES = {
    State.STARTED: _("Publish a new key for %(name)s"),
    State.PUBLISHED: _("Switch %(name)s to the new key"),
    State.SWITCHED: _("Retire the old key of %(name)s"),
    State.REVERTING: _("Switch %(name)s back to the old key"),
    State.REVERTED: _("Remove the new key of %(name)s"),
}


def run_step(api: ServiceApi, actor: Actor, rollover: Rollover) -> bool:
    """Carry out the next step, schedule the one after, and return whether anything changed.

    Can be repeated after an interruption. Raises `RolloverConflictError`,
    `UnexpectedStateError`, or an `AuthleteError`.
    """
    is_changed = send_step(api, rollover)
    state, now = NEXT_STATE[State(rollover.state)], timezone.now()
    fields: dict[str, object] = {
        TIMESTAMP_FIELDS[state]: now,
        "acting_at": None,
        "error": "",
        "due_at": None,
        "job": None,
    }
    if state in NEXT_STATE:
        wait = rollover.caches if state == State.PUBLISHED else rollover.tokens
        fields["due_at"] = due = now + timedelta(seconds=wait)
        needs_confirmation = state in (State.PUBLISHED, State.SWITCHED)
        if not (rollover.in_federation and needs_confirmation):
            # The job is created first: if the worker is killed before the transition, the
            # step is repeated, and a job that no rollover refers to does nothing.
            fields["job"] = schedule_step(actor, rollover, state, due).pk
    if not rollover.transition(state, **fields):
        raise RolloverConflictError
    return is_changed


def schedule_step(
    actor: Actor,
    rollover: Rollover,
    state: State,
    run_at: datetime | None,
    *,
    reason: str = "",
    ticket: str = "",
    job_id: UUID | None = None,
) -> Job:
    """Start a job for the step after ``state``, at ``run_at`` or now."""
    item = NewItem(
        rollover.region,
        rollover.service_id,
        label=rollover.label,
        payload={"rollover": str(rollover.pk), "state": state},
    )
    return control.start_job(
        actor,
        rollover.organization,
        JOB_KIND,
        JOB_TITLES[state] % {"name": rollover.label},
        [item],
        reason=reason or rollover.reason,
        ticket=ticket if reason else rollover.ticket,
        run_at=run_at,
        job_id=job_id,
    )


def audit_fields(rollover: Rollover, **overrides: str) -> EventDetails:
    """Return the audit fields of an action on a rollover."""
    return EventDetails(
        region=rollover.region,
        service=str(rollover.service_id),
        label=rollover.label,
        object=str(rollover.pk),
        reason=overrides.get("reason", rollover.reason),
        ticket=overrides.get("ticket", rollover.ticket),
    )


@job_handler(JOB_KIND, permission=Effect.DESTROY)
def run_rollover_job(work: JobContext, item: Item) -> ItemResult:
    """Run the next step of a rollover; can be repeated."""
    rollover = Rollover.objects.filter(
        pk=item.payload["rollover"], state=item.payload["state"], job=work.job.pk
    ).first()
    if rollover is None:
        return ItemResult(gettext("This step is no longer needed."), changed=False)
    if rollover.needs_confirmation:
        rollover.transition(rollover.state, job=None)
        return ItemResult(gettext("Waiting for a confirmation."), changed=False)
    actor = load_starter(work.job, Effect.DESTROY) or worker_actor(work.job)
    api = work.connect(item.region).service(item.service_id)
    try:
        is_changed = run_step(api, actor, rollover)
    except RolloverConflictError:
        return ItemResult(gettext("Someone else has changed the rollover."), changed=False)
    except UnexpectedStateError as error:
        details = audit_fields(rollover)
        details["changes"] = [FieldChange("trouble", None, str(error))]
        record_event(actor, ROLLOVER_STOP, **details)
        rollover.transition(rollover.state, error=str(error)[:400], acting_at=None)
        raise StaleVersionError(str(error), {}) from None
    return ItemResult(str(rollover.get_state_display()), changed=is_changed)


class RolloverInProgressError(Exception):
    """Another rollover of the same key set is in progress."""


def start(member: Member, rollover: Rollover) -> Rollover:
    """Save a rollover, and start it; raises `RolloverInProgressError`."""
    details = audit_fields(rollover)
    details["changes"] = [FieldChange("signing_key", rollover.old_kid, rollover.new_kid)]
    with _record_with_job(member, ROLLOVER_START, details) as job_id:
        try:
            with transaction.atomic():
                rollover.save(force_insert=True)
        except IntegrityError:
            raise RolloverInProgressError from None
    _schedule_next(member, rollover, State.STARTED, job_id)
    return rollover


def advance(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Run the next step now."""
    if rollover.needs_confirmation:
        raise RolloverConflictError
    details = audit_fields(rollover, reason=reason, ticket=ticket)
    with _record_with_job(member, ROLLOVER_ADVANCE, details) as job_id:
        state = State(rollover.state)
        _schedule_next(member, rollover, state, job_id, reason=reason, ticket=ticket)


def confirm(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Schedule the next step of a federation rollover."""
    if not rollover.needs_confirmation:
        raise RolloverConflictError
    details = audit_fields(rollover, reason=reason, ticket=ticket)
    with _record_with_job(member, ROLLOVER_CONFIRM, details) as job_id:
        _schedule_next(
            member,
            rollover,
            State(rollover.state),
            job_id,
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
    with _record_with_job(member, ROLLOVER_UNDO, details) as job_id:
        _schedule_next(member, rollover, state, job_id, reason=reason, ticket=ticket)


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
    return not rollover.is_finished and is_active and not rollover.error


def is_early(rollover: Rollover) -> bool:
    """Return whether running the next step now would cut a wait short."""
    due = None if rollover.needs_confirmation else rollover.due_at
    return bool(due and due > timezone.now())


@contextmanager
def _record_with_job(member: Member, event: AuditEvent, details: EventDetails) -> Iterator[UUID]:
    """Record an action among the entries of the job that it starts; yield the job's ID."""
    job_id = uuid4()
    with record_action(replace(member.actor, page_id=str(job_id)), event, **details):
        yield job_id


def _schedule_next(
    member: Member,
    rollover: Rollover,
    state: State,
    job_id: UUID | None = None,
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
    job = schedule_step(
        member.actor, rollover, state, start_at, reason=reason, ticket=ticket, job_id=job_id
    )
    due = start_at or timezone.now()
    _transition(rollover, state, job=job.pk, due_at=due, error="", **fields)
    control.cancel_if_open(previous_job, member.actor)


def _transition(rollover: Rollover, state: State, **fields: object) -> None:
    if rollover.is_finished or rollover.is_acting or not rollover.transition(state, **fields):
        raise RolloverConflictError
