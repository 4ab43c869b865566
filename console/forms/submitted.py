"""What a browser sent, cut at the dots of its names.

``scopes.2.name`` is the entry ``name`` in row ``2`` of the setting ``scopes``.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Self

from django.http import QueryDict

MAX_DEPTH = 8  # dots that are cut at; no setting is nested deeper
REPEATABLE_PARTS = frozenset({"pick", "item", "row"})  # parts that may come more than once


@dataclass(slots=True)
class SubmittedValues:
    """The values under one name, and what stands below it."""

    values: list[str] = field(default_factory=list)
    parts: dict[str, "SubmittedValues"] = field(default_factory=dict)
    form_key: str = ""  # of the form

    @classmethod
    def from_query_dict(cls, data: QueryDict, names: Container[str], place: str = "") -> Self:
        """Everything in ``data`` under ``names``; the rest is not looked at."""
        whole = cls(form_key=place)
        for key in data:
            first, *rest = key.split(".", MAX_DEPTH)
            if first in names:
                at: SubmittedValues = whole
                for part in (first, *rest):
                    at = at.parts.setdefault(part, cls(form_key=place))
                at.values = [_normalize_line_breaks(value) for value in data.getlist(key)]
        return whole

    def last(self, part: str = "") -> str:
        """Return the value here or of a part; empty if nothing was submitted."""
        at = self.parts.get(part) if part else self
        return at.values[-1] if at and at.values else ""

    def all(self, part: str) -> list[str]:
        at = self.parts.get(part)
        return at.values if at else []

    def child(self, part: str) -> "SubmittedValues":
        return self.parts.get(part) or SubmittedValues(form_key=self.form_key)

    def remove_row(self, path: str) -> str:
        """Take a row out, and say which list it was in."""
        where, _, row = path.rpartition(".")
        rows = self.descendant(where)
        tokens, texts = rows.all("row"), rows.all("item")
        if row in tokens:
            tokens.remove(row)
        elif row.isdecimal() and len(row) < 9 and int(row) < len(texts):
            del texts[int(row)]
        return where

    def count_blank_rows(self, path: str) -> int:
        """Return the number of blank rows of a list."""
        rows = self.descendant(path)
        return rows.all("item").count("") + sum(
            not rows.child(token).is_filled for token in rows.all("row")
        )

    @property
    def is_filled(self) -> bool:
        """Whether anything was entered here or below."""
        return any(self.values) or any(
            part.is_filled for name, part in self.parts.items() if name != "row"
        )

    def descendant(self, path: str) -> "SubmittedValues":
        found = self
        for part in path.split("."):
            found = found.child(part)
        return found

    @property
    def is_repeated(self) -> bool:
        """Whether an input that is there once came more than once."""
        return len(self.values) > 1 or any(
            part.is_repeated for name, part in self.parts.items() if name not in REPEATABLE_PARTS
        )


def as_submitted(value: Any) -> Any:
    """``value`` as it comes back out of a page that nobody touched.

    HTML, section 4.10.11 and 13.2.5: one kind of line break, U+FFFD for a NUL.
    """
    match value:
        case str():
            return _normalize_line_breaks(value).replace("\0", "\ufffd")
        case list():
            return [as_submitted(one) for one in value]
        case dict():
            return {name: as_submitted(one) for name, one in value.items()}
        case _:
            return value


def _normalize_line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
