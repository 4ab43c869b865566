"""What a rule finds, and how it reads a client."""

from collections.abc import Mapping
from typing import Any, NamedTuple

type Members = Mapping[str, Any]


class Finding(NamedTuple):
    """Settings that do not go together, and what comes of it."""

    members: tuple[str, ...]  # Authlete's names, the one to mend first
    message: str  # for people, not translated yet
    code: str = ""  # with which Authlete refuses to store it, where it does


def text(client: Members, member: str) -> str:
    """A member that is a text; empty where it is not."""
    value = client.get(member)
    return value if isinstance(value, str) else ""


def texts(client: Members, member: str) -> list[str]:
    """The texts of a member that is a list; empty where it is not."""
    value = client.get(member)
    entries = value if isinstance(value, list) else []
    return [one for one in entries if isinstance(one, str)]


def method(client: Members) -> str:
    """The authentication method; NONE where there is none (api.md, section 6)."""
    return text(client, "tokenAuthMethod") or "NONE"
