"""Merge two people's edits of one object, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenants.authlete.json.compare import is_equivalent, is_same_for_authlete

MISSING: Any = None  # Authlete omits null fields


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """A field that both changed to different values."""

    field: str
    base: Any
    theirs: Any
    mine: Any
    theirs_merged: Any  # theirs, with my changes that do not conflict


@dataclass(frozen=True, slots=True)
class MergeResult:
    """The result of a three-way merge.

    ``fields`` has every field of ``mine``. A conflicting field has my value; an object also
    has their changes that do not conflict.
    """

    fields: dict[str, Any]
    conflicts: tuple[MergeConflict, ...]
    auto_merged: frozenset[str] = frozenset()  # objects that both changed, without conflict


def merge(
    base: Mapping[str, Any], theirs: Mapping[str, Any], mine: Mapping[str, Any]
) -> MergeResult:
    """Merge the fields of ``mine`` into ``theirs``; both are edits of ``base``."""
    fields, conflicts, auto_merged = {}, [], set()
    for name, my_value in mine.items():
        old, their_value = base.get(name, MISSING), theirs.get(name, MISSING)
        if is_equivalent(my_value, old):
            fields[name] = their_value
        elif _is_unchanged(their_value, old) or _is_unchanged(their_value, my_value):
            fields[name] = my_value
        else:
            fields[name], has_merged = _merge_value(old, their_value, my_value)
            if has_merged:
                auto_merged.add(name)
            else:
                preferred, _ = _merge_value(old, their_value, my_value, prefer_theirs=True)
                conflicts.append(MergeConflict(name, old, their_value, fields[name], preferred))
    return MergeResult(fields, tuple(conflicts), frozenset(auto_merged))


def _is_unchanged(left: Any, right: Any) -> bool:
    """Return whether Authlete stores both as the same value.

    A text that somebody edited has changed, even if it is equivalent JSON.
    """
    are_texts = isinstance(left, str) and isinstance(right, str)
    return is_equivalent(left, right) if are_texts else is_same_for_authlete(left, right)


def _merge_value(
    base: Any, theirs: Any, mine: Any, *, prefer_theirs: bool = False
) -> tuple[Any, bool]:
    """Merge two values; return the result and whether there was no conflict.

    In a conflict the result is mine, or theirs with ``prefer_theirs``.
    """
    if not (isinstance(theirs, Mapping) and isinstance(mine, Mapping)):
        return theirs if prefer_theirs else mine, False
    base = base if isinstance(base, Mapping) else {}
    merged, has_merged = dict(theirs), True
    for name in {**base, **mine}:
        old, their_value, value = base.get(name), theirs.get(name), mine.get(name)
        if is_equivalent(value, old):
            continue
        if not _is_unchanged(their_value, old) and not _is_unchanged(their_value, value):
            value, is_clear = _merge_value(old, their_value, value, prefer_theirs=prefer_theirs)
            has_merged = has_merged and is_clear
        if value is not MISSING or name in theirs:
            merged[name] = value  # an explicit None removes the field
    return merged, has_merged
