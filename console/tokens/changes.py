"""What is to change of a token, and what it tells of that once it is read again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenants.authlete.api.tokens import TokensApi
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.tokens import IssuedToken

MILLISECONDS_PER_SECOND = 1000  # milliseconds; times are kept in whole seconds (Authlete facts, 4)

type TokenMembers = Mapping[str, Any]  # by the names that Authlete has for them


@dataclass(frozen=True, slots=True)
class TokenUpdate:
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

    def send(self, tokens: TokensApi, token: IssuedToken, label: str) -> None:
        tokens.update(
            token,
            scopes=self.scopes,
            expires_at=self.expires_at,
            refresh_expires_at=self.refresh_expires_at,
            properties=self.properties,
            label=label,
        )


def list_changes(token: IssuedToken, members: TokenMembers) -> list[FieldChange]:
    """Where ``wanted`` is otherwise than the token is; secrets of both are sealed."""
    now = token.model_dump()
    return [
        FieldChange(name, now.get(name), value)
        for name, value in members.items()
        if not _is_same(name, now.get(name), value)
    ]


def dropped_scopes(token: IssuedToken, members: TokenMembers) -> list[str]:
    """The scopes that Authlete did not take, without a word."""
    return [one for one in members.get("scopes", ()) if one not in (token.scopes or ())]


def was_applied(before: IssuedToken, after: IssuedToken, members: TokenMembers) -> bool | None:
    """Whether a change was made whose reply was lost; None where neither is so."""
    if not list_changes(after, members):
        return True
    was = before.model_dump()
    return None if list_changes(after, {name: was.get(name) for name in members}) else False


def _is_same(name: str, now: Any, wanted: Any) -> bool:
    match name:
        case "scopes":
            return set(now or ()) == set(wanted or ())
        case "properties":
            return _property_tuples(now) == _property_tuples(wanted)
        case _:
            return abs(int(now) - int(wanted)) < MILLISECONDS_PER_SECOND


def _property_tuples(
    properties: Sequence[Mapping[str, Any]] | None,
) -> list[tuple[Any, ...]]:
    found = (
        (one.get("key"), str(one.get("value")), bool(one.get("hidden"))) for one in properties or ()
    )
    return sorted(found, key=str)
