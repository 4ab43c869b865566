"""A strict JSON reader, for responses and documents.

Python's reader accepts more than JSON (NaN, duplicate names) and raises four kinds of
exceptions; this one accepts only JSON and raises only `InvalidJsonError`.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_NESTING_DEPTH = 64
MAX_EXPONENT = 400
MAX_VALUES = 500_000  # of a text; brackets and commas are counted, also those within texts
MAX_MEMBERS = 10_000  # of an object


class InvalidJsonError(ValueError):
    """The text is not valid JSON; the message contains none of it."""


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_MEMBERS:
        raise InvalidJsonError("an object has too many members")
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidJsonError("an object has a duplicate name")
    return members


def _reject_constant(name: str) -> Any:
    raise InvalidJsonError("NaN and Infinity are not JSON")


def _parse_number(text: str) -> Decimal:
    number = Decimal(text)
    # Converting 1E999999999 to an integer would use up the memory.
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise InvalidJsonError("a number is too large or too small")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object, parse_constant=_reject_constant, parse_float=_parse_number
)


def parse_json_at(text: str, start: int) -> tuple[Any, int]:
    """Return the JSON value that begins at ``start``, and the index after it."""
    try:
        return _DECODER.raw_decode(text, start)
    except InvalidJsonError:
        raise
    except json.JSONDecodeError as error:
        raise InvalidJsonError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise InvalidJsonError("nested too deeply") from None
    except (ValueError, InvalidOperation):
        raise InvalidJsonError("a number is not valid") from None


def parse_json(text: str) -> Any:
    """Return the value of a JSON text.

    It is nested at most `MAX_NESTING_DEPTH` deep and has at most `MAX_VALUES` values.
    """
    if len(text) > MAX_VALUES and sum(map(text.count, ",[{")) > MAX_VALUES:
        raise InvalidJsonError("too many values")
    start = len(text) - len(text.lstrip(" \t\n\r"))
    value, end = parse_json_at(text, start)
    if text[end:].strip(" \t\n\r"):
        raise InvalidJsonError("more text after the value")
    if isinstance(value, (dict, list)) and _is_deeper_than(value, MAX_NESTING_DEPTH):
        raise InvalidJsonError("nested too deeply")
    return value


def decode_utf8(data: bytes) -> str:
    """Decode ``data``; raise `InvalidJsonError` unless it is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJsonError("not UTF-8") from None


def replace_surrogates(text: str) -> str:
    """Replace lone surrogates, which neither pages nor databases accept."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def make_storable(text: str) -> str:
    """Replace lone surrogates and NUL, which some databases do not accept."""
    return replace_surrogates(text).replace("\0", "\ufffd")


def replace_surrogates_in(value: Any) -> Any:
    """Replace lone surrogates in every text of a JSON value."""
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, list):
        return [replace_surrogates_in(item) for item in value]
    if isinstance(value, dict):
        return {
            replace_surrogates(name): replace_surrogates_in(inner) for name, inner in value.items()
        }
    return value


def _is_deeper_than(value: Any, levels: int) -> bool:
    """Return whether ``value`` is nested more than ``levels`` deep, without recursion."""
    level = [value]
    for _ in range(levels):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) is dict or type(inner) is list
        ]
        if not level:
            return False
    return True
