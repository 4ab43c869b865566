"""Replacing a client's secret without a gap, at an API that holds one a client.

The new one is made here and kept sealed until the application knows it; then it is
sent, and the old one is kept for as long as it may be wanted back. Whether a call
whose reply was lost had changed anything is told by fingerprint, by the next look at
the client.
"""

from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from pydantic import SecretStr

from console.access import Member, Workspace
from console.clients.secrets import Place, found, label, mark
from console.models import Rotation
from console.models.rotations import STAGED_FOR
from tenants.audit.events import (
    SECRET_DROP,
    SECRET_FORGET,
    SECRET_STAGE,
    SECRET_STORE,
    Event,
)
from tenants.audit.notes import Told, doing, note
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.client import SECONDS
from tenants.authlete.documents.client import Client
from tenants.authlete.errors import AuthleteError, NotFound, Outcome
from tenants.connect import fingerprint
from tenants.models import Organization

BYTES = 64  # 86 letters, as many as Authlete takes and makes itself
IN_FLIGHT = timedelta(seconds=2 * SECONDS)  # a call of somebody else may still run

State = Rotation.State


class Taken(Exception):
    """Another rotation of the same client is under way."""


class Moved(Exception):
    """The rotation is not in the state any more that it was acted upon in."""


class Changed(Exception):
    """The client's secret is another than the one that this was prepared against."""


def find(
    organization: Organization, region: str, service_id: int, client_id: int
) -> Rotation | None:
    """The rotation of a client that is under way."""
    lapse()
    return Rotation.objects.filter(
        organization=organization,
        region=region,
        service_id=service_id,
        client_id=client_id,
        state__in=Rotation.OPEN,
    ).first()


def under_way(organization: Organization) -> dict[Place, Rotation]:
    """All that are under way in an organization, for lists."""
    lapse()
    rows = Rotation.objects.filter(
        organization=organization, state__in=Rotation.OPEN
    ).defer("new_sealed", "old_sealed")
    return {(one.region, one.service_id, one.client_id): one for one in rows}


def stage(
    workspace: Workspace, client: Client, service_id: int, reason: str, ticket: str
) -> tuple[Rotation, SecretStr]:
    """Make a secret and keep it; Authlete knows nothing of it yet.

    Raises `Taken`.
    """
    secret = SecretStr(token_urlsafe(BYTES))
    rotation = Rotation(
        organization=workspace.organization,
        region=workspace.region.name,
        service_id=service_id,
        client_id=client.client_id,
        label=label(client),
        new_mark=fingerprint(secret).mark,
        old_mark=mark(client),
        reason=reason,
        ticket=ticket,
        staged_by=workspace.member.user.get_username(),
        until=timezone.now() + STAGED_FOR,
    ).keep_new(secret.get_secret_value())
    lapse()
    with doing(workspace.member.who, SECRET_STAGE, **told(rotation)):
        try:
            with transaction.atomic():
                rotation.save(force_insert=True)
        except IntegrityError:
            raise Taken from None
    return rotation, secret


def store(member: Member, rotation: Rotation) -> None:
    """Somebody says that the application knows the new secret."""
    by, now = member.user.get_username(), timezone.now()
    _turn(member.who, SECRET_STORE, rotation, State.STAGED, stored_by=by, stored_at=now)


def drop(member: Member, rotation: Rotation, **why: str) -> None:
    """Throw a staged secret away."""
    _turn(member.who, SECRET_DROP, rotation, State.DROPPED, **why)


def forget(member: Member, rotation: Rotation, **why: str) -> None:
    """Erase the old secret: from now on nothing can be undone."""
    _turn(member.who, SECRET_FORGET, rotation, State.SETTLED, **why)


