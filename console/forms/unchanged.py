"""What a person left as it was, so that it is neither an edit nor judged."""

from collections.abc import Mapping, Sequence
from typing import Any

from tenants.authlete.documents import compare


def alike(one: Any, other: Any) -> bool:
    """Whether both say the same; the order of lists aside."""
    if compare.alike(one, other):
        return True
    match one, other:
        case list(), list() if len(one) == len(other):
            left = list(other)
            for item in one:
                at = next(
                    (n for n, old in enumerate(left) if compare.same(item, old)), None
                )
                if at is None:
                    return False
                del left[at]
            return True
        case _:
            return False


def was_there(value: Any, base: Any, place: Sequence[int | str]) -> bool:
    """Whether what is at ``place`` inside ``value`` was in ``base`` before."""
    if not place:
        return False
    match value, base, place[0]:
        case list(), list(), int(at) if at < len(value):
            item = value[at]
            if any(compare.same(item, old) for old in base):
                return True
            return was_there(item, _namesake(item, value, base), place[1:])
        case Mapping(), Mapping(), str(name) if name in value and name in base:
            return compare.same(value[name], base[name]) or was_there(
                value[name], base[name], place[1:]
            )
        case _:
            return False


def _namesake(item: Any, value: Sequence[Any], base: Sequence[Any]) -> Any:
    """The item of ``base`` that has the same name."""
    name = compare.name_key(value, base)
    return next(
        (old for old in base if name and compare.same(old[name], item[name])), None
    )
