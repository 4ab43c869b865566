"""What a step of a rollover sends to Authlete, once; begun again, it looks first."""

from django.utils import timezone
from django.utils.translation import gettext as _

from console.forms.keysets import key_lines
from console.keys import module_steps, steps
from console.keys.hardware import public
from console.models import Rollover
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError, NotFound, Outcome, Partial, Stale

TRIES = 3  # while somebody else saves the service
State = Rollover.State


class Moved(Exception):
    """Somebody else has gone on with this rollover meanwhile."""


def send(api: ServiceApi, rollover: Rollover) -> bool:
    """Do what comes next, and return whether anything had to be changed.

    Raises `Moved`, `steps.Unexpected`, or an `AuthleteError`.
    """
    changed = _set(api, rollover)
    if not rollover.in_hardware:
        return changed
    match rollover.state:
        case State.STARTED:
            return _make(api, rollover) or changed
        case State.SWITCHED | State.REVERTED:
            return _destroy(api, rollover) or changed
    return changed


def _set(api: ServiceApi, rollover: Rollover) -> bool:
    """Change what the step changes in the settings, key sets among them."""
    tries = TRIES
    while True:
        service = _whole(api)
        if rollover.in_hardware:
            keys = api.hardware_keys.list()
            edits = module_steps.edits(rollover, service, keys)
        else:
            edits = steps.edits(rollover, service)
        if not edits:
            return False
        told: dict[str, object] = {}
        if rollover.member in edits and rollover.state == State.STARTED:
            made = key_lines(edits[rollover.member])[-1]
            told["new_thumbprint"] = made.thumbprint  # so that it is known again
        _act(rollover, **told)
        try:
            api.update(service.modified_at, edits)
        except AuthleteError as error:
            tries -= 1
            if isinstance(error, Stale) and tries:
                continue
            _settled(rollover, error)
            raise
        return True


def _make(api: ServiceApi, rollover: Rollover) -> bool:
    """Have the module make a key like the old one."""
    old = module_steps.to_make(rollover, api.hardware_keys.list())
    if old is None:
        return False
    before = rollover.asked_at
    _act(rollover, asked_at=timezone.now())
    try:
        found = api.hardware_keys.create(
            kty=old.kty,
            use=old.use,
            alg=old.alg,
            kid=rollover.new_kid,
            module=old.hsm_name,
        )
    except AuthleteError as error:
        _settled(rollover, error, asked_at=before)
        raise
    if found:
        half = public(found)
        thumbprint = half.thumbprint if half else ""
        _act(rollover, new_handle=found.handle, new_thumbprint=thumbprint)
    return True


def _destroy(api: ServiceApi, rollover: Rollover) -> bool:
    """Destroy the key that is left, unless something came to sign with it."""
    service, keys = _whole(api), api.hardware_keys.list()
    key = module_steps.to_destroy(rollover, service, keys)
    if key is None:
        return False
    _act(rollover)
    try:
        api.hardware_keys.delete(key.handle, key.kid)
    except AuthleteError as error:
        if isinstance(error, NotFound) and error.is_told:
            return False
        _settled(rollover, error)
        raise
    return True


def _whole(api: ServiceApi) -> Service:
    service = api.get()
    if "modifiedAt" not in service.wire():  # rights on clients alone
        raise Partial(_("This credential sees only a part of the service."))
    return service


def _act(rollover: Rollover, **told: object) -> None:
    """Say that a call is under way."""
    if not rollover.turn(rollover.state, acting_at=timezone.now(), **told):
        raise Moved


def _settled(rollover: Rollover, error: AuthleteError, **told: object) -> None:
    """Say that no call is under way any more, where there was an answer; and what
    holds again where nothing was done."""
    sure = error.outcome is not Outcome.UNKNOWN
    if sure or error.code:
        rollover.turn(rollover.state, acting_at=None, **(told if sure else {}))
