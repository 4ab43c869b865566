"""JSON objects and arrays as text, so that an edit changes only the edited text.

Parsing and dumping a document would change numbers (``1E2`` becomes ``100.0``), and Authlete's
updates replace the whole object. So the text is split at its commas; joined again, it is the
same character by character.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from tenants.authlete.json.reader import InvalidJsonError, parse_json_at

_WHITESPACE = re.compile(r"[ \t\n\r]*")


def dump_json(value: Any, default: Callable[[Any], str] | None = None) -> str:
    """Return ``value`` as JSON text, with decimal numbers as they were read.

    ``default`` returns the text for values of types that are not JSON.
    """
    match value:
        case Decimal():
            return str(value)
        case dict():
            fields = (
                f"{dump_json(str(name))}: {dump_json(inner, default)}"
                for name, inner in value.items()
            )
            return "{" + ", ".join(fields) + "}"
        case list() | tuple():
            return "[" + ", ".join(dump_json(item, default) for item in value) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False, allow_nan=False, default=default)


@dataclass(frozen=True, slots=True)
class JsonPart:
    """The text of a field of an object, or of an item of an array."""

    prefix: str  # whitespace before it, and the name and colon of a field
    text: str
    suffix: str  # whitespace up to the comma
    value: Any
    name: str = ""


@dataclass(frozen=True, slots=True)
class _RawContainer:
    opening: str  # whitespace and the opening bracket
    parts: tuple[JsonPart, ...]
    closing: str  # the closing bracket and whitespace

    def __str__(self) -> str:
        members = ",".join(part.prefix + part.text + part.suffix for part in self.parts)
        return self.opening + members + self.closing

    def __iter__(self) -> Iterator[JsonPart]:
        return iter(self.parts)

    def with_parts(self, parts: Iterable[JsonPart]) -> Self:
        """Return the object or array with other parts."""
        return replace(self, parts=tuple(parts))

    @property
    def part_indent(self) -> str:
        """Return the whitespace before a part."""
        return _WHITESPACE.match(self.parts[-1].prefix)[0] if self.parts else ""  # type: ignore[index]  # always matches


class RawArray(_RawContainer):
    """A JSON array as text."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split the text of an array; raise `InvalidJsonError` for another text."""
        return cls(*_split(text, "[]"))


class RawObject(_RawContainer):
    """A JSON object as text."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Split the text of an object; raise `InvalidJsonError` for another text."""
        raw = cls(*_split(text, "{}"))
        if len({part.name for part in raw.parts}) != len(raw.parts):
            raise InvalidJsonError("an object has a duplicate name")
        return raw

    def __contains__(self, name: str) -> bool:
        return any(part.name == name for part in self.parts)

    def get_part(self, name: str) -> JsonPart | None:
        """Return a field, or None."""
        return next((part for part in self.parts if part.name == name), None)

    def get(self, name: str) -> Any:
        """Return the value of a field, or None."""
        part = self.get_part(name)
        return part.value if part else None

    def with_field(self, name: str, value: Any, text: str | None = None) -> Self:
        """Return the object with a field set; a new one is added at the end.

        ``text`` is the JSON of ``value``, where its form matters.
        """
        text = dump_json(value) if text is None else text
        if name in self:
            return replace(
                self,
                parts=tuple(
                    replace(part, text=text, value=value) if part.name == name else part
                    for part in self.parts
                ),
            )
        new = JsonPart(f"{self.part_indent}{dump_json(name)}:", text, "", value, name)
        return replace(self, parts=(*self.parts, new))

    def without_field(self, name: str) -> Self:
        """Return the object without a field."""
        return replace(self, parts=tuple(part for part in self.parts if part.name != name))


def _split(text: str, brackets: str) -> tuple[str, tuple[JsonPart, ...], str]:
    """Split an object or array into opening, parts and closing."""
    start = _skip_whitespace(text, 0)
    if text[start : start + 1] != brackets[0]:
        raise InvalidJsonError("not an object" if brackets == "{}" else "not an array")
    position = start + 1
    parts = []
    end = _skip_whitespace(text, position)
    while text[end : end + 1] != brackets[1]:
        part, position = _read_part(text, position, named=brackets == "{}")
        parts.append(part)
        end = position
        if text[position : position + 1] == ",":
            end = position = position + 1
            following = _skip_whitespace(text, position)
            if text[following : following + 1] == brackets[1]:
                raise InvalidJsonError("a comma before the closing bracket")
        elif text[position : position + 1] != brackets[1]:
            raise InvalidJsonError("a comma or bracket is missing")
    if parts:  # whitespace before the bracket belongs to the bracket
        last = parts[-1]
        parts[-1], closing = replace(last, suffix=""), last.suffix + text[end:]
    else:
        closing = text[position:]
    if _skip_whitespace(text, end + 1) != len(text):
        raise InvalidJsonError("more text after the value")
    return text[: start + 1], tuple(parts), closing


def _read_part(text: str, start: int, *, named: bool) -> tuple[JsonPart, int]:
    position, name = _skip_whitespace(text, start), ""
    if named:
        if text[position : position + 1] != '"':
            raise InvalidJsonError("a field has no name")
        name, position = parse_json_at(text, position)
        position = _skip_whitespace(text, position)
        if text[position : position + 1] != ":":
            raise InvalidJsonError("a field has no value")
        position = _skip_whitespace(text, position + 1)
    value, end = parse_json_at(text, position)
    next_position = _skip_whitespace(text, end)
    part = JsonPart(text[start:position], text[position:end], text[end:next_position], value, name)
    return part, next_position


def _skip_whitespace(text: str, position: int) -> int:
    return _WHITESPACE.match(text, position).end()  # type: ignore[union-attr]  # always matches
