"""Violations of the rules about documents, and tolerant reading of document fields."""

from collections.abc import Mapping
from typing import Any, NamedTuple

type DocumentFields = Mapping[str, Any]


class RuleViolation(NamedTuple):
    """Settings that contradict each other, and the consequence."""

    fields: tuple[str, ...]  # API names, the one to fix first
    message: str  # for users, marked for translation
    code: str = ""  # Authlete's result code if it rejects the document


def get_text(document: DocumentFields, field: str) -> str:
    """Return a text field; empty if it isn't a text."""
    value = document.get(field)
    return value if isinstance(value, str) else ""


def get_texts(document: DocumentFields, field: str) -> list[str]:
    """Return the texts in a list field; empty if it isn't a list."""
    value = document.get(field)
    entries = value if isinstance(value, list) else []
    return [entry for entry in entries if isinstance(entry, str)]
