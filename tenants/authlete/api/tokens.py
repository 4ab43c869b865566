"""Calls about access and refresh tokens."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from tenants.authlete.api.diagnostics import (
    INTROSPECT,
    INTROSPECT_STANDARD,
    Active,
    Introspection,
)
from tenants.authlete.api.knowing import counted, listed
from tenants.authlete.api.narrowing import whole_client, whole_hash, whole_subject
from tenants.authlete.changes import Change
from tenants.authlete.documents.tokens import (
    ChangedToken,
    IssuedToken,
    MadeToken,
    RevokedTokens,
    TokenPage,
    TokenStatus,
)
from tenants.authlete.door import Door
from tenants.authlete.editing import Written
from tenants.authlete.errors import Unsendable
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.words import Said
from tenants.authlete.words import gettext_noop as _

MOST = 20  # rows of one page; more is refused (api.md, section 4)

LIST = Operation(
    "token.list",
    "GET",
    "/api/{service_id}/auth/token/get/list",
    TokenPage,
    spec="auth_token_get_list_api",
)
CREATE = Operation(
    "token.create",
    "POST",
    "/api/{service_id}/auth/token/create",
    MadeToken,
    Effect.REVEAL,
    spec="auth_token_create_api",
    reveals=("accessToken", "refreshToken", "jwtAccessToken"),
    succeeds=("OK",),
)
UPDATE = Operation(
    "token.update",
    "POST",
    "/api/{service_id}/auth/token/update",
    ChangedToken,
    Effect.CHANGE,
    spec="auth_token_update_api",
    succeeds=("OK",),
)
DELETE = Operation(
    "token.delete",
    "DELETE",
    "/api/{service_id}/auth/token/delete/{access_token_identifier}",
    type(None),
    Effect.DESTROY,
    spec="auth_token_delete_api",
    hidden=("access_token_identifier",),
)
REVOKE = Operation(
    "token.revoke",
    "POST",
    "/api/{service_id}/auth/token/revoke",
    RevokedTokens,
    Effect.DESTROY,
    spec="auth_token_revoke_api",
)
REISSUE_ID_TOKEN = Operation(
    "id_token.reissue",
    "POST",
    "/api/{service_id}/idtoken/reissue",
    dict,
    Effect.REVEAL,
    spec="idtoken_reissue_api",
    succeeds=("OK",),
)


class Tokens:
    """The access tokens that one service has issued."""

    def __init__(self, door: Door, service_id: int) -> None:
        self._door = door
        self._places = {"service_id": service_id}

    def list(
        self,
        client_id: int | None = None,
        subject: str = "",
        status: TokenStatus = TokenStatus.ALL,
        *,
        start: int = 0,
        end: int = MOST,
    ) -> TokenPage:
        """One page of 20 at most, of one client, of one user, or of all; ``end`` is
        the first index that is left out."""
        query = {"start": start, "end": end, "tokenStatus": status.value}
        if client_id is not None:
            query["clientIdentifier"] = client_id
        if subject:
            query["subject"] = subject
        return self._door.send(LIST, places=self._places, query=query)

    def count(
        self,
        client_id: int | None = None,
        status: TokenStatus = TokenStatus.VALID,
        *,
        subject: str = "",
    ) -> int:
        """How many there are; an access token and the refresh token that came with it
        count as one. An empty page is the cheapest way to ask."""
        return self.list(client_id, subject, status, start=0, end=0).total_count

    def create(
        self,
        grant_type: str,
        client_id: int,
        *,
        subject: str = "",
        scopes: Sequence[str] = (),
        access_seconds: int = 0,
        refresh_seconds: int = 0,
        properties: Sequence[Mapping[str, Any]] = (),
        access_token: SecretStr | None = None,
        refresh_token: SecretStr | None = None,
    ) -> Written[MadeToken]:
        """Make a token that works at once, for exactly one response.

        Without seconds it lives as long as the service says. ``access_token`` and
        ``refresh_token`` are values that exist already; Authlete makes its own.
        """
        made: dict[str, Any] = {"grantType": grant_type, "scopes": list(scopes)}
        if access_seconds:
            made["accessTokenDuration"] = access_seconds
        if refresh_seconds:
            made["refreshTokenDuration"] = refresh_seconds
        if properties:
            made["properties"] = [dict(one) for one in properties]
        if access_token:
            made["accessToken"] = access_token.get_secret_value()
        if refresh_token:
            made["refreshToken"] = refresh_token.get_secret_value()
        body = made | {"clientId": whole_client(client_id)}
        if subject:
            body["subject"] = subject
        return self._door.create(
            CREATE,
            places=self._of(client_id),
            body=body,
            made=made,
            known=listed(lambda: self.list(client_id, subject)),
            is_document=False,
        )

    def update(
        self,
        token: IssuedToken,
        *,
        scopes: Sequence[str] | None = None,
        expires_at: int | None = None,
        refresh_expires_at: int | None = None,
        properties: Sequence[Mapping[str, Any]] | None = None,
        label: str = "",
    ) -> ChangedToken:
        """Change what is named of a token, and leave all else as it is.

        Times are in milliseconds since 1970. Authlete drops scopes that the client
        may not have: see what `ChangedToken` lacks. ``label`` is the client's name,
        for the record.
        """
        asked: dict[str, tuple[Any, Any]] = {}
        if scopes is not None:
            asked["scopes"] = (token.scopes, list(scopes))
        if expires_at is not None:
            asked["accessTokenExpiresAt"] = (token.access_token_expires_at, expires_at)
        if refresh_expires_at is not None:
            before = token.refresh_token_expires_at
            asked["refreshTokenExpiresAt"] = (before, refresh_expires_at)
        if properties is not None:
            asked["properties"] = (token.properties, [dict(one) for one in properties])
        if not asked:
            raise Unsendable(Said(_("Nothing is to change.")))
        if any(at is not None and at <= 0 for at in (expires_at, refresh_expires_at)):
            # Authlete would take it for no change (api.md, section 8).
            raise Unsendable(Said(_("A token cannot end before 1970.")))
        name = whole_hash(token.access_token_hash)
        wanted = {name: after for name, (_, after) in asked.items()}
        seen = self._door.seen(wanted)
        return self._door.send(
            UPDATE,
            places=self._of(token.client_id, token.subject),
            body={"accessTokenHash": name, **wanted},
            label=label,
            changes=tuple(Change(one, asked[one][0], seen[one]) for one in asked),
            known={"hash": name},
        )

    def delete(self, token: IssuedToken, *, label: str = "") -> None:
        """Take it out of the database, and its refresh token with it.

        Raises `NotFound` when it is gone already.
        """
        name = whole_hash(token.access_token_hash)
        places = self._of(token.client_id, token.subject)
        places["access_token_identifier"] = name
        self._door.send(DELETE, places=places, label=label, known={"hash": name})

    def revoke(self, token: IssuedToken, *, label: str = "") -> int:
        """End one token and its refresh token, and return how many access tokens
        ended. Raises `NotFound` when it is gone already."""
        name = whole_hash(token.access_token_hash)
        return self._door.send(
            REVOKE,
            places=self._of(token.client_id, token.subject),
            body={"accessTokenIdentifier": name},
            label=label,
            known={"hash": name},
        ).count

    def revoke_value(
        self,
        token: SecretStr,
        *,
        refresh: bool = False,
        client_id: int = 0,
        subject: str = "",
        label: str = "",
    ) -> int:
        """The same for a token whose value is known: an access token's or, with
        ``refresh``, a refresh token's. Whose it is goes into the record."""
        name = "refreshTokenIdentifier" if refresh else "accessTokenIdentifier"
        return self._door.send(
            REVOKE,
            places=self._of(client_id, subject) if client_id else self._places,
            body={name: whole_hash(token.get_secret_value())},
            label=label,
            known={"value": True},
        ).count

    def revoke_client(self, *, client_id: int, label: str = "") -> int:
        """End every token of a client, of all users, and return how many ended."""
        return self._door.send(
            REVOKE,
            places=self._of(client_id),
            body={"clientIdentifier": str(whole_client(client_id))},
            label=label,
            known=counted(lambda: self.count(client_id)),
        ).count

    def revoke_subject(self, *, subject: str) -> int:
        """End every token of a user, at all clients, and return how many ended."""
        return self._door.send(
            REVOKE,
            places=self._places,
            body={"subject": whole_subject(subject)},
            known=counted(lambda: self.count(subject=subject)),
        ).count

    def revoke_pair(self, *, client_id: int, subject: str, label: str = "") -> int:
        """End every token of a user at one client, and return how many ended."""
        return self._door.send(
            REVOKE,
            places=self._of(client_id),
            body={
                "clientIdentifier": str(whole_client(client_id)),
                "subject": whole_subject(subject),
            },
            label=label,
            known=counted(lambda: self.count(client_id, subject=subject)),
        ).count

    def introspect(
        self, token: SecretStr, *, scopes: Sequence[str] = (), subject: str = ""
    ) -> Introspection:
        """What an access token is, by its value or JWT; a hash is none.

        It counts as use of the token, and may sweep one that has expired
        (api.md, section 8c).
        """
        body: dict[str, Any] = {"token": token.get_secret_value()}
        if scopes:
            body["scopes"] = list(scopes)
        if subject:
            body["subject"] = subject
        return self._door.send(INTROSPECT, places=self._places, body=body)

    def introspect_standard(self, token: SecretStr, *, hint: str = "") -> Active:
        """What RFC 7662 says of a token, which may be a refresh token; ``hint`` is the
        kind to look for first (section 2.1)."""
        asked = {"token": token.get_secret_value()}
        if hint:
            asked["token_type_hint"] = hint
        body = {"parameters": urlencode(asked)}
        reply = self._door.send(INTROSPECT_STANDARD, places=self._places, body=body)
        return reply.response_content

    def _of(self, client_id: int, subject: str | None = None) -> dict[str, Any]:
        """For the record, whose token it is; no path has these."""
        places: dict[str, Any] = {**self._places, "client_id": client_id}
        return places | {"subject": subject} if subject else places
