"""What a browser sent, cut at the dots of its names.

``scopes.2.name`` is the entry ``name`` in row ``2`` of the setting ``scopes``.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Self

from django.http import QueryDict

DEPTH = 8  # dots that are cut at; no setting is nested deeper
MANY = frozenset({"pick", "item", "row"})  # parts that may come more than once


@dataclass(slots=True)
class Sent:
    """The values under one name, and what stands below it."""

    values: list[str] = field(default_factory=list)
    parts: dict[str, "Sent"] = field(default_factory=dict)
    place: str = ""  # of the form

    @classmethod
    def of(cls, data: QueryDict, names: Container[str], place: str = "") -> Self:
        """Everything in ``data`` under ``names``; the rest is not looked at."""
        whole = cls(place=place)
        for key in data:
            first, *rest = key.split(".", DEPTH)
            if first in names:
                at: Sent = whole
                for part in (first, *rest):
                    at = at.parts.setdefault(part, cls(place=place))
                at.values = [_lines(value) for value in data.getlist(key)]
        return whole

    def one(self, part: str = "") -> str:
        """The value here or of a part; an empty text where nothing was sent."""
        at = self.parts.get(part) if part else self
        return at.values[-1] if at and at.values else ""

    def many(self, part: str) -> list[str]:
        at = self.parts.get(part)
        return at.values if at else []

    def below(self, part: str) -> "Sent":
        return self.parts.get(part) or Sent(place=self.place)

    def drop(self, path: str) -> str:
        """Take a row out, and say which list it was in."""
        where, _, row = path.rpartition(".")
        rows = self.at(where)
        tokens, texts = rows.many("row"), rows.many("item")
        if row in tokens:
            tokens.remove(row)
        elif row.isdecimal() and len(row) < 9 and int(row) < len(texts):
            del texts[int(row)]
        return where

    def blanks(self, path: str) -> int:
        """How many empty rows a list had."""
        rows = self.at(path)
        return rows.many("item").count("") + sum(
            not rows.below(token).filled for token in rows.many("row")
        )

    @property
    def filled(self) -> bool:
        """Whether anything was entered here or below."""
        return any(self.values) or any(
            part.filled for name, part in self.parts.items() if name != "row"
        )

    def at(self, path: str) -> "Sent":
        found = self
        for part in path.split("."):
            found = found.below(part)
        return found

    @property
    def repeats(self) -> bool:
        """Whether an input that is there once came more than once."""
        return len(self.values) > 1 or any(
            part.repeats for name, part in self.parts.items() if name not in MANY
        )


def as_sent(value: Any) -> Any:
    """``value`` as it comes back out of a page that nobody touched.

    HTML, section 4.10.11 and 13.2.5: one kind of line break, U+FFFD for a NUL.
    """
    match value:
        case str():
            return _lines(value).replace("\0", "\ufffd")
        case list():
            return [as_sent(one) for one in value]
        case dict():
            return {name: as_sent(one) for name, one in value.items()}
        case _:
            return value


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
