"""The states of secret rotations.

Authlete stores one secret per client. A new one is generated here and kept encrypted
until the application has it (`staging`). Then it's sent to Authlete, and the old one is
kept for the undo period (`activation`). After a lost response, the fingerprint of the
current secret tells the outcome.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from console.clients.rotation.client_secret import record_finding
from console.models import Rotation
from tenants.audit.actor import Actor
from tenants.audit.events import SECRET_DISCARD, SECRET_ERASE, AuditEvent
from tenants.audit.recorder import EventDetails, record_action, record_event
from tenants.authlete.client import CALL_TIMEOUT_SECONDS
from tenants.authlete.object_ref import ObjectRef
from tenants.jobs.models import OPEN_JOB_STATES, Job
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Organization

IN_FLIGHT_TIMEOUT = timedelta(
    seconds=2 * CALL_TIMEOUT_SECONDS
)  # a call of somebody else may still run

State = Rotation.State


class RotationConflictError(Exception):
    """The rotation has left the expected state."""


def find_rotation(
    organization: Organization, region: str, service_id: int, client_id: int
) -> Rotation | None:
    """Return the open rotation of a client."""
    expire_rotations()
    rotation = Rotation.objects.filter(
        organization=organization,
        region=region,
        service_id=service_id,
        client_id=client_id,
        state__in=Rotation.OPEN,
    ).first()
    if rotation and rotation.is_scheduled:
        _check_schedule(rotation)
    return rotation


def open_rotations(organization: Organization) -> dict[ObjectRef, Rotation]:
    """Return all open rotations of an organization, by client."""
    expire_rotations()
    rows = Rotation.objects.filter(organization=organization, state__in=Rotation.OPEN).defer(
        "new_sealed", "old_sealed"
    )
    return {ObjectRef(one.region, one.service_id, one.client_id): one for one in rows}


def cancel_rotation(
    organization: Organization, region: str, service_id: int, client_id: int
) -> None:
    """Delete both secrets of a deleted client."""
    if rotation := find_rotation(organization, region, service_id, client_id):
        rotation.transition(State.FAILED)


def reconcile_state(rotation: Rotation, fingerprint: str, who: Actor) -> None:
    """Update the rotation's state from the fingerprint of the current secret."""
    if timezone.now() - rotation.changed_at < IN_FLIGHT_TIMEOUT:
        return
    was = rotation.state
    if fingerprint == rotation.new_mark and was in (State.STAGED, State.ACTIVATING):
        mark_activated(rotation, who)
    elif fingerprint == rotation.new_mark and was == State.UNDOING:
        rotation.transition(State.ACTIVATED)
    elif fingerprint == rotation.old_mark and was == State.ACTIVATING:
        rotation.transition(State.STAGED)
    elif fingerprint == rotation.old_mark and was == State.UNDOING:
        rotation.transition(State.UNDONE)
    if rotation.state != was:
        arrived = rotation.state in (State.ACTIVATED, State.UNDONE)
        record_finding(who, arrived, audit_fields(rotation))


@run_every_minute
def expire_rotations() -> None:
    """Delete staged secrets that weren't activated, and old ones after the undo period."""
    late = Rotation.objects.filter(
        until__lt=timezone.now(), state__in=[State.STAGED, State.ACTIVATED]
    ).select_related("organization")
    for rotation in late:
        staged = rotation.state == State.STAGED
        if rotation.transition(State.DROPPED if staged else State.SETTLED):
            home = rotation.organization
            itself = Actor(0, "", organization_id=home.pk, organization=home.slug)
            event = SECRET_DISCARD if staged else SECRET_ERASE
            record_event(itself, event, **audit_fields(rotation))


def mark_activated(rotation: Rotation, who: Actor) -> None:
    """Record that the new secret is current, and start the undo period."""
    now = timezone.now()
    set_state(
        rotation,
        State.ACTIVATED,
        activated_by=who.name,
        activated_at=now,
        activate_at=None,
        until=now + timedelta(seconds=settings.UNDO_SECONDS),
    )


def audit_fields(rotation: Rotation, **why: str) -> EventDetails:
    """Return the fields of audit entries about a rotation."""
    return EventDetails(
        region=rotation.region,
        service=str(rotation.service_id),
        client=str(rotation.client_id),
        label=rotation.label,
        reason=why.get("reason", rotation.reason),
        ticket=why.get("ticket", rotation.ticket),
    )


def record_transition(
    who: Actor,
    event: AuditEvent,
    rotation: Rotation,
    state: Rotation.State,
    *,
    reason: str = "",
    ticket: str = "",
    **fields: object,
) -> None:
    """Audit a state change and apply it.

    Raises:
        RotationConflictError: someone else was first.
    """
    why = {"reason": reason, "ticket": ticket} if reason else {}
    with record_action(who, event, **audit_fields(rotation, **why)):
        set_state(rotation, state, **fields)


def set_state(rotation: Rotation, state: Rotation.State, **fields: object) -> None:
    """Change the state.

    Raises:
        RotationConflictError: someone else was first.
    """
    if not rotation.transition(state, **fields):
        raise RotationConflictError


def _check_schedule(rotation: Rotation) -> None:
    """Clear the schedule of a rotation whose job was cancelled or has ended."""
    job = rotation.job
    if job is None or not Job.objects.filter(pk=job, state__in=OPEN_JOB_STATES).exists():
        rotation.transition(State.STAGED, activate_at=None)
