"""A new secret that is made here, shown once, and kept until it is activated."""

from secrets import token_urlsafe

from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import SecretStr

from console.access import Member
from console.clients.rotating import claim, lapse, told, turn
from console.editing.secret_ages import changed_at
from console.models import Rotation
from console.models.rotations import STAGED_FOR
from tenants.audit.events import (
    SECRET_DROP,
    SECRET_FORGET,
    SECRET_SHOW,
    SECRET_STAGE,
    SECRET_STORE,
)
from tenants.audit.notes import doing
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.connect import fingerprint
from tenants.models import Organization

BYTES = 64  # 86 letters, as many as Authlete takes and makes itself

State = Rotation.State


class Taken(Exception):
    """Another rotation of the same client is under way."""


def stage(
    authlete: Authlete,
    who: Who,
    organization: Organization,
    *,
    service_id: int,
    client_id: int,
    label: str,
    reason: str,
    ticket: str,
) -> Rotation:
    """Make a secret and keep it, and the one in use, to put that back one day.

    Authlete learns nothing of it yet. Raises `Taken`.
    """
    api = authlete.service(service_id).client(client_id, label)
    old = api.keep_secret().client_secret
    new = SecretStr(token_urlsafe(BYTES))
    place = (authlete.region, service_id, client_id)
    rotation = Rotation(
        organization=organization,
        region=authlete.region,
        service_id=service_id,
        client_id=client_id,
        label=label,
        new_mark=fingerprint(new).mark,
        old_mark=fingerprint(old).mark if old else "",
        old_since=changed_at(organization.pk, *map(str, place)).get(place),
        reason=reason,
        ticket=ticket,
        staged_by=who.actor,
        until=timezone.now() + STAGED_FOR,
    )
    rotation.keep_new(new.get_secret_value())
    if old:
        rotation.keep_old(old.get_secret_value())
    lapse()
    with doing(who, SECRET_STAGE, **told(rotation)):
        try:
            with transaction.atomic():
                rotation.save(force_insert=True)
        except IntegrityError:
            raise Taken from None
    return rotation


def show(member: Member, rotation: Rotation) -> SecretStr:
    """The new secret, for one response: whoever asks next is too late.

    Raises `Moved`.
    """
    secret = SecretStr(rotation.new)
    by, now = member.user.get_username(), timezone.now()
    with doing(member.who, SECRET_SHOW, **told(rotation)):
        claim(rotation, State.STAGED, shown_by=by, shown_at=now)
    return secret


def store(member: Member, rotation: Rotation) -> None:
    """Somebody says that the application knows the new secret."""
    by, now = member.user.get_username(), timezone.now()
    turn(member.who, SECRET_STORE, rotation, State.STAGED, stored_by=by, stored_at=now)


def drop(member: Member, rotation: Rotation, **why: str) -> None:
    """Throw a staged secret away."""
    turn(member.who, SECRET_DROP, rotation, State.DROPPED, **why)


def forget(member: Member, rotation: Rotation, **why: str) -> None:
    """Erase the old secret: from now on nothing can be undone."""
    turn(member.who, SECRET_FORGET, rotation, State.SETTLED, **why)
