"""The edits and calls of each rollover step for HSM keys.

Keys are created and deleted by their own calls, and identified by their unique handles.
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
    """Return the edits of the next step, besides creating or deleting a key."""
    return _STEP_BY_STATE[State(rollover.state)](rollover, service, keys)


def find_key_to_copy(rollover: Rollover, keys: HsmKeys) -> HardwareKey | None:
    """Return the key that the new one must resemble; None if that was created."""
    return None if find_new_key(rollover, keys) else _get_old_key(rollover, keys)


def find_new_key(rollover: Rollover, keys: HsmKeys) -> HardwareKey | None:
    """Return the new key, if it's listed.

    Until its handle is known, it's found by its ID, which no key had before.
    """
    if rollover.new_handle:
        return _find_by_handle(keys, rollover.new_handle, rollover.new_kid)
    matching = [key for key in keys if key.kid == rollover.new_kid]
    if len(matching) > 1 or (matching and not rollover.requested_at):
        raise UnexpectedStateError(
            _("The service has another key with the ID %(kid)s.") % {"kid": rollover.new_kid}
        )
    return matching[0] if matching else None


def find_key_to_delete(rollover: Rollover, service: Service, keys: HsmKeys) -> HardwareKey | None:
    """Return the unused key to delete; None if it no longer exists."""
    if rollover.state == State.SWITCHED:
        prepare_edits(rollover, service, keys)  # the settings must still name the new key
        key = _find_by_handle(keys, rollover.old_handle, rollover.old_kid)
    else:
        key = find_new_key(rollover, keys)
    for hsm_key in build_hsm_keys(keys, service):
        if key and hsm_key.key.handle == key.handle and hsm_key.uses:
            raise UnexpectedStateError(
                _("%(setting)s still signs with the key %(kid)s, so it wasn't deleted.")
                % {"setting": hsm_key.uses[0].label, "kid": key.kid}
            )
    return key


def _publish(rollover: Rollover, service: Service, keys: HsmKeys) -> Edits:
    """Make settings that name no key name the old one, so that Authlete doesn't choose."""
    _get_old_key(rollover, keys)
    for name in rollover.settings:
        require_key_named(service, name, "", rollover.old_kid)
    unset = [name for name in rollover.settings if not service.get(name)]
    return dict.fromkeys(unset, rollover.old_kid)


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
    key = _find_by_handle(keys, rollover.old_handle, rollover.old_kid)
    return _require_key(key, rollover.old_kid)


def _get_new_key(rollover: Rollover, keys: HsmKeys) -> HardwareKey:
    return _require_key(find_new_key(rollover, keys), rollover.new_kid)


def _require_key(key: HardwareKey | None, kid: str) -> HardwareKey:
    if key is None:
        raise UnexpectedStateError(_("The key %(kid)s is no longer in the HSM.") % {"kid": kid})
    return key


def _find_by_handle(keys: HsmKeys, handle: str, kid: str) -> HardwareKey | None:
    """Return the key with that handle; its ID must be unique."""
    if sum(key.kid == kid for key in keys) > 1:
        raise UnexpectedStateError(
            _("The service has another key with the ID %(kid)s.") % {"kid": kid}
        )
    return next((key for key in keys if key.handle == handle), None)
