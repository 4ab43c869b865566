"""Carrying out the steps of a rollover: one call, and a job for what comes next."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.keys.sending import Moved, send
from console.models import Rollover
from tenants.audit.notes import Told
from tenants.audit.who import Who
from tenants.authlete.api.services import ServiceApi
from tenants.jobs import steering
from tenants.jobs.models import Job
from tenants.jobs.steering import NewItem

KIND = "key.rollover"

State = Rollover.State

AFTER: Mapping[State, State] = {
    State.STARTED: State.PUBLISHED,
    State.PUBLISHED: State.SWITCHED,
    State.SWITCHED: State.RETIRED,
    State.REVERTING: State.REVERTED,
    State.REVERTED: State.UNDONE,
}
STAMPS: Mapping[State, str] = {
    State.PUBLISHED: "published_at",
    State.SWITCHED: "switched_at",
    State.RETIRED: "ended_at",
    State.REVERTED: "reverted_at",
    State.UNDONE: "ended_at",
}
TITLES = {
    State.STARTED: _("Publish a new key for %(name)s"),
    State.PUBLISHED: _("Sign with the new key of %(name)s"),
    State.SWITCHED: _("Retire the old key of %(name)s"),
    State.REVERTING: _("Sign with the old key of %(name)s again"),
    State.REVERTED: _("Take the new key of %(name)s out again"),
}


def carry_on(api: ServiceApi, who: Who, rollover: Rollover) -> bool:
    """Do what comes next, and have a job do what comes after that.

    Return whether anything had to be changed; it may be called again after it was
    interrupted. Raises `Moved`, `steps.Unexpected`, or an `AuthleteError`.
    """
    changed = send(api, rollover)
    after, now = AFTER[State(rollover.state)], timezone.now()
    told: dict[str, object] = {STAMPS[after]: now, "acting_at": None, "trouble": ""}
    if after in AFTER:
        wait = rollover.caches if after == State.PUBLISHED else rollover.tokens
        # The job first: should this be killed in between, the step is begun anew,
        # and a job that no rollover names does nothing.
        due = now + timedelta(seconds=wait)
        told |= {"due_at": due, "job": None}
        asked = after in (State.PUBLISHED, State.SWITCHED)
        if not (rollover.in_federation and asked):
            told["job"] = schedule(who, rollover, after, due).pk
    else:
        told |= {"due_at": None, "job": None}
    if not rollover.turn(after, **told):
        raise Moved
    return changed


def schedule(
    who: Who,
    rollover: Rollover,
    state: State,
    at: datetime | None,
    *,
    reason: str = "",
    ticket: str = "",
) -> Job:
    """A job that does what comes after ``state``, at a time or at once."""
    item = NewItem(
        rollover.region,
        rollover.service_id,
        label=rollover.label,
        what={"rollover": str(rollover.pk), "state": state},
    )
    return steering.start(
        who,
        rollover.organization,
        KIND,
        TITLES[state] % {"name": rollover.label},
        [item],
        reason=reason or rollover.reason,
        ticket=ticket if reason else rollover.ticket,
        run_at=at,
    )


def told(rollover: Rollover, **why: str) -> Told:
    """What the record says about what is done to a rollover."""
    return Told(
        region=rollover.region,
        service=str(rollover.service_id),
        label=rollover.label,
        object=str(rollover.pk),
        reason=why.get("reason", rollover.reason),
        ticket=why.get("ticket", rollover.ticket),
    )
