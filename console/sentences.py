"""Changes as people would tell them: which setting, from what, to what."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django.utils.translation import gettext_noop as _

from console.forms.inside import inside
from console.forms.words import short
from console.names import ROLES
from tenants.authlete.changes import Change
from tenants.authlete.documents.base import Setting, Show
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.redaction import Fingerprint

SERVICE: Mapping[str, tuple[str, Setting]] = {
    one.member: (slug, one)
    for slug, section in SECTIONS.items()
    for one in section.settings()
}
_ROLES = cast(Mapping[str, str], ROLES)  # texts in the end
# What a local event changes: of members and of credentials.
LOCAL: Mapping[str, Setting] = {
    one.member: one
    for one in (
        Setting("role", "role", _("Role"), "", Show("choice", choices=_ROLES)),
        Setting("token", "token", _("Access token"), "", Show("secret")),
        Setting("number", "number", _("Organization's number"), "", Show("text")),
    )
}
INNER = Show("text")
FIRST = re.compile(r"[^.\[]+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One change, ready for ``components/changes.html``."""

    name: str  # Authlete's, inside an object too: ``scopes[email].description``
    label: str
    section: str  # slug; empty for a member that is not declared
    was: str
    now: str
    gained: tuple[str, ...] = ()  # of a list in which the order means nothing
    lost: tuple[str, ...] = ()
    replaced: bool = False  # a secret: was and now are fingerprints


def sentences(found: Iterable[Change], *, local: bool = False) -> list[Sentence]:
    """``local``: of an event in this console, and not of a service."""
    return [sentence(change, local=local) for change in found]


def sentence(change: Change, *, local: bool = False) -> Sentence:
    """What changed, in words; an undeclared member keeps Authlete's name."""
    first = FIRST.match(change.field)
    member = first[0] if first else change.field
    section, setting = SERVICE.get(member, ("", None))
    if local:
        section, setting = "", LOCAL.get(member)
    setting = setting or Setting(member, member, member, "", INNER)
    place = inside(setting, change.field[len(member) :])
    before, after = change.before, change.after
    if isinstance(before, Fingerprint) and isinstance(after, Fingerprint):
        was, now = short(before), short(after)
        return Sentence(
            change.field, place.label, section, was, now, replaced=before != after
        )
    was, now = place.words(before), place.words(after)
    if local:  # what was not there before, or is not any more, is not told
        was, now = was if before is not None else "", now if after is not None else ""
    # From or to Authlete's own choice, which an absent list stands for.
    resets = bool(setting.absent) and None in (before, after)
    if change.is_set and (before or after) and not resets:
        gained = tuple(place.words([one]) for one in change.added)
        lost = tuple(place.words([one]) for one in change.removed)
        return Sentence(change.field, place.label, section, was, now, gained, lost)
    return Sentence(change.field, place.label, section, was, now)


def stored(values: Iterable[Mapping[str, Any]]) -> list[Change]:
    """The changes that an entry of the record keeps."""
    return [
        Change(one["field"], _opened(one["before"]), _opened(one["after"]))
        for one in values
    ]


def _opened(value: Any) -> Any:
    match value:
        case {"fingerprint": str(mark)} if len(value) == 1:
            return Fingerprint(mark)
        case dict():
            return {name: _opened(inner) for name, inner in value.items()}
        case list():
            return [_opened(item) for item in value]
        case _:
            return value
