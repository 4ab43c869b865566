"""Bringing two people's edits of one object together, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenants.authlete.json.compare import is_equivalent, is_same_for_authlete

MISSING: Any = None  # Authlete leaves out what is null, so both mean the same


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A field that both changed, each to something else."""

    field: str
    base: Any
    theirs: Any
    mine: Any
    theirs_merged: Any  # what giving way to theirs comes to: mine stays where it is apart


@dataclass(frozen=True, slots=True)
class MergeResult:
    """What to write so that nobody's edit is lost, and what a person must decide.

    ``fields`` holds every field of ``mine``; where there is a conflict, mine, and of an
    object what they changed besides.
    """

    fields: dict[str, Any]
    conflicts: tuple[MergeConflict, ...]
    auto_merged: frozenset[str] = frozenset()  # objects that both changed, each elsewhere


def merge(
    base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]
) -> MergeResult:
    """Merge the fields of ``mine`` into ``theirs``, both made from ``base``."""
    fields, conflicts, joined = {}, [], set()
    for name, wanted in mine.items():
        was, now = base.get(name, MISSING), theirs.get(name, MISSING)
        if is_equivalent(wanted, was):
            fields[name] = now
        elif _is_unchanged(now, was) or _is_unchanged(now, wanted):
            fields[name] = wanted
        else:
            fields[name], is_clear = _merge_value(was, now, wanted)
            if is_clear:
                joined.add(name)
            else:
                yielded, _ = _merge_value(was, now, wanted, prefer_theirs=True)
                conflicts.append(MergeConflict(name, was, now, fields[name], yielded))
    return MergeResult(fields, tuple(conflicts), frozenset(joined))


def _is_unchanged(left: Any, right: Any) -> bool:
    """Whether Authlete would call both the same. A text is what somebody wrote, and
    whatever was put into it is a change, also where it is JSON that says no more."""
    texts = isinstance(left, str) and isinstance(right, str)
    return is_equivalent(left, right) if texts else is_same_for_authlete(left, right)


def _merge_value(
    base: Any, now: Any, wanted: Any, *, prefer_theirs: bool = False
) -> tuple[Any, bool]:
    """Two versions of an object in one, and whether they touched nowhere; where they
    did, and of all that is no object, it is the one that is wanted, or the one that is
    there now if that ``yields``."""
    if not (isinstance(now, Mapping) and isinstance(wanted, Mapping)):
        return now if prefer_theirs else wanted, False
    before = base if isinstance(base, Mapping) else {}
    found, is_clear = dict(now), True
    for name in {**before, **wanted}:
        old, theirs, mine = (one.get(name) for one in (before, now, wanted))
        if is_equivalent(mine, old):
            continue
        if not _is_unchanged(theirs, old) and not _is_unchanged(theirs, mine):
            mine, apart = _merge_value(old, theirs, mine, prefer_theirs=prefer_theirs)
            is_clear = is_clear and apart
        if mine is not MISSING or name in now:
            found[name] = mine  # what is only not named would stay
    return found, is_clear
