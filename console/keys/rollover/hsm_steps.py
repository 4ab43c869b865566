"""What each step of a rollover does where its keys are in a hardware module.

The settings are those of any rollover; a key is made and destroyed by calls of its own,
and known by its handle, which no other key ever has. Nothing is guessed here either.
"""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from console.keys.hsm.keys import build_hsm_keys
from console.keys.rollover.jwks_steps import (
    Edits,
    UnexpectedStateError,
    require_key_named,
    revert_settings,
    switch_settings,
)
from console.models import Rollover
from tenants.authlete.api.hardware_keys import HardwareKey
from tenants.authlete.documents.service import Service

State = Rollover.State
type HsmKeys = Sequence[HardwareKey]


def prepare_edits(rollover: Rollover, service: Service, keys: HsmKeys) -> Edits:
    """What has to be set for the next step, besides what is done in the module."""
    return _STEP_BY_STATE[State(rollover.state)](rollover, service, keys)


def find_key_to_copy(rollover: Rollover, keys: HsmKeys) -> HardwareKey | None:
    """The key that a new one is made like; nothing where that is there already."""
    return None if find_new_key(rollover, keys) else _get_old_key(rollover, keys)


def find_new_key(rollover: Rollover, keys: HsmKeys) -> HardwareKey | None:
    """The new key, as far as it is listed.

    Before Authlete has told its handle, it is known by its name, which no key had when
    the module was asked for it.
    """
    if rollover.new_handle:
        return _find_by_handle(keys, rollover.new_handle, rollover.new_kid)
    named = [one for one in keys if one.kid == rollover.new_kid]
    if len(named) > 1 or (named and not rollover.asked_at):
        raise UnexpectedStateError(
            _("The service has another key of the name %(kid)s.") % {"kid": rollover.new_kid}
        )
    return named[0] if named else None


def find_key_to_delete(rollover: Rollover, service: Service, keys: HsmKeys) -> HardwareKey | None:
    """The key that nothing signs with any more; nothing where it is gone."""
    if rollover.state == State.SWITCHED:
        prepare_edits(rollover, service, keys)  # nothing may have changed since it was looked
        gone = _find_by_handle(keys, rollover.old_handle, rollover.old_kid)
    else:
        gone = find_new_key(rollover, keys)
    for one in build_hsm_keys(keys, service):
        if gone and one.key.handle == gone.handle and one.uses:
            raise UnexpectedStateError(
                _("%(setting)s still signs with the key %(kid)s, so it stays.")
                % {"setting": one.uses[0].label, "kid": gone.kid}
            )
    return gone


def _publish(rollover: Rollover, service: Service, keys: HsmKeys) -> Edits:
    """Settings that name no key name the old one from now on, lest Authlete choose
    between the two."""
    _get_old_key(rollover, keys)
    for name in rollover.settings:
        require_key_named(service, name, "", rollover.old_kid)
    unnamed = [name for name in rollover.settings if not service.get(name)]
    return dict.fromkeys(unnamed, rollover.old_kid)


def _switch_settings(rollover: Rollover, service: Service, keys: HsmKeys) -> Edits:
    _get_old_key(rollover, keys)
    _get_new_key(rollover, keys)
    return switch_settings(rollover, service)


def _retire(rollover: Rollover, service: Service, keys: HsmKeys) -> Edits:
    _get_new_key(rollover, keys)
    for name in rollover.settings:
        require_key_named(service, name, rollover.new_kid)
    return {}


def _revert_settings(rollover: Rollover, service: Service, keys: HsmKeys) -> Edits:
    _get_old_key(rollover, keys)
    return revert_settings(rollover, service)


def _remove_new(_rollover: Rollover, _service: Service, _keys: HsmKeys) -> Edits:
    return {}


_STEP_BY_STATE: Mapping[State, Callable[[Rollover, Service, HsmKeys], Edits]] = {
    State.STARTED: _publish,
    State.PUBLISHED: _switch_settings,
    State.SWITCHED: _retire,
    State.REVERTING: _revert_settings,
    State.REVERTED: _remove_new,
}


def _get_old_key(rollover: Rollover, keys: HsmKeys) -> HardwareKey:
    found = _find_by_handle(keys, rollover.old_handle, rollover.old_kid)
    return _require_key(found, rollover.old_kid)


def _get_new_key(rollover: Rollover, keys: HsmKeys) -> HardwareKey:
    return _require_key(find_new_key(rollover, keys), rollover.new_kid)


def _require_key(key: HardwareKey | None, kid: str) -> HardwareKey:
    if key is None:
        raise UnexpectedStateError(_("The key %(kid)s is not in hardware any more.") % {"kid": kid})
    return key


def _find_by_handle(keys: HsmKeys, handle: str, kid: str) -> HardwareKey | None:
    """The very key; a second one of its name would leave open which of them signs."""
    if sum(one.kid == kid for one in keys) > 1:
        raise UnexpectedStateError(
            _("The service has another key of the name %(kid)s.") % {"kid": kid}
        )
    return next((one for one in keys if one.handle == handle), None)
