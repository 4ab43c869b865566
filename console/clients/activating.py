"""Sending a staged secret to Authlete, now or later, and putting the old one back."""

from datetime import datetime

from django.utils.translation import gettext as _
from pydantic import SecretStr

from console.access import Member
from console.clients.rotating import activated, claim, told
from console.clients.secrets import found, mark, replaced
from console.models import Rotation
from tenants.audit.who import Who
from tenants.authlete import Authlete
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.errors import AuthleteError, NotFound, Outcome
from tenants.connect import fingerprint
from tenants.jobs import steering
from tenants.jobs.models import Job
from tenants.jobs.steering import NewItem

KIND = "client.activate_secret"

State = Rotation.State


class Changed(Exception):
    """The client's secret is another than the one that this was prepared against."""


def activate(
    authlete: Authlete, who: Who, rotation: Rotation, *, anyway: bool = False
) -> None:
    """Let the client have its new secret.

    It may be called again after it was interrupted. Raises `Changed` when the secret
    in use is not the one that was there when this was staged, unless ``anyway``;
    `Moved` when somebody else was faster; `vault.Sealed` when the new one was not
    sealed for this client; and `AuthleteError`, after which the rotation's state says
    what is known.
    """
    api = _api(authlete, rotation)
    now = _now(api, rotation)
    if now == rotation.new_mark:
        activated(rotation, who)
        return
    new = SecretStr(rotation.new)  # before anybody is told that it is on its way
    if now != rotation.old_mark:
        if not anyway:
            raise Changed
        if old := api.keep_secret().client_secret:
            rotation.keep_old(old.get_secret_value())
            rotation.old_mark = fingerprint(old).mark
    claim(
        rotation,
        State.ACTIVATING,
        old_sealed=rotation.old_sealed,
        old_mark=rotation.old_mark,
    )
    _send(api, who, rotation, now, new, State.STAGED)
    activated(rotation, who)


def undo(
    authlete: Authlete, who: Who, rotation: Rotation, *, anyway: bool = False
) -> None:
    """Give the client its old secret back; raises as `activate` does."""
    api = _api(authlete, rotation)
    now = _now(api, rotation)
    if now != rotation.old_mark:
        if now != rotation.new_mark and not anyway:
            raise Changed
        old = SecretStr(rotation.old)
        claim(rotation, State.UNDOING)
        _send(api, who, rotation, now, old, State.ACTIVATED)
    claim(rotation, State.UNDONE)


def schedule(
    member: Member, rotation: Rotation, at: datetime, *, reason: str, ticket: str
) -> Job:
    """Have a job activate it at that time; one that was set before is cancelled.

    Raises `Moved`.
    """
    before = rotation.job
    item = NewItem(
        rotation.region,
        rotation.service_id,
        rotation.client_id,
        rotation.label,
        what={"rotation": str(rotation.pk)},
    )
    job = steering.start(
        member.who,
        member.organization,
        KIND,
        _("Activate the new secret of %(name)s") % {"name": rotation.label},
        [item],
        reason=reason,
        ticket=ticket,
        run_at=at,
    )
    # A job that no rotation names does nothing.
    claim(rotation, State.STAGED, activate_at=at, job=job.pk)
    steering.withdraw(before, member.who)
    return job


def unschedule(who: Who, rotation: Rotation) -> None:
    """Let no job wait for a rotation that somebody has gone on with."""
    steering.withdraw(rotation.job, who)


def _api(authlete: Authlete, rotation: Rotation) -> ClientApi:
    service = authlete.service(rotation.service_id)
    return service.client(rotation.client_id, rotation.label)


def _now(api: ClientApi, rotation: Rotation) -> str:
    """The fingerprint in use; the rotation fails with a client that is gone."""
    try:
        return mark(api.get())
    except NotFound as error:
        if error.is_told:
            rotation.turn(State.FAILED)
        raise


def _send(
    api: ClientApi,
    who: Who,
    rotation: Rotation,
    before: str,
    secret: SecretStr,
    back: Rotation.State,
) -> None:
    """Set the secret; where that failed, go ``back``, unless nobody knows."""
    try:
        api.set_secret(secret, (replaced(before, fingerprint(secret).mark),))
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
