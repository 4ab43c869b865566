"""Stage a new secret: generate it, reveal it once, keep it until activation."""

from secrets import token_urlsafe

from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import SecretStr

from console.clients.rotation.lifecycle import (
    audit_fields,
    expire_rotations,
    record_transition,
    set_state,
)
from console.inventory.secret_age import last_changes
from console.models import Rotation
from console.models.rotations import STAGED_LIFETIME
from console.web.access import Member
from tenants.audit.actor import Actor
from tenants.audit.events import (
    SECRET_CONFIRM_STORED,
    SECRET_DISCARD,
    SECRET_ERASE,
    SECRET_SHOW,
    SECRET_STAGE,
)
from tenants.audit.recorder import record_action
from tenants.authlete import AuthleteClient
from tenants.authlete.object_ref import ObjectRef
from tenants.models import Organization

SECRET_BYTES = 64  # 86 letters, as many as Authlete takes and makes itself

State = Rotation.State


class RotationExistsError(Exception):
    """The client already has an open rotation."""


def stage_secret(
    authlete: AuthleteClient,
    actor: Actor,
    organization: Organization,
    *,
    service_id: int,
    client_id: int,
    label: str,
    reason: str,
    ticket: str,
) -> Rotation:
    """Generate a secret and store it with the current one, both encrypted.

    Nothing is sent to Authlete.

    Raises:
        RotationExistsError: the client already has an open rotation.

    """
    api = authlete.service(service_id).client(client_id, label)
    old = api.keep_secret().client_secret
    new = SecretStr(token_urlsafe(SECRET_BYTES))
    ref = ObjectRef(authlete.region, service_id, client_id)
    rotation = Rotation(
        organization=organization,
        region=authlete.region,
        service_id=service_id,
        client_id=client_id,
        label=label,
        old_since=last_changes(organization.pk, *map(str, ref)).get(ref),
        reason=reason,
        ticket=ticket,
        staged_by=actor.name,
        until=timezone.now() + STAGED_LIFETIME,
    )
    rotation.new_fingerprint = rotation.fingerprint(new)
    rotation.seal_new_secret(new.get_secret_value())
    if old:
        rotation.old_fingerprint = rotation.fingerprint(old)
        rotation.seal_old_secret(old.get_secret_value())
    expire_rotations()
    with record_action(actor, SECRET_STAGE, **audit_fields(rotation)):
        try:
            with transaction.atomic():
                rotation.save(force_insert=True)
        except IntegrityError:
            raise RotationExistsError from None
    return rotation


def show_secret(member: Member, rotation: Rotation) -> SecretStr:
    """Return the staged secret, for one response only.

    Raises:
        RotationConflictError: someone else was first.

    """
    secret = SecretStr(rotation.new_secret)
    by, now = member.user.get_username(), timezone.now()
    with record_action(member.actor, SECRET_SHOW, **audit_fields(rotation)):
        set_state(rotation, State.STAGED, shown_by=by, shown_at=now)
    return secret


def confirm_stored(member: Member, rotation: Rotation) -> None:
    """Record that the application has the staged secret."""
    by, now = member.user.get_username(), timezone.now()
    record_transition(
        member.actor, SECRET_CONFIRM_STORED, rotation, State.STAGED, stored_by=by, stored_at=now
    )


def discard_staged(member: Member, rotation: Rotation, **why: str) -> None:
    """Delete the staged secret."""
    record_transition(member.actor, SECRET_DISCARD, rotation, State.DROPPED, **why)


def delete_old_secret(member: Member, rotation: Rotation, **why: str) -> None:
    """Delete the old secret, which ends the undo period."""
    record_transition(member.actor, SECRET_ERASE, rotation, State.SETTLED, **why)
