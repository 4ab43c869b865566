"""What each step of a rollover sets at Authlete, told from what is there now.

A step never guesses: where something is otherwise than the step before has left it,
nothing is set, and `Unexpected` says what it is.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from console.keys import generating
from console.keys.sets import (
    KeySet,
    Row,
    added,
    key_at,
    key_set,
    label,
    without,
)
from console.models import Rollover
from tenants.authlete.documents.service import Service

State = Rollover.State
type Edits = dict[str, Any]


class Unexpected(Exception):
    """Somebody has changed what this rollover stands on; nothing was sent."""


def edits(rollover: Rollover, service: Service) -> Edits:
    """What has to be set for the next step; nothing where it is so already."""
    step = _STEPS[State(rollover.state)]
    return step(rollover, service, key_set(service, rollover.member))


def _publish(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    """Put a new key of the same kind beside the old one. Settings that name no key
    name the old one from now on, lest Authlete choose between the two."""
    old = _there(keys, rollover.old_kid, rollover.old_thumbprint)
    if _found(keys, rollover.new_kid, rollover.new_thumbprint):
        return {}
    for name in rollover.settings:
        must_name(service, name, "", rollover.old_kid)
    bits = int(old.line.size.split()[0]) if old.line.kty == "RSA" else 0
    key = generating.alike(key_at(keys.text, old.at), rollover.new_kid, bits)
    pinned = dict.fromkeys(rollover.settings, rollover.old_kid)
    return {rollover.member: added(keys.text, key)} | pinned


def _switch(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    _there(keys, rollover.old_kid, rollover.old_thumbprint)
    _there(keys, rollover.new_kid, rollover.new_thumbprint)
    return switched(rollover, service)


def _retire(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    _there(keys, rollover.new_kid, rollover.new_thumbprint)
    for name in rollover.settings:
        must_name(service, name, rollover.new_kid)
    old = _found(keys, rollover.old_kid, rollover.old_thumbprint)
    return _taken_out(keys, old)


def _revert(rollover: Rollover, service: Service, keys: KeySet) -> Edits:
    _there(keys, rollover.old_kid, rollover.old_thumbprint)
    return reverted(rollover, service)


def _withdraw(rollover: Rollover, _service: Service, keys: KeySet) -> Edits:
    new = _found(keys, rollover.new_kid, rollover.new_thumbprint)
    return _taken_out(keys, new)


_STEPS: Mapping[State, Callable[[Rollover, Service, KeySet], Edits]] = {
    State.STARTED: _publish,
    State.PUBLISHED: _switch,
    State.SWITCHED: _retire,
    State.REVERTING: _revert,
    State.REVERTED: _withdraw,
}


def switched(rollover: Rollover, service: Service) -> Edits:
    """The settings with the new key, where all of them name the old one."""
    if {service.get(name) for name in rollover.settings} == {rollover.new_kid}:
        return {}
    for name in rollover.settings:
        must_name(service, name, rollover.old_kid)
    return dict.fromkeys(rollover.settings, rollover.new_kid)


def reverted(rollover: Rollover, service: Service) -> Edits:
    """The settings with the old key again."""
    for name in rollover.settings:
        must_name(service, name, rollover.old_kid, rollover.new_kid)
    wanted = dict.fromkeys(rollover.settings, rollover.old_kid)
    return {name: kid for name, kid in wanted.items() if service.get(name) != kid}


def _taken_out(keys: KeySet, row: Row | None) -> Edits:
    """The set without a key that nothing signs with; nothing where it is gone."""
    if row is None:
        return {}
    if row.uses:
        raise Unexpected(
            _("%(setting)s still names the key %(kid)s, so it stays.")
            % {"setting": row.uses[0].label, "kid": row.line.kid}
        )
    return {keys.member: without(keys.text, row.at)}


def _there(keys: KeySet, kid: str, thumbprint: str) -> Row:
    """The very key that is known here."""
    row = _found(keys, kid, thumbprint)
    if row is None:
        raise Unexpected(
            _("The key %(kid)s is not in the set any more.") % {"kid": kid}
        )
    return row


def _found(keys: KeySet, kid: str, thumbprint: str) -> Row | None:
    """The same, or nothing where there is no key of that name."""
    if keys.is_odd:
        raise Unexpected(_("The key set cannot be read any more."))
    rows = [row for row in keys.rows if row.line.kid == kid]
    if not rows:
        return None
    if len(rows) > 1 or rows[0].line.thumbprint != thumbprint:
        raise Unexpected(
            _("The set has another key of the name %(kid)s.") % {"kid": kid}
        )
    return rows[0]


def must_name(service: Service, name: str, *kids: str) -> None:
    """Raises `Unexpected` unless a setting names one of these keys."""
    now = str(service.get(name) or "")
    if now in kids:
        return
    if now:
        raise Unexpected(
            _("%(setting)s names the key %(kid)s.")
            % {"setting": label(name), "kid": now}
        )
    raise Unexpected(_("%(setting)s names no key.") % {"setting": label(name)})
