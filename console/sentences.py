"""Changes as people would tell them: which setting, from what, to what."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from console.forms.inside import inside
from tenants.authlete.changes import Change
from tenants.authlete.documents.base import Setting, Show
from tenants.authlete.documents.service import SECTIONS
from tenants.authlete.redaction import Fingerprint

SERVICE: Mapping[str, tuple[str, Setting]] = {
    one.member: (slug, one)
    for slug, section in SECTIONS.items()
    for one in section.settings()
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


def sentences(found: Iterable[Change]) -> list[Sentence]:
    return [sentence(change) for change in found]


def sentence(change: Change) -> Sentence:
    """What changed, in words; an undeclared member keeps Authlete's name."""
    first = FIRST.match(change.field)
    member = first[0] if first else change.field
    section, setting = SERVICE.get(member, ("", None))
    setting = setting or Setting(member, member, member, "", INNER)
    place = inside(setting, change.field[len(member) :])
    was, now = place.words(change.before), place.words(change.after)
    if change.is_set and (change.before or change.after):
        gained = tuple(place.words([one]) for one in change.added)
        lost = tuple(place.words([one]) for one in change.removed)
        return Sentence(change.field, place.label, section, was, now, gained, lost)
    replaced = isinstance(change.before, Fingerprint) and isinstance(
        change.after, Fingerprint
    )
    return Sentence(change.field, place.label, section, was, now, replaced=replaced)


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
