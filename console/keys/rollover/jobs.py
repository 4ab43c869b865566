"""Carrying out the steps of a rollover: one call, and a job for what comes next."""

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
    State.PUBLISHED: _("Sign with the new key of %(name)s"),
    State.SWITCHED: _("Retire the old key of %(name)s"),
    State.REVERTING: _("Sign with the old key of %(name)s again"),
    State.REVERTED: _("Take the new key of %(name)s out again"),
}


def run_step(api: ServiceApi, who: Actor, rollover: Rollover) -> bool:
    """Do what comes next, and have a job do what comes after that.

    Return whether anything had to be changed; it may be called again after it was
    interrupted. Raises `Moved`, `steps.Unexpected`, or an `AuthleteError`.
    """
    changed = send_step(api, rollover)
    after, now = NEXT_STATE[State(rollover.state)], timezone.now()
    told: dict[str, object] = {
        TIMESTAMP_FIELDS[after]: now,
        "acting_at": None,
        "trouble": "",
    }
    if after in NEXT_STATE:
        wait = rollover.caches if after == State.PUBLISHED else rollover.tokens
        # The job first: should this be killed in between, the step is begun anew,
        # and a job that no rollover names does nothing.
        due = now + timedelta(seconds=wait)
        told |= {"due_at": due, "job": None}
        asked = after in (State.PUBLISHED, State.SWITCHED)
        if not (rollover.in_federation and asked):
            told["job"] = schedule_step(who, rollover, after, due).pk
    else:
        told |= {"due_at": None, "job": None}
    if not rollover.transition(after, **told):
        raise RolloverConflictError
    return changed


def schedule_step(
    who: Actor,
    rollover: Rollover,
    state: State,
    run_at: datetime | None,
    *,
    reason: str = "",
    ticket: str = "",
) -> Job:
    """A job that does what comes after ``state``, at a time or at once."""
    item = NewItem(
        rollover.region,
        rollover.service_id,
        label=rollover.label,
        payload={"rollover": str(rollover.pk), "state": state},
    )
    return control.start_job(
        who,
        rollover.organization,
        JOB_KIND,
        JOB_TITLES[state] % {"name": rollover.label},
        [item],
        reason=reason or rollover.reason,
        ticket=ticket if reason else rollover.ticket,
        run_at=run_at,
    )


def audit_fields(rollover: Rollover, **overrides: str) -> EventDetails:
    """What the record says about what is done to a rollover."""
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
    """Carry a rollover on; begun again, it looks first whether that was done."""
    rollover = Rollover.objects.filter(
        pk=item.payload["rollover"], state=item.payload["state"], job=work.job.pk
    ).first()
    if rollover is None:
        return ItemResult(gettext("It is not waiting for this any more."), changed=False)
    if rollover.needs_confirmation:  # it was begun when nobody was asked yet
        rollover.transition(rollover.state, job=None)
        return ItemResult(gettext("It waits for word about the superiors."), changed=False)
    who = load_starter(work.job, Effect.DESTROY) or worker_actor(work.job)
    api = work.connect(item.region).service(item.service_id)
    try:
        changed = run_step(api, who, rollover)
    except RolloverConflictError:
        return ItemResult(gettext("Somebody else has gone on with it."), changed=False)
    except UnexpectedStateError as error:
        said = audit_fields(rollover)
        said["changes"] = [FieldChange("trouble", None, str(error))]
        record_event(who, ROLLOVER_STOP, **said)
        rollover.transition(rollover.state, trouble=str(error)[:400], acting_at=None)
        raise StaleVersionError(str(error), {}) from None
    return ItemResult(str(rollover.get_state_display()), changed=changed)
