"""The jobs that carry out the steps of a rollover, one job per step."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from console.keys.rollover.api_calls import RolloverConflictError, send_step
from console.keys.rollover.jwks_steps import UnexpectedStateError
from console.models import Rollover
from tenants.audit.actor import Actor
from tenants.audit.events import ROLLOVER_STOP
from tenants.audit.recorder import EventDetails, record_event
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import StaleVersionError
from tenants.authlete.operation import Effect
from tenants.jobs import control
from tenants.jobs.completion import load_starter, worker_actor
from tenants.jobs.context import JobContext
from tenants.jobs.models import Item, Job, NewItem
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
        "trouble": "",
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
        rollover.transition(rollover.state, trouble=str(error)[:400], acting_at=None)
        raise StaleVersionError(str(error), {}) from None
    return ItemResult(str(rollover.get_state_display()), changed=is_changed)
