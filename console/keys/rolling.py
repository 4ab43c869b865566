"""What people do with rollovers: start, confirm, carry on early, pause, resume, undo,
leave."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from console.access import Member
from console.editing.kind import Target
from console.keys.carrying import schedule, told
from console.keys.sending import Moved
from console.models import Rollover
from tenants.audit.events import (
    ROLLOVER_ADVANCE,
    ROLLOVER_CONFIRM,
    ROLLOVER_LEAVE,
    ROLLOVER_START,
    ROLLOVER_UNDO,
)
from tenants.audit.notes import doing
from tenants.authlete.changes import Change
from tenants.jobs import steering
from tenants.jobs.models import ACTIVE, Job
from tenants.jobs.models import State as JobState

State = Rollover.State


class Taken(Exception):
    """Another rollover of the same key set is under way."""


def start(member: Member, rollover: Rollover) -> Rollover:
    """Keep it, and have a job publish the new key; raises `Taken`."""
    said = told(rollover)
    said["changes"] = [Change("signing_key", rollover.old_kid, rollover.new_kid)]
    with doing(member.who, ROLLOVER_START, **said):
        try:
            with transaction.atomic():
                rollover.save(force_insert=True)
        except IntegrityError:
            raise Taken from None
    _next(member, rollover, State.STARTED)
    return rollover


def advance(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Do what comes next without waiting for its time; raises `Moved`."""
    why = {"reason": reason, "ticket": ticket}
    if rollover.needs_word:
        raise Moved
    with doing(member.who, ROLLOVER_ADVANCE, **told(rollover, **why)):
        _next(member, rollover, State(rollover.state), reason=reason, ticket=ticket)


def confirm(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Let the new key of a federation sign, or the old one go, at its time.

    Raises `Moved`.
    """
    why = {"reason": reason, "ticket": ticket}
    if not rollover.needs_word:
        raise Moved
    with doing(member.who, ROLLOVER_CONFIRM, **told(rollover, **why)):
        _next(
            member,
            rollover,
            State(rollover.state),
            at=rollover.due_at,
            confirmed_at=timezone.now(),
        )


def undo(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """Let the old key sign again, and take the new one out; raises `Moved`."""
    why = {"reason": reason, "ticket": ticket}
    if not can_undo(rollover):
        raise Moved
    switched = rollover.state == State.SWITCHED
    to = State.REVERTING if switched else State.REVERTED
    with doing(member.who, ROLLOVER_UNDO, **told(rollover, **why)):
        _next(member, rollover, to, reason=reason, ticket=ticket)


def leave(member: Member, rollover: Rollover, *, reason: str, ticket: str) -> None:
    """End it, with everything at Authlete as it is now; raises `Moved`."""
    why = {"reason": reason, "ticket": ticket}
    job = rollover.job
    with doing(member.who, ROLLOVER_LEAVE, **told(rollover, **why)):
        _claim(rollover, State.LEFT, ended_at=timezone.now(), due_at=None, job=None)
    steering.withdraw(job, member.who)


def pause(member: Member, rollover: Rollover) -> None:
    """Let nothing happen until somebody resumes it; raises `Moved`."""
    job = job_of(rollover)
    if job is None:
        raise Moved
    try:
        steering.pause(job, member.who)
    except steering.Settled:
        raise Moved from None


def resume(member: Member, rollover: Rollover) -> None:
    """Let what comes next happen at its time, or at once where that has passed.

    Raises `Moved`.
    """
    if rollover.needs_word:
        raise Moved
    job = job_of(rollover)
    if job and job.state == JobState.PAUSED:
        try:
            steering.resume(job, member.who)
        except steering.Settled:
            raise Moved from None
    elif job and not job.is_over:
        raise Moved
    else:  # it was cancelled, or whoever started it may not go on with it
        _next(member, rollover, State(rollover.state), at=rollover.due_at)


def under_way(target: Target, kid: str = "") -> QuerySet[Rollover]:
    """The rollovers of a service that have not ended; of one key where it is named."""
    named = Q(old_kid=kid) | Q(new_kid=kid) if kid else Q()
    return Rollover.objects.filter(
        named,
        organization=target.workspace.organization,
        region=target.workspace.region.name,
        service_id=target.service_id,
        state__in=Rollover.OPEN,
    )


def job_of(rollover: Rollover) -> Job | None:
    """The job that does what comes next."""
    return Job.objects.filter(pk=rollover.job).first() if rollover.job else None


def can_undo(rollover: Rollover) -> bool:
    return rollover.state in (State.STARTED, State.PUBLISHED, State.SWITCHED)


def waits(rollover: Rollover, job: Job | None) -> bool:
    """Whether a job will do what comes next by itself, at its time."""
    going = job is not None and job.state in ACTIVE
    return not rollover.is_over and going and not rollover.trouble


def is_early(rollover: Rollover) -> bool:
    """Whether what comes next would come before its time."""
    due = None if rollover.needs_word else rollover.due_at
    return bool(due and due > timezone.now())


def _next(
    member: Member,
    rollover: Rollover,
    state: State,
    *,
    at: datetime | None = None,
    reason: str = "",
    ticket: str = "",
    **more: object,
) -> None:
    """Go to a state, have what comes next done by a new job, and cancel the old."""
    if rollover.is_over or rollover.is_acting:
        raise Moved
    before = rollover.job
    later = at if at and at > timezone.now() else None
    job = schedule(member.who, rollover, state, later, reason=reason, ticket=ticket)
    due = later or timezone.now()
    _claim(rollover, state, job=job.pk, due_at=due, trouble="", **more)
    steering.withdraw(before, member.who)


def _claim(rollover: Rollover, to: State, **more: object) -> None:
    if rollover.is_over or rollover.is_acting or not rollover.turn(to, **more):
        raise Moved
