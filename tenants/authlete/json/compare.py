"""Compare JSON values, and match the items of lists."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.fingerprint import Fingerprint, is_comparable, is_fingerprint

# Fields that identify the items of Authlete's lists, in order of preference.
KEY_FIELDS = ("name", "key", "kid", "tag", "clientId", "entityId", "alias", "sns")
SCALAR_TYPES = {str, bool, int, type(None)}


def is_equal(left: Any, right: Any) -> bool:
    """Return whether two values are equal as JSON: 1 and 1.0 are, 1 and true are not."""
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
    # A member of an enum equals its value.
    return isinstance(left, str) and isinstance(right, str) and str(left) == str(right)


def is_equivalent(left: Any, right: Any) -> bool:
    """Return whether two values are equal, ignoring the order of lists of texts."""
    if type(left) is type(right) and type(left) in SCALAR_TYPES:  # the fast and frequent case
        return bool(left == right)
    if is_text_list(left) and is_text_list(right):
        return set(map(str, left)) == set(map(str, right))
    return is_equal(left, right)


def is_text_list(value: Any) -> bool:
    """Return whether ``value`` is a list of texts, whose order is ignored; some may be hidden."""
    return isinstance(value, (list, tuple)) and all(
        isinstance(item, (str, Fingerprint)) for item in value
    )


def find_key_field(*lists: Sequence[Any]) -> str | None:
    """Return the field that identifies the items of all ``lists``, or None."""
    if not any(lists):
        return None
    return next(
        (name for name in KEY_FIELDS if all(_is_unique_key(items, name) for items in lists)), None
    )


def _is_unique_key(items: Sequence[Any], field: str) -> bool:
    keys = [
        item[field]
        for item in items
        if isinstance(item, Mapping) and isinstance(item.get(field), (str, int, Fingerprint))
    ]
    return len(keys) == len(items) == len(set(keys))


def is_same_for_authlete(sent: Any, received: Any) -> bool:
    """Return whether Authlete stores both as the same value.

    It omits null, returns unset flags and numbers as false and 0 (Authlete facts, 4), and
    reformats the texts of JWK Sets (Authlete facts, 11.1). Fingerprints of different formats
    are no difference.
    """
    match sent, received:
        case Fingerprint(), Fingerprint() if not is_comparable(sent.hex, received.hex):
            return True
        case (None | "", _) | (_, None | ""):
            return not sent and not received and [] not in (sent, received)
        case str(), str() if sent != received:
            return _is_same_json_text(sent, received)
        case Mapping(), Mapping():
            return all(
                is_same_for_authlete(sent.get(name), received.get(name))
                for name in sent.keys() | received
            )
        case list(), list() if key := find_key_field(sent, received):
            return is_same_for_authlete(
                *({item[key]: item for item in items} for items in (sent, received))
            )
        case list(), list() if not is_text_list(sent):
            return len(sent) == len(received) and all(map(is_same_for_authlete, sent, received))
        case _:
            return is_equivalent(sent, received)


def _is_same_json_text(sent: str, received: str) -> bool:
    if is_fingerprint(sent) and is_fingerprint(received):
        return not is_comparable(sent, received)
    if sent.lstrip()[:1] not in ("{", "["):
        return False
    try:
        return is_same_for_authlete(parse_json(sent), parse_json(received))
    except (InvalidJsonError, RecursionError):  # JSON texts nested in JSON texts
        return False
