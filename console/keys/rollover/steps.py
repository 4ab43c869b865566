"""The calls of each rollover step; a repeated step skips what was already done."""

from django.utils import timezone
from django.utils.translation import gettext as _

from console.forms.key_sets import list_key_set
from console.keys.hsm.keys import parse_public_key
from console.keys.rollover import hsm_steps, jwks_steps
from console.models import Rollover
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import (
    AuthleteError,
    NotFoundError,
    PartialViewError,
    StaleVersionError,
)
from tenants.authlete.outcome import Outcome

MAX_UPDATE_ATTEMPTS = 3  # if others save the service at the same time
State = Rollover.State


class RolloverConflictError(Exception):
    """The rollover was changed by someone else, or a step is running."""


def send_step(api: ServiceApi, rollover: Rollover) -> bool:
    """Carry out the next step, and return whether anything was changed.

    Raises `RolloverConflictError`, `UnexpectedStateError`, or an `AuthleteError`.
    """
    is_changed = _update_settings(api, rollover)
    if not rollover.in_hardware:
        return is_changed
    match rollover.state:
        case State.STARTED:
            return _create_new_key(api, rollover) or is_changed
        case State.SWITCHED | State.REVERTED:
            return _delete_old_key(api, rollover) or is_changed
    return is_changed


def _update_settings(api: ServiceApi, rollover: Rollover) -> bool:
    """Update the settings and key sets of the service."""
    attempts = MAX_UPDATE_ATTEMPTS
    while True:
        service = _get_full_service(api)
        if rollover.in_hardware:
            keys = api.hardware_keys.list()
            edits = hsm_steps.prepare_edits(rollover, service, keys)
        else:
            edits = jwks_steps.prepare_edits(rollover, service)
        if not edits:
            return False
        fields: dict[str, object] = {}
        if rollover.member in edits and rollover.state == State.STARTED:
            fields["new_thumbprint"] = list_key_set(edits[rollover.member])[-1].thumbprint
        _mark_acting(rollover, **fields)
        try:
            api.update(service.modified_at, edits)
        except AuthleteError as error:
            attempts -= 1
            if isinstance(error, StaleVersionError) and attempts:
                continue
            _mark_finished(rollover, error)
            raise
        return True


def _create_new_key(api: ServiceApi, rollover: Rollover) -> bool:
    """Create an HSM key like the old one."""
    old = hsm_steps.find_key_to_copy(rollover, api.hardware_keys.list())
    if old is None:
        return False
    requested_at = rollover.requested_at
    _mark_acting(rollover, requested_at=timezone.now())
    try:
        key = api.hardware_keys.create(
            kty=old.kty, use=old.use, alg=old.alg, kid=rollover.new_kid, hsm_name=old.hsm_name
        )
    except AuthleteError as error:
        _mark_finished(rollover, error, requested_at=requested_at)
        raise
    if key:
        public_key = parse_public_key(key)
        thumbprint = public_key.thumbprint if public_key else ""
        _mark_acting(rollover, new_handle=key.handle, new_thumbprint=thumbprint)
    return True


def _delete_old_key(api: ServiceApi, rollover: Rollover) -> bool:
    """Delete the key that is no longer used."""
    service, keys = _get_full_service(api), api.hardware_keys.list()
    key = hsm_steps.find_key_to_delete(rollover, service, keys)
    if key is None:
        return False
    _mark_acting(rollover)
    try:
        api.hardware_keys.delete(key.handle, key.kid)
    except AuthleteError as error:
        if isinstance(error, NotFoundError) and error.is_from_authlete:
            return False
        _mark_finished(rollover, error)
        raise
    return True


def _get_full_service(api: ServiceApi) -> Service:
    service = api.get()
    if "modifiedAt" not in service.to_dict():
        raise PartialViewError(_("This region's credential has client permissions only."))
    return service


def _mark_acting(rollover: Rollover, **fields: object) -> None:
    """Store that a call is in progress."""
    if not rollover.transition(rollover.state, acting_at=timezone.now(), **fields):
        raise RolloverConflictError


def _mark_finished(rollover: Rollover, error: AuthleteError, **fields: object) -> None:
    """Store that a failed call is over, unless it may still be running.

    ``fields`` are stored, too, if nothing was changed.
    """
    is_known = error.outcome is not Outcome.UNKNOWN
    if is_known or error.code:
        rollover.transition(rollover.state, acting_at=None, **(fields if is_known else {}))
