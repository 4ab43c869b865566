"""The one strict way to read JSON, for answers and for documents.

Python's reader takes more than JSON (NaN, the last of two equal names) and fails
with four kinds of exception; this one takes only JSON and raises only `NotJson`.
"""

import json
from decimal import Decimal, InvalidOperation
from typing import Any

MAX_NESTING_DEPTH = 64  # levels of nesting
MAX_EXPONENT = 400  # decimal places a number may lie from the point


class InvalidJsonError(ValueError):
    """The text is not JSON that can be relied on; the message holds none of it."""


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidJsonError("an object names a member twice")
    return found


def _reject_constant(name: str) -> Any:
    raise InvalidJsonError("NaN and Infinity are not JSON")


def _parse_number(text: str) -> Decimal:
    number = Decimal(text)
    # An integer made of 1E999999999 would take all memory there is.
    if abs(number.adjusted()) > MAX_EXPONENT:
        raise InvalidJsonError("a number is too large or too small")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_build_object,
    parse_constant=_reject_constant,
    parse_float=_parse_number,
)


def parse_json_at(text: str, start: int) -> tuple[Any, int]:
    """The JSON value that begins at ``start``, and where it ends."""
    try:
        return _DECODER.raw_decode(text, start)
    except InvalidJsonError:
        raise
    except json.JSONDecodeError as error:
        raise InvalidJsonError(f"{error.msg} at character {error.pos}") from None
    except RecursionError:
        raise InvalidJsonError("nested too deeply") from None
    except (ValueError, InvalidOperation):
        raise InvalidJsonError("a number cannot be read") from None


def parse_json(text: str) -> Any:
    """The JSON value that ``text`` is, no deeper than `DEPTH`."""
    start = len(text) - len(text.lstrip(" \t\n\r"))
    value, end = parse_json_at(text, start)
    if text[end:].strip(" \t\n\r"):
        raise InvalidJsonError("more text after the value")
    if isinstance(value, (dict, list)) and _is_deeper_than(value, MAX_NESTING_DEPTH):
        raise InvalidJsonError("nested too deeply")
    return value


def decode_utf8(data: bytes) -> str:
    """The text of an answer; raises `NotJson` unless it is UTF-8."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidJsonError("not UTF-8") from None


def replace_surrogates(text: str) -> str:
    """``text`` without lone surrogates, which no page or database can hold."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def make_storable(text: str) -> str:
    """``text`` as every database takes it: without NUL and lone surrogates."""
    return replace_surrogates(text).replace("\0", "\ufffd")


def replace_surrogates_in(value: Any) -> Any:
    """A JSON value in which every text is clean."""
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
    """Whether it is nested more than ``levels`` deep, one level after the other."""
    level = [value]
    for _ in range(levels):
        level = [
            one
            for outer in level
            for one in (outer.values() if type(outer) is dict else outer)
            if type(one) is dict or type(one) is list
        ]
        if not level:
            return False
    return True
