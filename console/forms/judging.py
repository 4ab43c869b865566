"""What our rules say of a value, but for what was there before.

A value that nobody changed is not judged: not alone, not inside a list to which
something was added, and not in an object of which another member was changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext as _
from pydantic import ValidationError

from console.forms.inputs import Input
from console.forms.rows import Object
from console.forms.words import said
from tenants.authlete.documents import compare
from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.words import said as why


def wrong(
    section: type[Section], one: Setting, inner: Input, value: Any, base: Any = None
) -> list[str]:
    """What is wrong with ``value``, in words; nothing of what ``base`` had."""
    if isinstance(inner, Object) and inner.section and isinstance(value, Mapping):
        return list(_members(inner.section, value, base or {}))
    try:
        section.checked(one.name, value)
    except ValidationError as error:
        problems = error.errors(include_url=False)
    else:
        return []
    new = [one for one in problems if not _was_there(value, base, one["loc"][1:])]
    if new:
        return [_row(found["loc"][1:]) + why(found, gettext) for found in new]
    # What was wrong before kept the rules for the list as a whole from being asked.
    old = {found["loc"][1] for found in problems}
    rest = [item for at, item in enumerate(value) if at not in old]
    return wrong(section, one, inner, rest, base) if isinstance(value, list) else []


def _members(
    section: type[Section], value: Mapping[str, Any], base: Mapping[str, Any]
) -> Iterator[str]:
    for one in section.settings():
        now, was = value.get(one.member), base.get(one.member)
        if not alike(now, was):
            for problem in wrong(section, one, Input(), now, was):
                yield _("%(label)s: %(problem)s") % {
                    "label": said(one.label),
                    "problem": problem,
                }


def alike(one: Any, other: Any) -> bool:
    """Whether both say the same; in which order a list has its items, aside."""
    if compare.alike(one, other):
        return True
    if not isinstance(one, list) or not isinstance(other, list):
        return False
    left = list(other)
    for item in one:
        at = next((at for at, old in enumerate(left) if compare.same(item, old)), None)
        if at is None:
            return False
        del left[at]
    return not left


def _was_there(value: Any, base: Any, place: Sequence[int | str]) -> bool:
    """Whether what is at ``place`` inside ``value`` was in ``base`` before."""
    match value, base, place:
        case list(), list(), [int(at), *rest] if at < len(value):
            if any(compare.same(value[at], old) for old in base):
                return True
            return _was_there(value[at], _namesake(value[at], value, base), rest)
        case Mapping(), Mapping(), [str(name), *rest] if name in value and name in base:
            now, was = value[name], base[name]
            return compare.same(now, was) or _was_there(now, was, rest)
        case _:
            return False


def _namesake(item: Any, value: Sequence[Any], base: Sequence[Any]) -> Any:
    """The item of ``base`` that goes by the same name."""
    name = compare.name_key(value, base)
    return next((old for old in base if name and old[name] == item[name]), None)


def _row(place: Sequence[int | str]) -> str:
    """Where inside a list something is wrong, in words."""
    rows = [str(part + 1) for part in place if isinstance(part, int)]
    return _("Row %(row)s: ") % {"row": ", ".join(rows)} if rows else ""
