"""When two JSON values are the same, and which item of a list is which."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tenants.authlete.json.reader import InvalidJsonError, parse_json

# What Authlete's lists of objects are told apart by, the surest first.
KEY_FIELDS = ("name", "key", "kid", "tag", "clientId", "entityId", "alias", "sns")
SCALAR_TYPES = {str, bool, int, type(None)}  # equal only to what says the same


def is_equal(left: Any, right: Any) -> bool:
    """Whether both say the same: 1 and 1.0 do, 1 and true do not."""
    match left, right:
        case (Mapping(), Mapping()):
            return left.keys() == right.keys() and all(
                is_equal(value, right[name]) for name, value in left.items()
            )
        case (list() | tuple(), list() | tuple()):
            return len(left) == len(right) and all(map(is_equal, left, right))
        case (bool(), _) | (_, bool()):
            return left is right
        case (int() | Decimal() | float(), int() | Decimal() | float()):
            return bool(left == right)
        case _:
            return _is_equal_text(left, right) or (
                type(left) is type(right) and bool(left == right)
            )


def _is_equal_text(left: Any, right: Any) -> bool:
    # An enum's member is the text that it stands for.
    return isinstance(left, str) and isinstance(right, str) and str(left) == str(right)


def is_equivalent(left: Any, right: Any) -> bool:
    """Whether people would call both the same: lists of words are sets."""
    if type(left) is type(right) and type(left) in SCALAR_TYPES:  # as most are, of 183 settings
        return bool(left == right)
    if is_text_list(left) and is_text_list(right):
        return set(map(str, left)) == set(map(str, right))
    return is_equal(left, right)


def is_text_list(value: Any) -> bool:
    """Whether it is a list of nothing but texts, in which order means nothing."""
    return isinstance(value, (list, tuple)) and all(isinstance(v, str) for v in value)


def find_key_field(*lists: Sequence[Any]) -> str | None:
    """The member that tells apart the items of all ``lists``, if there is one."""
    if not any(lists):
        return None
    return next(
        (name for name in KEY_FIELDS if all(_is_unique_key(v, name) for v in lists)),
        None,
    )


def _is_unique_key(items: Sequence[Any], field: str) -> bool:
    found = [
        item[field]
        for item in items
        if isinstance(item, Mapping) and isinstance(item.get(field), (str, int))
    ]
    return len(found) == len(items) == len(set(found))


def is_same_for_authlete(sent: Any, received: Any) -> bool:
    """Whether Authlete would call both the same.

    It leaves out what is null and shows a flag or number that is not set as false
    or 0 (Authlete facts, 4); the texts of JWK Sets come back laid out anew (11.1).
    """
    match sent, received:
        case (None | "", _) | (_, None | ""):
            return not sent and not received and [] not in (sent, received)
        case str(), str() if sent != received:
            return _is_same_json_text(sent, received)
        case Mapping(), Mapping():
            return all(
                is_same_for_authlete(sent.get(n), received.get(n)) for n in sent.keys() | received
            )
        case list(), list() if name := find_key_field(sent, received):
            return is_same_for_authlete(
                *({one[name]: one for one in side} for side in (sent, received))
            )
        case list(), list() if not is_text_list(sent):
            return len(sent) == len(received) and all(map(is_same_for_authlete, sent, received))
        case _:
            return is_equivalent(sent, received)


def _is_same_json_text(sent: str, received: str) -> bool:
    if sent.lstrip()[:1] not in ("{", "["):
        return False
    try:
        return is_same_for_authlete(parse_json(sent), parse_json(received))
    except (
        InvalidJsonError,
        RecursionError,
    ):  # texts inside one another, without an end
        return False