def activate(
    authlete: Authlete, who: Who, rotation: Rotation, *, anyway: bool = False
) -> None:
    """Let the client have its new secret, and keep the old one.

    It may be called again after it was interrupted. Raises `Changed` when the secret
    in use is not the one that was there when this was staged, unless ``anyway``;
    `Moved` when somebody else was faster; and `AuthleteError`, after which the
    rotation's state says what is known.
    """
    api = _api(authlete, rotation)
    old = _held(api, rotation)
    if fingerprint(old).mark == rotation.new_mark:
        _activated(rotation, who)
        return
    if fingerprint(old).mark != rotation.old_mark and not anyway:
        raise Changed
    rotation.keep_old(old.get_secret_value())
    _claim(
        rotation,
        State.ACTIVATING,
        old_sealed=rotation.old_sealed,
        old_mark=fingerprint(old).mark,
    )
    _send(api, who, rotation, SecretStr(rotation.new), State.STAGED)
    _activated(rotation, who)


def undo(
    authlete: Authlete, who: Who, rotation: Rotation, *, anyway: bool = False
) -> None:
    """Give the client its old secret back; raises as `activate` does."""
    api = _api(authlete, rotation)
    now = mark(api.get())
    if now != rotation.old_mark:
        if now != rotation.new_mark and not anyway:
            raise Changed
        _claim(rotation, State.UNDOING)
        _send(api, who, rotation, SecretStr(rotation.old), State.ACTIVATED)
    if not rotation.turn(State.UNDONE):
        raise Moved


def look(rotation: Rotation, now: str, who: Who) -> None:
    """Let the rotation's state follow from the fingerprint of the secret in use."""
    if timezone.now() - rotation.changed_at < IN_FLIGHT:
        return
    was = rotation.state
    if now == rotation.new_mark and was in (State.STAGED, State.ACTIVATING):
        _activated(rotation, who)
    elif now == rotation.new_mark and was == State.UNDOING:
        rotation.turn(State.ACTIVATED)
    elif now == rotation.old_mark and was == State.ACTIVATING:
        rotation.turn(State.STAGED)
    elif now == rotation.old_mark and was == State.UNDOING:
        rotation.turn(State.UNDONE)
    if rotation.state != was:
        arrived = rotation.state in (State.ACTIVATED, State.UNDONE)
        found(who, arrived, told(rotation))


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


def _turn(
    who: Who,
    event: Event,
    rotation: Rotation,
    to: Rotation.State,
    *,
    reason: str = "",
    ticket: str = "",
    **more: object,
) -> None:
    why = {"reason": reason, "ticket": ticket} if reason else {}
    with doing(who, event, **told(rotation, **why)):
        _claim(rotation, to, **more)


def _claim(rotation: Rotation, to: Rotation.State, **more: object) -> None:
    if not rotation.turn(to, **more):
        raise Moved


def _api(authlete: Authlete, rotation: Rotation) -> ClientApi:
    service = authlete.service(rotation.service_id)
    return service.client(rotation.client_id, rotation.label)


def _held(api: ClientApi, rotation: Rotation) -> SecretStr:
    """The secret in use; the rotation fails with a client that is gone."""
    try:
        return api.keep_secret().client_secret or SecretStr("")
    except NotFound:
        rotation.turn(State.FAILED)
        raise


def _send(
    api: ClientApi,
    who: Who,
    rotation: Rotation,
    secret: SecretStr,
    back: Rotation.State,
) -> None:
    """Set the secret; where that failed, go ``back``, unless nobody knows."""
    try:
        api.set_secret(secret)
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            rotation.turn(back)
            raise
        if not _arrived(api, who, rotation, secret, back):
            raise


def _arrived(
    api: ClientApi,
    who: Who,
    rotation: Rotation,
    secret: SecretStr,
    back: Rotation.State,
) -> bool:
    """Whether a secret whose reply was lost is in use; kept in the record."""
    try:
        now = mark(api.get())
    except AuthleteError:
        found(who, None, told(rotation))
        return False
    arrived = now == fingerprint(secret).mark
    found(who, arrived, told(rotation))
    if not arrived:
        rotation.turn(back)
    return arrived


def _activated(rotation: Rotation, who: Who) -> None:
    now = timezone.now()
    _claim(
        rotation,
        State.ACTIVATED,
        activated_by=who.actor,
        activated_at=now,
        activate_at=None,
        until=now + timedelta(seconds=settings.UNDO_SECONDS),
    )
