"""Activate a staged secret, now or later, and restore the old one."""

from datetime import datetime

from django.utils.translation import gettext as _
from pydantic import SecretStr

from console.clients.rotation.lifecycle import (
    audit_fields,
    mark_activated,
    record_finding,
    secret_change,
    secret_fingerprint,
    set_state,
)
from console.models import Rotation
from console.web.access import Member
from tenants.audit.actor import Actor
from tenants.authlete import AuthleteClient
from tenants.authlete.api.clients import ClientApi
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.outcome import Outcome
from tenants.jobs import control
from tenants.jobs.models import Job, NewItem

ACTIVATION_JOB = "client.activate_secret"

State = Rotation.State


class SecretChangedError(Exception):
    """The current secret isn't the one that the rotation was prepared for."""


def activate_secret(
    authlete: AuthleteClient, actor: Actor, rotation: Rotation, *, force: bool = False
) -> None:
    """Send the staged secret to Authlete; can be retried after an interruption.

    Raises:
        SecretChangedError: the current secret changed since staging, without ``force``.
        RotationConflictError: someone else continued the rotation.
        UnsealError: the staged secret can't be decrypted.
        AuthleteError: the rotation's state says what is known.

    """
    api = _client_api(authlete, rotation)
    now = _current_fingerprint(api, rotation)
    if rotation.has_new_secret(now):
        mark_activated(rotation, actor)
        return
    new = SecretStr(rotation.new_secret)  # before anybody is told that it is on its way
    if not rotation.has_old_secret(now):
        if not force:
            raise SecretChangedError
        if old := api.keep_secret().client_secret:
            rotation.seal_old_secret(old.get_secret_value())
            rotation.old_fingerprint = rotation.fingerprint(old)
    set_state(
        rotation,
        State.ACTIVATING,
        old_sealed=rotation.old_sealed,
        old_fingerprint=rotation.old_fingerprint,
    )
    _send_secret(api, actor, rotation, now, new, State.STAGED)
    mark_activated(rotation, actor)


def restore_old_secret(
    authlete: AuthleteClient, actor: Actor, rotation: Rotation, *, force: bool = False
) -> None:
    """Send the old secret to Authlete; raises as `activate_secret` does."""
    api = _client_api(authlete, rotation)
    now = _current_fingerprint(api, rotation)
    if not rotation.has_old_secret(now):
        if not rotation.has_new_secret(now) and not force:
            raise SecretChangedError
        old = SecretStr(rotation.old_secret)
        set_state(rotation, State.UNDOING)
        _send_secret(api, actor, rotation, now, old, State.ACTIVATED)
    set_state(rotation, State.UNDONE)


def schedule_activation(
    member: Member, rotation: Rotation, run_at: datetime, *, reason: str, ticket: str
) -> Job:
    """Schedule a job that activates the secret; replaces an earlier schedule.

    Raises:
        RotationConflictError: someone else continued the rotation.

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


def cancel_activation(actor: Actor, rotation: Rotation) -> None:
    """Cancel the scheduled job of a rotation."""
    control.cancel_if_open(rotation.job, actor)


def _client_api(authlete: AuthleteClient, rotation: Rotation) -> ClientApi:
    service = authlete.service(rotation.service_id)
    return service.client(rotation.client_id, rotation.label)


def _current_fingerprint(api: ClientApi, rotation: Rotation) -> str:
    """Return the current fingerprint; fail the rotation of a deleted client."""
    try:
        return secret_fingerprint(api.get())
    except NotFoundError as error:
        if error.is_from_authlete:
            rotation.transition(State.FAILED)
        raise


def _send_secret(
    api: ClientApi,
    actor: Actor,
    rotation: Rotation,
    old_fingerprint: str,
    secret: SecretStr,
    failure_state: Rotation.State,
) -> None:
    """Send the secret; go to ``failure_state`` if it was certainly not set."""
    try:
        api.set_secret(secret, (secret_change(old_fingerprint, rotation.fingerprint(secret)),))
    except AuthleteError as error:
        if error.outcome is not Outcome.UNKNOWN:
            rotation.transition(failure_state)
            raise
        if not _has_arrived(api, actor, rotation, secret, failure_state):
            raise


def _has_arrived(
    api: ClientApi,
    actor: Actor,
    rotation: Rotation,
    secret: SecretStr,
    failure_state: Rotation.State,
) -> bool:
    """Check whether a secret whose response was lost is current; audits it."""
    try:
        now = secret_fingerprint(api.get())
    except AuthleteError:
        record_finding(actor, None, audit_fields(rotation))
        return False
    arrived = now == rotation.fingerprint(secret)
    record_finding(actor, arrived, audit_fields(rotation))
    if not arrived:
        rotation.transition(failure_state)
    return arrived
