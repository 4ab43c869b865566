"""What each step of a rollover sets at Authlete, told from what is there now.

A step never guesses: where something is otherwise than the step before has left it,
nothing is set, and `Unexpected` says what it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from console.keys.jwks import generation
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
from tenants.authlete.documents.service import Service

State = Rollover.State
type Edits = dict[str, Any]


class UnexpectedStateError(Exception):
    """Somebody has changed what this rollover stands on; nothing was sent."""


def prepare_edits(rollover: Rollover, service: Service) -> Edits:
    """What has to be set for the next step; nothing where it is so already."""
    step = _STEP_BY_STATE[State(rollover.state)]
    return step(rollover, service, load_key_set(service, rollover.member))


def _publish(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    """Put a new key of the same kind beside the old one. Settings that name no key
    name the old one from now on, lest Authlete choose between the two."""
    old = _get_key(keys, rollover.old_kid, rollover.old_thumbprint)
    if _find_key(keys, rollover.new_kid, rollover.new_thumbprint):
        return {}
    for name in rollover.settings:
        require_key_named(service, name, "", rollover.old_kid)
    bits = int(old.summary.size.split()[0]) if old.summary.kty == "RSA" else 0
    key = generation.generate_like(get_jwk(keys.text, old.index), rollover.new_kid, bits)
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
    """The settings with the new key, where all of them name the old one."""
    if {service.get(name) for name in rollover.settings} == {rollover.new_kid}:
        return {}
    for name in rollover.settings:
        require_key_named(service, name, rollover.old_kid)
    return dict.fromkeys(rollover.settings, rollover.new_kid)


def revert_settings(rollover: Rollover, service: Service) -> Edits:
    """The settings with the old key again."""
    for name in rollover.settings:
        require_key_named(service, name, rollover.old_kid, rollover.new_kid)
    wanted = dict.fromkeys(rollover.settings, rollover.old_kid)
    return {name: kid for name, kid in wanted.items() if service.get(name) != kid}


def _remove_unused(keys: KeySet, row: KeySetRow | None) -> Edits:
    """The set without a key that nothing signs with; nothing where it is gone."""
    if row is None:
        return {}
    if row.uses:
        raise UnexpectedStateError(
            _("%(setting)s still names the key %(kid)s, so it stays.")
            % {"setting": row.uses[0].label, "kid": row.summary.kid}
        )
    return {keys.member: remove_key(keys.text, row.index)}


def _get_key(keys: KeySet, kid: str, thumbprint: str) -> KeySetRow:
    """The very key that is known here."""
    row = _find_key(keys, kid, thumbprint)
    if row is None:
        raise UnexpectedStateError(_("The key %(kid)s is not in the set any more.") % {"kid": kid})
    return row


def _find_key(keys: KeySet, kid: str, thumbprint: str) -> KeySetRow | None:
    """The same, or nothing where there is no key of that name."""
    if keys.is_invalid:
        raise UnexpectedStateError(_("The key set cannot be read any more."))
    rows = [row for row in keys.rows if row.summary.kid == kid]
    if not rows:
        return None
    if len(rows) > 1 or rows[0].summary.thumbprint != thumbprint:
        raise UnexpectedStateError(_("The set has another key of the name %(kid)s.") % {"kid": kid})
    return rows[0]


def require_key_named(service: Service, name: str, *kids: str) -> None:
    """Raises `Unexpected` unless a setting names one of these keys."""
    now = str(service.get(name) or "")
    if now in kids:
        return
    if now:
        raise UnexpectedStateError(
            _("%(setting)s names the key %(kid)s.") % {"setting": setting_label(name), "kid": now}
        )
    raise UnexpectedStateError(_("%(setting)s names no key.") % {"setting": setting_label(name)})
