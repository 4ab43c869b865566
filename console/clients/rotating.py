"""The rotations of clients' secrets that are under way, and where each stands.

Authlete holds one secret a client. So a new one is made here and kept sealed until
the application knows it (`staging`); then it is sent, and the old one is kept for as
long as it may be wanted back (`activating`). Whether a call whose reply was lost had
changed anything is told by fingerprint, by the next look at the client.
"""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from console.clients.secrets import found
from console.editing.secret_ages import Place
from console.models import Rotation
from tenants.audit.events import SECRET_DROP, SECRET_FORGET, Event
from tenants.audit.notes import Told, doing, note
from tenants.audit.who import Who
from tenants.authlete.client import SECONDS
from tenants.jobs.chores import chore
from tenants.jobs.models import OPEN, Job
from tenants.models import Organization

IN_FLIGHT = timedelta(seconds=2 * SECONDS)  # a call of somebody else may still run

State = Rotation.State


class Moved(Exception):
    """The rotation is not in the state any more that it was acted upon in."""


def find(
    organization: Organization, region: str, service_id: int, client_id: int
) -> Rotation | None:
    """The rotation of a client that is under way."""
    lapse()
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


def under_way(organization: Organization) -> dict[Place, Rotation]:
    """All that are under way in an organization, for lists."""
    lapse()
    rows = Rotation.objects.filter(
        organization=organization, state__in=Rotation.OPEN
    ).defer("new_sealed", "old_sealed")
    return {(one.region, one.service_id, one.client_id): one for one in rows}


def end(
    organization: Organization, region: str, service_id: int, client_id: int
) -> None:
    """Erase both secrets of a client that is gone."""
    if rotation := find(organization, region, service_id, client_id):
        rotation.turn(State.FAILED)


def look(rotation: Rotation, now: str, who: Who) -> None:
    """Let the rotation's state follow from the fingerprint of the secret in use."""
    if timezone.now() - rotation.changed_at < IN_FLIGHT:
        return
    was = rotation.state
    if now == rotation.new_mark and was in (State.STAGED, State.ACTIVATING):
        activated(rotation, who)
    elif now == rotation.new_mark and was == State.UNDOING:
        rotation.turn(State.ACTIVATED)
    elif now == rotation.old_mark and was == State.ACTIVATING:
        rotation.turn(State.STAGED)
    elif now == rotation.old_mark and was == State.UNDOING:
        rotation.turn(State.UNDONE)
    if rotation.state != was:
        arrived = rotation.state in (State.ACTIVATED, State.UNDONE)
        found(who, arrived, told(rotation))


@chore
def lapse() -> None:
    """End what has lasted its time: staged secrets that nobody activated, and old
    ones that nobody wanted back."""
    late = Rotation.objects.filter(
        until__lt=timezone.now(), state__in=[State.STAGED, State.ACTIVATED]
    ).select_related("organization")
    for rotation in late:
        staged = rotation.state == State.STAGED
        if rotation.turn(State.DROPPED if staged else State.SETTLED):
            home = rotation.organization
            itself = Who(0, "", organization_id=home.pk, organization=home.slug)
            event = SECRET_DROP if staged else SECRET_FORGET
            note(itself, event, **told(rotation))


def activated(rotation: Rotation, who: Who) -> None:
    """The new secret is in use, from now on."""
    now = timezone.now()
    claim(
        rotation,
        State.ACTIVATED,
        activated_by=who.actor,
        activated_at=now,
        activate_at=None,
        until=now + timedelta(seconds=settings.UNDO_SECONDS),
    )


def told(rotation: Rotation, **why: str) -> Told:
    """What the record says about what is done to a rotation."""
    return Told(
        region=rotation.region,
        service=str(rotation.service_id),
        client=str(rotation.client_id),
        label=rotation.label,
        reason=why.get("reason", rotation.reason),
        ticket=why.get("ticket", rotation.ticket),
    )


def turn(
    who: Who,
    event: Event,
    rotation: Rotation,
    to: Rotation.State,
    *,
    reason: str = "",
    ticket: str = "",
    **more: object,
) -> None:
    """Go to another state, and keep that in the record; raises `Moved`."""
    why = {"reason": reason, "ticket": ticket} if reason else {}
    with doing(who, event, **told(rotation, **why)):
        claim(rotation, to, **more)


def claim(rotation: Rotation, to: Rotation.State, **more: object) -> None:
    """Go to another state; raises `Moved` when somebody else was faster."""
    if not rotation.turn(to, **more):
        raise Moved


def _check_schedule(rotation: Rotation) -> None:
    """A job that was cancelled, or has ended without it, waits for nothing."""
    job = rotation.job
    if job is None or not Job.objects.filter(pk=job, state__in=OPEN).exists():
        rotation.turn(State.STAGED, activate_at=None)
