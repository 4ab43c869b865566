"""Putting back what a saved change replaced, as the record has it.

The earlier values become a draft upon the document of now. A setting that somebody
changed once more since is a conflict, which the merge shows; what the record does not
hold, as secrets, is told and left as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.editing.drafts import Edits
from console.editing.kind import Kind
from console.forms.inside import STEP
from console.forms.words import said
from console.sentences import Declared, sentence
from tenants.authlete.changes import Change, member_of
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.compare import agree, name_key
from tenants.authlete.documents.splice import outright
from tenants.authlete.redaction import sealed_in
from tenants.authlete.veil import is_known, veiled_at
from tenants.fingerprints import redactor

type Step = tuple[str, bool]  # a name, and whether it is an item's in a list


@dataclass(frozen=True, slots=True)
class Left:
    """A setting that cannot be put back, and why."""

    label: str
    name: str  # Authlete's
    why: str


@dataclass(frozen=True, slots=True)
class Restored:
    """The edit that undoes a change, and what is left of it."""

    base: Mapping[str, Any]  # by member, as the change left it
    wanted: Mapping[str, Any]  # as it was before
    left: Sequence[Left]


class Moved(Exception):
    """What was changed is not there any more."""


def restored(
    kind: Kind, document: Document, asked: Iterable[Change], surprises: Iterable[Change]
) -> Restored:
    """``surprises``: what Authlete made of ``asked`` when it was saved."""
    stood = {one.field: one.after for one in surprises}
    base: dict[str, Any] = {}
    wanted: dict[str, Any] = {}
    left = []
    for one in asked:
        member, inside = _split(one.field)
        now = document.get(member)
        why = _lost(kind, member, one)
        if not why:
            try:
                steps = _steps(inside)
                was = _standing(one.field, stood.get(one.field, one.after), now, steps)
                before = _put(wanted.get(member, now), steps, one.before)
                base[member] = _put(base.get(member, now), steps, was)
                wanted[member] = before
            except Moved:
                why = _("What was changed inside it is not there any more.")
        if why:
            label = sentence(one, kind.declared).label
            left.append(Left(label, one.field, why))
    differ = [name for name, v in wanted.items() if not agree(v, document.get(name))]
    return Restored(
        {name: base[name] for name in differ},
        {name: outright(document.get(name), wanted[name]) for name in differ},
        left,
    )


def not_put_back(left: Iterable[Left]) -> str:
    told = "; ".join(f"{one.label}: {one.why}" for one in left)
    return _("Not everything can be put back. %(left)s") % {"left": told}


def put_beside(kind: Kind, edits: Edits, wanted: Mapping[str, Any]) -> list[str]:
    """What becomes of a draft's own ``edits`` where ``wanted`` comes into it."""
    replaced = [n for n, v in edits.wanted.items() if n in wanted and v != wanted[n]]
    others = [name for name in edits.wanted if name not in wanted]
    told = [
        (_("It replaces what your draft had for: %(settings)s."), replaced),
        (_("Your draft has more, which is reviewed as well: %(settings)s."), others),
    ]
    return [
        words % {"settings": ", ".join(said(kind.declared[n][1].label) for n in names)}
        for words, names in told
        if names
    ]


def _lost(kind: Kind, member: str, change: Change) -> str:
    """Why a value cannot be put back; nothing where it can."""
    if member not in kind.declared or not sealed_in(change.before):
        return unsettable(kind.declared, member)
    if not is_known(change.field):
        return _("This version of the console does not know it.")
    if isinstance(change.before, Mapping | list):
        return _("Something in it may be a secret, and the record keeps none.")
    return _("It is a secret, and the record keeps none. Set it anew.")


def unsettable(declared: Declared, member: str) -> str:
    """Why a save cannot set a member, whatever to; nothing where it can."""
    if member not in declared:
        return _("This version of the console does not know it.")
    if member == "locked":
        return _("Saving does not set it. Lock or unlock the client instead.")
    if declared[member][1].fixed:
        return _("Only Authlete sets it.")
    return ""


def _standing(field: str, was: Any, now: Any, steps: Sequence[Step]) -> Any:
    """What a change left; where the record has a fingerprint in it and the same is
    there ``now``, that."""
    if not sealed_in(was):
        return was
    there = _at(now, steps)
    return there if agree(veiled_at(field, there, redactor()), was) else was


def _at(value: Any, steps: Sequence[Step]) -> Any:
    """What is at the end of the steps; None where nothing is."""
    for name, is_item in steps:
        if is_item:
            items = value if isinstance(value, list) else []
            key = name_key(items)
            value = next((one for one in items if key and str(one[key]) == name), None)
        else:
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _split(field: str) -> tuple[str, str]:
    """A change's place: the member, and the path inside it."""
    member = member_of(field)
    return member, field[len(member) :]


def _steps(inside: str) -> list[Step]:
    """Raises `Moved` where a name on the way cannot be read back, as an empty one."""
    found = list(STEP.finditer(inside))
    if "".join(step[0] for step in found) != inside:
        raise Moved
    return [
        (step["member"], False) if step["item"] is None else (step["item"], True)
        for step in found
    ]


def _put(value: Any, steps: Sequence[Step], new: Any) -> Any:
    """``value`` with ``new`` at the end of the steps; None takes it out.

    Raises `Moved` where a step leads nowhere.
    """
    if not steps:
        return new
    (name, is_item), *rest = steps
    if is_item:
        return _put_item(value, name, rest, new)
    if not isinstance(value, Mapping | None) or "]" in name:
        raise Moved  # or an item's own name has brackets, and was cut at them
    inner = _put((value or {}).get(name), rest, new)
    others = {one: v for one, v in (value or {}).items() if one != name}
    return others if inner is None else {**(value or {}), name: inner}


def _put_item(value: Any, name: str, rest: Sequence[Step], new: Any) -> Any:
    items = list(value) if isinstance(value, list) else []
    key = name_key(items)
    at = next((at for at, one in enumerate(items) if key and str(one[key]) == name), -1)
    if at < 0:
        if rest:
            raise Moved
        return items if new is None else [*items, new]
    inner = _put(items[at], rest, new)
    return [*items[:at], *([] if inner is None else [inner]), *items[at + 1 :]]
