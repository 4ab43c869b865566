"""What each step of a rollover does where its keys are in a hardware module.

The settings are those of any rollover; a key is made and destroyed by calls of its own,
and known by its handle, which no other key ever has. Nothing is guessed here either.
"""

from collections.abc import Callable, Mapping, Sequence

from django.utils.translation import gettext as _

from console.keys.hardware import kept
from console.keys.steps import Edits, Unexpected, must_name, reverted, switched
from console.models import Rollover
from tenants.authlete.api.keys import HardwareKey
from tenants.authlete.documents.service import Service

State = Rollover.State
type Keys = Sequence[HardwareKey]


def edits(rollover: Rollover, service: Service, keys: Keys) -> Edits:
    """What has to be set for the next step, besides what is done in the module."""
    return _STEPS[State(rollover.state)](rollover, service, keys)


def to_make(rollover: Rollover, keys: Keys) -> HardwareKey | None:
    """The key that a new one is made like; nothing where that is there already."""
    return None if made(rollover, keys) else _old(rollover, keys)


def made(rollover: Rollover, keys: Keys) -> HardwareKey | None:
    """The new key, as far as it is listed.

    Before Authlete has told its handle, it is known by its name, which no key had when
    the module was asked for it.
    """
    if rollover.new_handle:
        return _of(keys, rollover.new_handle, rollover.new_kid)
    named = [one for one in keys if one.kid == rollover.new_kid]
    if len(named) > 1 or (named and not rollover.asked_at):
        raise Unexpected(
            _("The service has another key of the name %(kid)s.")
            % {"kid": rollover.new_kid}
        )
    return named[0] if named else None


def to_destroy(rollover: Rollover, service: Service, keys: Keys) -> HardwareKey | None:
    """The key that nothing signs with any more; nothing where it is gone."""
    if rollover.state == State.SWITCHED:
        edits(rollover, service, keys)  # nothing may have changed since it was looked
        gone = _of(keys, rollover.old_handle, rollover.old_kid)
    else:
        gone = made(rollover, keys)
    for one in kept(keys, service):
        if gone and one.key.handle == gone.handle and one.needs:
            raise Unexpected(
                _("%(setting)s still signs with the key %(kid)s, so it stays.")
                % {"setting": one.needs[0].label, "kid": gone.kid}
            )
    return gone


def _publish(rollover: Rollover, service: Service, keys: Keys) -> Edits:
    """Settings that name no key name the old one from now on, lest Authlete choose
    between the two."""
    _old(rollover, keys)
    for name in rollover.settings:
        must_name(service, name, "", rollover.old_kid)
    unnamed = [name for name in rollover.settings if not service.get(name)]
    return dict.fromkeys(unnamed, rollover.old_kid)


def _switch(rollover: Rollover, service: Service, keys: Keys) -> Edits:
    _old(rollover, keys)
    _new(rollover, keys)
    return switched(rollover, service)


def _retire(rollover: Rollover, service: Service, keys: Keys) -> Edits:
    _new(rollover, keys)
    for name in rollover.settings:
        must_name(service, name, rollover.new_kid)
    return {}


def _revert(rollover: Rollover, service: Service, keys: Keys) -> Edits:
    _old(rollover, keys)
    return reverted(rollover, service)


def _withdraw(_rollover: Rollover, _service: Service, _keys: Keys) -> Edits:
    return {}


_STEPS: Mapping[State, Callable[[Rollover, Service, Keys], Edits]] = {
    State.STARTED: _publish,
    State.PUBLISHED: _switch,
    State.SWITCHED: _retire,
    State.REVERTING: _revert,
    State.REVERTED: _withdraw,
}


def _old(rollover: Rollover, keys: Keys) -> HardwareKey:
    found = _of(keys, rollover.old_handle, rollover.old_kid)
    return _there(found, rollover.old_kid)


def _new(rollover: Rollover, keys: Keys) -> HardwareKey:
    return _there(made(rollover, keys), rollover.new_kid)


def _there(found: HardwareKey | None, kid: str) -> HardwareKey:
    if found is None:
        raise Unexpected(
            _("The key %(kid)s is not in hardware any more.") % {"kid": kid}
        )
    return found


def _of(keys: Keys, handle: str, kid: str) -> HardwareKey | None:
    """The very key; a second one of its name would leave open which of them signs."""
    if sum(one.kid == kid for one in keys) > 1:
        raise Unexpected(
            _("The service has another key of the name %(kid)s.") % {"kid": kid}
        )
    return next((one for one in keys if one.handle == handle), None)
