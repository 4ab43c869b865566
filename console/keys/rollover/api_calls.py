"""What a step of a rollover sends to Authlete, once; begun again, it looks first."""

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
    Outcome,
    PartialViewError,
    StaleVersionError,
)

MAX_UPDATE_ATTEMPTS = 3  # while somebody else saves the service
State = Rollover.State


class RolloverConflictError(Exception):
    """Somebody else has gone on with this rollover meanwhile."""


def send_step(api: ServiceApi, rollover: Rollover) -> bool:
    """Do what comes next, and return whether anything had to be changed.

    Raises `Moved`, `steps.Unexpected`, or an `AuthleteError`.
    """
    changed = _update_settings(api, rollover)
    if not rollover.in_hardware:
        return changed
    match rollover.state:
        case State.STARTED:
            return _create_new_key(api, rollover) or changed
        case State.SWITCHED | State.REVERTED:
            return _delete_old_key(api, rollover) or changed
    return changed


def _update_settings(api: ServiceApi, rollover: Rollover) -> bool:
    """Change what the step changes in the settings, key sets among them."""
    tries = MAX_UPDATE_ATTEMPTS
    while True:
        service = _get_full_service(api)
        if rollover.in_hardware:
            keys = api.hardware_keys.list()
            edits = hsm_steps.prepare_edits(rollover, service, keys)
        else:
            edits = jwks_steps.prepare_edits(rollover, service)
        if not edits:
            return False
        told: dict[str, object] = {}
        if rollover.member in edits and rollover.state == State.STARTED:
            made = list_key_set(edits[rollover.member])[-1]
            told["new_thumbprint"] = made.thumbprint  # so that it is known again
        _mark_acting(rollover, **told)
        try:
            api.update(service.modified_at, edits)
        except AuthleteError as error:
            tries -= 1
            if isinstance(error, StaleVersionError) and tries:
                continue
            _mark_finished(rollover, error)
            raise
        return True


def _create_new_key(api: ServiceApi, rollover: Rollover) -> bool:
    """Have the module make a key like the old one."""
    old = hsm_steps.find_key_to_copy(rollover, api.hardware_keys.list())
    if old is None:
        return False
    before = rollover.asked_at
    _mark_acting(rollover, asked_at=timezone.now())
    try:
        found = api.hardware_keys.create(
            kty=old.kty,
            use=old.use,
            alg=old.alg,
            kid=rollover.new_kid,
            hsm_name=old.hsm_name,
        )
    except AuthleteError as error:
        _mark_finished(rollover, error, asked_at=before)
        raise
    if found:
        half = parse_public_key(found)
        thumbprint = half.thumbprint if half else ""
        _mark_acting(rollover, new_handle=found.handle, new_thumbprint=thumbprint)
    return True


def _delete_old_key(api: ServiceApi, rollover: Rollover) -> bool:
    """Destroy the key that is left, unless something came to sign with it."""
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
    if "modifiedAt" not in service.to_dict():  # rights on clients alone
        raise PartialViewError(_("This credential sees only a part of the service."))
    return service


def _mark_acting(rollover: Rollover, **fields: object) -> None:
    """Say that a call is under way."""
    if not rollover.transition(rollover.state, acting_at=timezone.now(), **fields):
        raise RolloverConflictError


def _mark_finished(rollover: Rollover, error: AuthleteError, **fields: object) -> None:
    """Say that no call is under way any more, where there was an answer; and what
    holds again where nothing was done."""
    sure = error.outcome is not Outcome.UNKNOWN
    if sure or error.code:
        rollover.transition(rollover.state, acting_at=None, **(fields if sure else {}))
