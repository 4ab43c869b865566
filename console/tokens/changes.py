"""The changes of a token update, and whether a token has them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenants.authlete.api.tokens import TokensApi
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.tokens import IssuedToken

MILLISECONDS_PER_SECOND = 1000  # Authlete keeps times in whole seconds

type TokenMembers = Mapping[str, Any]  # by Authlete's member names


@dataclass(frozen=True, slots=True)
class TokenUpdate:
    """The values to change; None keeps a value. Times are in milliseconds since 1970."""

    scopes: Sequence[str] | None = None
    expires_at: int | None = None
    refresh_expires_at: int | None = None
    properties: Sequence[Mapping[str, Any]] | None = None

    @property
    def members(self) -> dict[str, Any]:
        """The values to change, by member name."""
        values = {
            "scopes": self.scopes,
            "accessTokenExpiresAt": self.expires_at,
            "refreshTokenExpiresAt": self.refresh_expires_at,
            "properties": self.properties,
        }
        return {name: value for name, value in values.items() if value is not None}

    def send(self, tokens: TokensApi, token: IssuedToken, label: str) -> None:
        """Update the token; raises an `AuthleteError`."""
        tokens.update(
            token,
            scopes=self.scopes,
            expires_at=self.expires_at,
            refresh_expires_at=self.refresh_expires_at,
            properties=self.properties,
            label=label,
        )


def list_changes(token: IssuedToken, members: TokenMembers) -> list[FieldChange]:
    """Return the members whose values differ from the token; both are redacted."""
    current = token.model_dump()
    return [
        FieldChange(name, current.get(name), value)
        for name, value in members.items()
        if not _is_same(name, current.get(name), value)
    ]


def dropped_scopes(token: IssuedToken, members: TokenMembers) -> list[str]:
    """Return the scopes that Authlete dropped silently."""
    return [scope for scope in members.get("scopes", ()) if scope not in (token.scopes or ())]


def was_applied(before: IssuedToken, after: IssuedToken, members: TokenMembers) -> bool | None:
    """Return whether a change was applied; None if the token has other values."""
    if not list_changes(after, members):
        return True
    previous = before.model_dump()
    is_other = list_changes(after, {name: previous.get(name) for name in members})
    return None if is_other else False


def _is_same(name: str, current: Any, value: Any) -> bool:
    match name:
        case "scopes":
            return set(current or ()) == set(value or ())
        case "properties":
            return _property_tuples(current) == _property_tuples(value)
        case _:
            return abs(int(current) - int(value)) < MILLISECONDS_PER_SECOND


def _property_tuples(
    properties: Sequence[Mapping[str, Any]] | None,
) -> list[tuple[Any, ...]]:
    tuples = (
        (item.get("key"), str(item.get("value")), bool(item.get("hidden")))
        for item in properties or ()
    )
    return sorted(tuples, key=str)
