"""JSON kept as text, so that an edit changes the text of what was edited only.

Reading and writing a document anew would change numbers (``1E2`` becomes
``100.0``) and Authlete's updates replace the whole object. So a document here is
its own text, cut at the commas: joined again it is the same, character for
character.
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
    """A member of an object or an item of an array, as it is written."""

    prefix: str  # the space before it, and a member's name and colon
    text: str
    suffix: str  # the space up to the comma
    value: Any
    name: str = ""


@dataclass(frozen=True, slots=True)
class _RawContainer:
    opening: str  # the opening bracket and the space before it
    parts: tuple[JsonPart, ...]
    closing: str  # the closing bracket and the space around it

    def __str__(self) -> str:
        inside = ",".join(part.prefix + part.text + part.suffix for part in self.parts)
        return self.opening + inside + self.closing

    def __iter__(self) -> Iterator[JsonPart]:
        return iter(self.parts)

    @property
    def part_indent(self) -> str:
        """The space that this text puts before a part."""
        return _WHITESPACE.match(self.parts[-1].prefix)[0] if self.parts else ""  # type: ignore[index]  # matches always


class RawArray(_RawContainer):
    """A JSON array as text."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Cut ``text`` up; raises `NotJson` unless it is an array."""
        return cls(*_split(text, "[]"))

    def with_parts(self, parts: Iterable[JsonPart]) -> Self:
        return replace(self, parts=tuple(parts))


class RawObject(_RawContainer):
    """A JSON object as text."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Cut ``text`` up; raises `NotJson` unless it is an object."""
        raw = cls(*_split(text, "{}"))
        if len({part.name for part in raw.parts}) != len(raw.parts):
            raise InvalidJsonError("an object names a member twice")
        return raw

    def __contains__(self, name: str) -> bool:
        return any(part.name == name for part in self.parts)

    def get_part(self, name: str) -> JsonPart | None:
        return next((part for part in self.parts if part.name == name), None)

    def get(self, name: str) -> Any:
        """The value of a member; None where there is no such member."""
        part = self.get_part(name)
        return part.value if part else None

    def with_field(self, name: str, value: Any, text: str | None = None) -> Self:
        """The same object but for one member, which is added at the end if new.

        ``text`` is how the value is written, where that matters.
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
        """The same object without one member."""
        return replace(self, parts=tuple(part for part in self.parts if part.name != name))


def _split(text: str, brackets: str) -> tuple[str, tuple[JsonPart, ...], str]:
    """Cut an object or array into lead, parts and tail."""
    start = _skip_whitespace(text, 0)
    if text[start : start + 1] != brackets[0]:
        raise InvalidJsonError("not an object" if brackets == "{}" else "not an array")
    at = start + 1
    parts = []
    end = _skip_whitespace(text, at)
    while text[end : end + 1] != brackets[1]:
        part, at = _read_part(text, at, named=brackets == "{}")
        parts.append(part)
        end = at
        if text[at : at + 1] == ",":
            end = at = at + 1
            if text[_skip_whitespace(text, at) :][:1] == brackets[1]:
                raise InvalidJsonError("a comma before the closing bracket")
        elif text[at : at + 1] != brackets[1]:
            raise InvalidJsonError("a comma or bracket is missing")
    if parts:  # the space before the bracket stays with it when a part goes
        last = parts[-1]
        parts[-1], tail = replace(last, suffix=""), last.suffix + text[end:]
    else:
        tail = text[at:]
    if _skip_whitespace(text, end + 1) != len(text):
        raise InvalidJsonError("more text after the value")
    return text[: start + 1], tuple(parts), tail


def _read_part(text: str, start: int, *, named: bool) -> tuple[JsonPart, int]:
    at, name = _skip_whitespace(text, start), ""
    if named:
        if text[at : at + 1] != '"':
            raise InvalidJsonError("a member has no name")
        name, at = parse_json_at(text, at)
        at = _skip_whitespace(text, at)
        if text[at : at + 1] != ":":
            raise InvalidJsonError("a member has no value")
        at = _skip_whitespace(text, at + 1)
    value, end = parse_json_at(text, at)
    rest = _skip_whitespace(text, end)
    return JsonPart(text[start:at], text[at:end], text[end:rest], value, name), rest


def _skip_whitespace(text: str, position: int) -> int:
    return _WHITESPACE.match(text, position).end()  # type: ignore[union-attr]  # matches always
