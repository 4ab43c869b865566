"""The edits of each rollover step for keys in key sets, from the service's current state.

If the service differs from what the previous step left, `UnexpectedStateError` says how,
and nothing is changed.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from console.keys.jwks.key_sets import (
    KeySet,
    KeySetRow,
    add_key,
    get_jwk,
    load_key_set,
    remove_key,
    setting_label,
)
from console.models import Rollover
from tenants.authlete.documents.jwks.generation import generate_like
from tenants.authlete.documents.service import Service

State = Rollover.State
type Edits = dict[str, Any]


class UnexpectedStateError(Exception):
    """The service changed in a way that the rollover can't handle; nothing was sent."""


def prepare_edits(rollover: Rollover, service: Service) -> Edits:
    """Return the edits of the next step; empty if they were already made."""
    step = _STEP_BY_STATE[State(rollover.state)]
    return step(rollover, service, load_key_set(service, rollover.member))


def _publish(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    """Add a new key of the same type.

    Settings that name no key name the old one from now on, so that Authlete doesn't choose
    between the two.
    """
    old = _get_key(keys, rollover.old_kid, rollover.old_thumbprint)
    if _find_key(keys, rollover.new_kid, rollover.new_thumbprint):
        return {}
    for name in rollover.settings:
        require_key_named(service, name, "", rollover.old_kid)
    bits = int(old.summary.size.split()[0]) if old.summary.kty == "RSA" else 0
    key = generate_like(get_jwk(keys.text, old.index), rollover.new_kid, bits)
    pinned = dict.fromkeys(rollover.settings, rollover.old_kid)
    return {rollover.member: add_key(keys.text, key)} | pinned


def _switch_settings(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    _get_key(keys, rollover.old_kid, rollover.old_thumbprint)
    _get_key(keys, rollover.new_kid, rollover.new_thumbprint)
    return switch_settings(rollover, service)


def _retire(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    _get_key(keys, rollover.new_kid, rollover.new_thumbprint)
    for name in rollover.settings:
        require_key_named(service, name, rollover.new_kid)
    old = _find_key(keys, rollover.old_kid, rollover.old_thumbprint)
    return _remove_unused(keys, old)


def _revert_settings(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    _get_key(keys, rollover.old_kid, rollover.old_thumbprint)
    return revert_settings(rollover, service)


def _remove_new(rollover: Rollover, _service: Service, keys: KeySet) -> Edits:
    new = _find_key(keys, rollover.new_kid, rollover.new_thumbprint)
    return _remove_unused(keys, new)


_STEP_BY_STATE: Mapping[State, Callable[[Rollover, Service, KeySet], Edits]] = {
    State.STARTED: _publish,
    State.PUBLISHED: _switch_settings,
    State.SWITCHED: _retire,
    State.REVERTING: _revert_settings,
    State.REVERTED: _remove_new,
}


def switch_settings(rollover: Rollover, service: Service) -> Edits:
    """Return edits that make the settings name the new key."""
    if {service.get(name) for name in rollover.settings} == {rollover.new_kid}:
        return {}
    for name in rollover.settings:
        require_key_named(service, name, rollover.old_kid)
    return dict.fromkeys(rollover.settings, rollover.new_kid)


def revert_settings(rollover: Rollover, service: Service) -> Edits:
    """Return edits that make the settings name the old key again."""
    for name in rollover.settings:
        require_key_named(service, name, rollover.old_kid, rollover.new_kid)
    return {
        name: rollover.old_kid
        for name in rollover.settings
        if service.get(name) != rollover.old_kid
    }


def _remove_unused(keys: KeySet, row: KeySetRow | None) -> Edits:
    """Return edits that remove a key which no setting names."""
    if row is None:
        return {}
    if row.uses:
        raise UnexpectedStateError(
            _("%(setting)s still names the key %(kid)s, so it wasn't removed.")
            % {"setting": row.uses[0].label, "kid": row.summary.kid}
        )
    return {keys.member: remove_key(keys.text, row.index)}


def _get_key(keys: KeySet, kid: str, thumbprint: str) -> KeySetRow:
    """Return the key with that ID and thumbprint."""
    row = _find_key(keys, kid, thumbprint)
    if row is None:
        raise UnexpectedStateError(_("The key %(kid)s is no longer in the JWK Set.") % {"kid": kid})
    return row


def _find_key(keys: KeySet, kid: str, thumbprint: str) -> KeySetRow | None:
    """Return the key, or None if no key has the ID."""
    if keys.is_invalid:
        raise UnexpectedStateError(_("The JWK Set is no longer valid."))
    rows = [row for row in keys.rows if row.summary.kid == kid]
    if not rows:
        return None
    if len(rows) > 1 or rows[0].summary.thumbprint != thumbprint:
        raise UnexpectedStateError(
            _("The JWK Set has another key with the ID %(kid)s.") % {"kid": kid}
        )
    return rows[0]


def require_key_named(service: Service, name: str, *kids: str) -> None:
    """Raise `UnexpectedStateError` unless the setting names one of the keys."""
    kid = str(service.get(name) or "")
    if kid in kids:
        return
    text = _("%(setting)s names the key %(kid)s.") if kid else _("%(setting)s names no key.")
    raise UnexpectedStateError(text % {"setting": setting_label(name), "kid": kid})
