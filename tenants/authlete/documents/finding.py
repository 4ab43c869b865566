"""What a rule about a document finds, and how it reads one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

type Members = Mapping[str, Any]


class Finding(NamedTuple):
    """Settings that do not go together, and what comes of it."""

    members: tuple[str, ...]  # Authlete's names, the one to mend first
    message: str  # for people, not translated yet
    code: str = ""  # with which Authlete refuses to store it, where it does


def text(document: Members, member: str) -> str:
    """A member that is a text; empty where it is not."""
    value = document.get(member)
    return value if isinstance(value, str) else ""


def texts(document: Members, member: str) -> list[str]:
    """The texts of a member that is a list; empty where it is not."""
    value = document.get(member)
    entries = value if isinstance(value, list) else []
    return [one for one in entries if isinstance(one, str)]
