"""The states of secret rotations.

Authlete stores one secret per client. A new one is generated here and kept encrypted
until the application has it (`staging`). Then it's sent to Authlete, and the old one is
kept for the undo period (`activation`). After a lost response, the fingerprint of the
current secret tells the outcome.
"""

from contextlib import suppress
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from console.inventory.secret_age import CHANGED, UNCHANGED
from console.models import Rotation
from tenants.audit.actor import Actor
from tenants.audit.events import SECRET_DISCARD, SECRET_ERASE, SECRET_RESOLVE, AuditEvent
from tenants.audit.recorder import EventDetails, record_action, record_event
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.changes import FieldChange
from tenants.authlete.client import CALL_TIMEOUT_SECONDS
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.client.rules.authentication import CLIENT_SECRET_METHODS
from tenants.authlete.documents.enums import JWE_ALG, JWE_ALG_ASYMMETRIC, JWS_ALG_SYMMETRIC
from tenants.authlete.errors import AuditUnavailableError, AuthleteError
from tenants.authlete.json.reader import make_storable
from tenants.authlete.object_ref import ObjectRef
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.jobs.models import OPEN_JOB_STATES, Job
from tenants.jobs.periodic_tasks import run_every_minute
from tenants.models import Organization

# Signed or encrypted with a key that is made of the secret (OpenID Connect Core,
# section 10.2).
SYMMETRIC_ALGORITHMS = {*JWS_ALG_SYMMETRIC, *(JWE_ALG.keys() - JWE_ALG_ASYMMETRIC.keys())}
DERIVED_KEY_USES = {
    "idTokenSignAlg": _("Signing ID tokens"),
    "userInfoSignAlg": _("Signing UserInfo"),
    "authorizationSignAlg": _("Signing authorization responses"),
    "requestSignAlg": _("Signing request objects"),
    "idTokenEncryptionAlg": _("Encrypting ID tokens"),
    "userInfoEncryptionAlg": _("Encrypting UserInfo"),
    "authorizationEncryptionAlg": _("Encrypting authorization responses"),
    "requestEncryptionAlg": _("Encrypting request objects"),
}


def client_label(client: Client) -> str:
    """Return the client's name for audit entries."""
    return make_storable(client.client_name).strip() or str(client.client_id)


def secret_fingerprint(client: Client) -> str:
    """Return the fingerprint of a client's secret; "" without a secret."""
    secret = client.get("clientSecret")
    return secret.hex if isinstance(secret, Fingerprint) else ""


def secret_uses(client: Client) -> list[str]:
    """Return what the secret is used for; empty if it isn't used."""
    if client.client_type == "PUBLIC":
        return []
    uses = [_("Client authentication")] if client.auth_method in CLIENT_SECRET_METHODS else []
    uses += [
        words
        for member, words in DERIVED_KEY_USES.items()
        if client.get_text(member) in SYMMETRIC_ALGORITHMS
    ]
    return [str(use) for use in uses]


def secret_change(before: str, after: str) -> FieldChange:
    """Return the audited change of a secret, by fingerprints."""
    return FieldChange("clientSecret", Fingerprint(before), Fingerprint(after))


def check_secret_changed(
    api: ClientApi, actor: Actor, before: str, audit_fields: EventDetails
) -> bool | None:
    """Check whether the secret changed after a lost response; audits the result.

    Returns None if that can't be determined.
    """
    try:
        now = secret_fingerprint(api.get())
    except AuthleteError:
        record_finding(actor, None, audit_fields)
        return None
    if now != before:
        audit_fields["changes"] = [secret_change(before, now)]
    record_finding(actor, now != before, audit_fields)
    return now != before


def record_finding(actor: Actor, changed: bool | None, audit_fields: EventDetails) -> None:
    """Audit whether the secret changed; a failure to audit is ignored."""
    outcome = Outcome.UNKNOWN if changed is None else Outcome.SUCCEEDED
    known = {True: CHANGED, False: UNCHANGED, None: ""}[changed]
    with suppress(AuditUnavailableError):
        audit_fields["object"] = known
        record_event(actor, SECRET_RESOLVE, outcome=outcome, **audit_fields)


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
    return {ObjectRef(row.region, row.service_id, row.client_id): row for row in rows}


def cancel_rotation(
    organization: Organization, region: str, service_id: int, client_id: int
) -> None:
    """Delete both secrets of a deleted client."""
    if rotation := find_rotation(organization, region, service_id, client_id):
        rotation.transition(State.FAILED)


def reconcile_state(rotation: Rotation, fingerprint: str, actor: Actor) -> None:
    """Update the rotation's state from the fingerprint of the current secret."""
    if timezone.now() - rotation.changed_at < IN_FLIGHT_TIMEOUT:
        return
    old_state = rotation.state
    is_new, is_old = rotation.has_new_secret(fingerprint), rotation.has_old_secret(fingerprint)
    if is_new and old_state in (State.STAGED, State.ACTIVATING):
        mark_activated(rotation, actor)
    elif is_new and old_state == State.UNDOING:
        rotation.transition(State.ACTIVATED)
    elif is_old and old_state == State.ACTIVATING:
        rotation.transition(State.STAGED)
    elif is_old and old_state == State.UNDOING:
        rotation.transition(State.UNDONE)
    if rotation.state != old_state:
        arrived = rotation.state in (State.ACTIVATED, State.UNDONE)
        record_finding(actor, arrived, audit_fields(rotation))


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


def mark_activated(rotation: Rotation, actor: Actor) -> None:
    """Record that the new secret is current, and start the undo period."""
    now = timezone.now()
    set_state(
        rotation,
        State.ACTIVATED,
        activated_by=actor.name,
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
    actor: Actor,
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
    with record_action(actor, event, **audit_fields(rotation, **why)):
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
