"""Sending a staged secret to Authlete, now or later, and putting the old one back."""

from datetime import datetime

from django.utils.translation import gettext as _
from pydantic import SecretStr

from console.clients.rotation.client_secret import (
    record_finding,
    secret_change,
    secret_fingerprint,
)
from console.clients.rotation.lifecycle import audit_fields, mark_activated, set_state
from console.models import Rotation
from console.web.access import Member
from tenants.audit.actor import Actor
from tenants.authlete import AuthleteClient
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.errors import AuthleteError, NotFoundError, Outcome
from tenants.jobs import control
from tenants.jobs.models import Job, NewItem
from tenants.organizations.api_clients import fingerprint_token

ACTIVATION_JOB = "client.activate_secret"

State = Rotation.State


class SecretChangedError(Exception):
    """The client's secret is another than the one that this was prepared against."""


def activate_secret(
    authlete: AuthleteClient, who: Actor, rotation: Rotation, *, force: bool = False
) -> None:
    """Let the client have its new secret.

    It may be called again after it was interrupted. Raises `Changed` when the secret
    in use is not the one that was there when this was staged, unless ``anyway``;
    `Moved` when somebody else was faster; `vault.Sealed` when the new one was not
    sealed for this client; and `AuthleteError`, after which the rotation's state says
    what is known.
    """
    api = _client_api(authlete, rotation)
    now = _current_fingerprint(api, rotation)
    if now == rotation.new_mark:
        mark_activated(rotation, who)
        return
    new = SecretStr(rotation.new_secret)  # before anybody is told that it is on its way
    if now != rotation.old_mark:
        if not force:
            raise SecretChangedError
        if old := api.keep_secret().client_secret:
            rotation.seal_old_secret(old.get_secret_value())
            rotation.old_mark = fingerprint_token(old).hex
    set_state(
        rotation,
        State.ACTIVATING,
        old_sealed=rotation.old_sealed,
        old_mark=rotation.old_mark,
    )
    _send_secret(api, who, rotation, now, new, State.STAGED)
    mark_activated(rotation, who)


def restore_old_secret(
    authlete: AuthleteClient, who: Actor, rotation: Rotation, *, force: bool = False
) -> None:
    """Give the client its old secret back; raises as `activate` does."""
    api = _client_api(authlete, rotation)
    now = _current_fingerprint(api, rotation)
    if now != rotation.old_mark:
        if now != rotation.new_mark and not force:
            raise SecretChangedError
        old = SecretStr(rotation.old_secret)
        set_state(rotation, State.UNDOING)
        _send_secret(api, who, rotation, now, old, State.ACTIVATED)
    set_state(rotation, State.UNDONE)


def schedule_activation(
    member: Member, rotation: Rotation, run_at: datetime, *, reason: str, ticket: str
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
        payload={"rotation": str(rotation.pk)},
    )
    job = control.start_job(
        member.actor,
        member.organization,
        ACTIVATION_JOB,
        _("Activate the new secret of %(name)s") % {"name": rotation.label},
        [item],
        reason=reason,
        ticket=ticket,
        run_at=run_at,
    )
    # A job that no rotation names does nothing.
    set_state(rotation, State.STAGED, activate_at=run_at, job=job.pk)
    control.cancel_if_open(before, member.actor)
    return job


def cancel_activation(who: Actor, rotation: Rotation) -> None:
    """Let no job wait for a rotation that somebody has gone on with."""
    control.cancel_if_open(rotation.job, who)


def _client_api(authlete: AuthleteClient, rotation: Rotation) -> ClientApi:
    service = authlete.service(rotation.service_id)
    return service.client(rotation.client_id, rotation.label)


def _current_fingerprint(api: ClientApi, rotation: Rotation) -> str:
    """The fingerprint in use; the rotation fails with a client that is gone."""
    try:
        return secret_fingerprint(api.get())
    except NotFoundError as error:
        if error.is_from_authlete:
            rotation.transition(State.FAILED)
        raise


def _send_secret(
    api: ClientApi,
    who: Actor,
    rotation: Rotation,
    old_fingerprint: str,
    secret: SecretStr,
    failure_state: Rotation.State,
) -> None:
    """Set the secret; where that failed, go ``back``, unless nobody knows."""
    try:
        api.set_secret(secret, (secret_change(old_fingerprint, fingerprint_token(secret).hex),))
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            rotation.transition(failure_state)
            raise
        if not _has_arrived(api, who, rotation, secret, failure_state):
            raise


def _has_arrived(
    api: ClientApi,
    who: Actor,
    rotation: Rotation,
    secret: SecretStr,
    failure_state: Rotation.State,
) -> bool:
    """Whether a secret whose reply was lost is in use; kept in the record."""
    try:
        now = secret_fingerprint(api.get())
    except AuthleteError:
        record_finding(who, None, audit_fields(rotation))
        return False
    arrived = now == fingerprint_token(secret).hex
    record_finding(who, arrived, audit_fields(rotation))
    if not arrived:
        rotation.transition(failure_state)
    return arrived
