"""What a rule about a document finds, and how it reads one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

type DocumentFields = Mapping[str, Any]


class RuleViolation(NamedTuple):
    """Settings that do not go together, and what comes of it."""

    fields: tuple[str, ...]  # Authlete's names, the one to mend first
    message: str  # for people, not translated yet
    code: str = ""  # with which Authlete refuses to store it, where it does


def get_text(document: DocumentFields, field: str) -> str:
    """A member that is a text; empty where it is not."""
    value = document.get(field)
    return value if isinstance(value, str) else ""


def get_texts(document: DocumentFields, field: str) -> list[str]:
    """The texts of a member that is a list; empty where it is not."""
    value = document.get(field)
    entries = value if isinstance(value, list) else []
    return [one for one in entries if isinstance(one, str)]
