"""What is to change of a token, and what it tells of that once it is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenants.authlete.api.tokens import Tokens
from tenants.authlete.changes import Change
from tenants.authlete.documents.tokens import IssuedToken

SECOND = 1000  # milliseconds; times are kept in whole seconds (api.md, section 4)

type Members = Mapping[str, Any]  # by the names that Authlete has for them


@dataclass(frozen=True, slots=True)
class Wanted:
    """None leaves it as it is. Times are in milliseconds since 1970."""

    scopes: Sequence[str] | None = None
    expires_at: int | None = None
    refresh_expires_at: int | None = None
    properties: Sequence[Mapping[str, Any]] | None = None

    @property
    def members(self) -> dict[str, Any]:
        """What is to change, and to what."""
        told = {
            "scopes": self.scopes,
            "accessTokenExpiresAt": self.expires_at,
            "refreshTokenExpiresAt": self.refresh_expires_at,
            "properties": self.properties,
        }
        return {name: value for name, value in told.items() if value is not None}

    def send(self, tokens: Tokens, token: IssuedToken, label: str) -> None:
        tokens.update(
            token,
            scopes=self.scopes,
            expires_at=self.expires_at,
            refresh_expires_at=self.refresh_expires_at,
            properties=self.properties,
            label=label,
        )


def changes(token: IssuedToken, wanted: Members) -> list[Change]:
    """Where ``wanted`` is otherwise than the token is; secrets of both are sealed."""
    now = token.model_dump()
    return [
        Change(name, now.get(name), value)
        for name, value in wanted.items()
        if not _same(name, now.get(name), value)
    ]


def dropped(token: IssuedToken, wanted: Members) -> list[str]:
    """The scopes that Authlete did not take, without a word."""
    return [one for one in wanted.get("scopes", ()) if one not in (token.scopes or ())]


def came(before: IssuedToken, after: IssuedToken, wanted: Members) -> bool | None:
    """Whether a change was made whose reply was lost; None where neither is so."""
    if not changes(after, wanted):
        return True
    was = before.model_dump()
    return None if changes(after, {name: was.get(name) for name in wanted}) else False


def _same(name: str, now: Any, wanted: Any) -> bool:
    match name:
        case "scopes":
            return set(now or ()) == set(wanted or ())
        case "properties":
            return _pairs(now) == _pairs(wanted)
        case _:
            return abs(int(now) - int(wanted)) < SECOND


def _pairs(properties: Sequence[Mapping[str, Any]] | None) -> list[tuple[Any, ...]]:
    found = (
        (one.get("key"), str(one.get("value")), bool(one.get("hidden")))
        for one in properties or ()
    )
    return sorted(found, key=str)
