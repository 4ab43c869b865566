"""Submitted form data, split at the dots of its names.

``scopes.2.name`` is the entry ``name`` in row ``2`` of the setting ``scopes``.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Any, Self

from django.http import QueryDict

MAX_DEPTH = 8  # parts of a name; no setting is nested deeper
REPEATABLE_PARTS = frozenset({"pick", "item", "row"})  # these have several values


@dataclass(slots=True)
class SubmittedValues:
    """The values of one name, and its parts."""

    values: list[str] = field(default_factory=list)
    parts: dict[str, "SubmittedValues"] = field(default_factory=dict)
    form_key: str = ""

    @classmethod
    def from_query_dict(cls, data: QueryDict, names: Container[str], form_key: str = "") -> Self:
        """Return the values in ``data`` that belong to ``names``."""
        root = cls(form_key=form_key)
        for key in data:
            first, *nested = key.split(".", MAX_DEPTH)
            if first in names:
                node: SubmittedValues = root
                for name in (first, *nested):
                    node = node.parts.setdefault(name, cls(form_key=form_key))
                node.values = [_normalize_line_breaks(value) for value in data.getlist(key)]
        return root

    def last(self, name: str = "") -> str:
        """Return the last value, here or of a part, or an empty string."""
        node = self.parts.get(name) if name else self
        return node.values[-1] if node and node.values else ""

    def all(self, name: str) -> list[str]:
        node = self.parts.get(name)
        return node.values if node else []

    def child(self, name: str) -> "SubmittedValues":
        return self.parts.get(name) or SubmittedValues(form_key=self.form_key)

    def remove_row(self, path: str) -> str:
        """Remove a row and return the path of its list."""
        list_path, _, row = path.rpartition(".")
        rows = self.descendant(list_path)
        tokens, texts = rows.all("row"), rows.all("item")
        if row in tokens:
            tokens.remove(row)
        elif row.isdecimal() and len(row) < 9 and int(row) < len(texts):
            del texts[int(row)]
        return list_path

    def count_blank_rows(self, path: str) -> int:
        """Return the number of empty rows in a list."""
        rows = self.descendant(path)
        return rows.all("item").count("") + sum(
            not rows.child(token).is_filled for token in rows.all("row")
        )

    @property
    def is_filled(self) -> bool:
        """Whether any value here or below isn't empty."""
        return any(self.values) or any(
            part.is_filled for name, part in self.parts.items() if name != "row"
        )

    def descendant(self, path: str) -> "SubmittedValues":
        node = self
        for name in path.split("."):
            node = node.child(name)
        return node

    @property
    def is_repeated(self) -> bool:
        """Whether a single input was submitted more than once."""
        return len(self.values) > 1 or any(
            part.is_repeated for name, part in self.parts.items() if name not in REPEATABLE_PARTS
        )


def as_submitted(value: Any) -> Any:
    """Return ``value`` as a browser submits it from an unchanged input.

    Line breaks are normalized and NUL becomes U+FFFD (HTML, 4.10.11 and 13.2.5).
    """
    match value:
        case str():
            return _normalize_line_breaks(value).replace("\0", "\ufffd")
        case list():
            return [as_submitted(item) for item in value]
        case dict():
            return {name: as_submitted(item) for name, item in value.items()}
        case _:
            return value


def _normalize_line_breaks(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
