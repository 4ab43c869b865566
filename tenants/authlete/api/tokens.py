"""Calls about access and refresh tokens."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from pydantic import SecretStr

from tenants.authlete.api.diagnostics import (
    INTROSPECT,
    INTROSPECT_STANDARD,
    Introspection,
    IntrospectionResponse,
)
from tenants.authlete.api.identifiers import (
    require_client_id,
    require_subject,
    require_token_hash,
)
from tenants.authlete.api.reconciliation_hints import count_hint, token_list_hint
from tenants.authlete.api_client import ApiClient
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.tokens import (
    CreatedToken,
    IssuedToken,
    RevocationResult,
    TokenPage,
    TokenStatus,
    UpdatedToken,
)
from tenants.authlete.edits import WriteResult
from tenants.authlete.errors import InvalidRequestError
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.operation import Effect, Operation

MAX_PAGE_SIZE = 20  # rows of one page; more is refused (Authlete facts, 4)

LIST = Operation(
    "token.list",
    "GET",
    "/api/{service_id}/auth/token/get/list",
    TokenPage,
    operation_id="auth_token_get_list_api",
)
CREATE = Operation(
    "token.create",
    "POST",
    "/api/{service_id}/auth/token/create",
    CreatedToken,
    Effect.REVEAL,
    operation_id="auth_token_create_api",
    revealed_fields=("accessToken", "refreshToken", "jwtAccessToken"),
    success_actions=("OK",),
)
UPDATE = Operation(
    "token.update",
    "POST",
    "/api/{service_id}/auth/token/update",
    UpdatedToken,
    Effect.CHANGE,
    operation_id="auth_token_update_api",
    success_actions=("OK",),
)
DELETE = Operation(
    "token.delete",
    "DELETE",
    "/api/{service_id}/auth/token/delete/{access_token_identifier}",
    type(None),
    Effect.DESTROY,
    operation_id="auth_token_delete_api",
    secret_params=("access_token_identifier",),
)
REVOKE = Operation(
    "token.revoke",
    "POST",
    "/api/{service_id}/auth/token/revoke",
    RevocationResult,
    Effect.DESTROY,
    operation_id="auth_token_revoke_api",
)
REISSUE_ID_TOKEN = Operation(
    "id_token.reissue",
    "POST",
    "/api/{service_id}/idtoken/reissue",
    dict,
    Effect.REVEAL,
    operation_id="idtoken_reissue_api",
    success_actions=("OK",),
)


class TokensApi:
    """The access tokens that one service has issued."""

    def __init__(self, client: ApiClient, service_id: int) -> None:
        self._client = client
        self._path_params = {"service_id": service_id}

    def list(
        self,
        client_id: int | None = None,
        subject: str = "",
        status: TokenStatus = TokenStatus.ALL,
        *,
        start: int = 0,
        end: int = MAX_PAGE_SIZE,
    ) -> TokenPage:
        """One page of 20 at most, of one client, of one user, or of all; ``end`` is
        the first index that is left out."""
        query = {"start": start, "end": end, "tokenStatus": status.value}
        if client_id is not None:
            query["clientIdentifier"] = client_id
        if subject:
            query["subject"] = subject
        return self._client.send(LIST, path_params=self._path_params, query=query)

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
    ) -> WriteResult[CreatedToken]:
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
        body = made | {"clientId": require_client_id(client_id)}
        if subject:
            body["subject"] = subject
        return self._client.create(
            CREATE,
            path_params=self._token_params(client_id),
            body=body,
            fields=made,
            reconciliation_hints=token_list_hint(lambda: self.list(client_id, subject)),
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
    ) -> UpdatedToken:
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
            raise InvalidRequestError(Message(_("Nothing is to change.")))
        if any(at is not None and at <= 0 for at in (expires_at, refresh_expires_at)):
            # Authlete would take it for no change (Authlete facts, 8).
            raise InvalidRequestError(Message(_("A token cannot end before 1970.")))
        name = require_token_hash(token.access_token_hash)
        wanted = {name: after for name, (_, after) in asked.items()}
        seen = self._client.redact(wanted)
        return self._client.send(
            UPDATE,
            path_params=self._token_params(token.client_id, token.subject),
            body={"accessTokenHash": name, **wanted},
            label=label,
            changes=tuple(FieldChange(one, asked[one][0], seen[one]) for one in asked),
            reconciliation_hints={"hash": name},
        )

    def delete(self, token: IssuedToken, *, label: str = "") -> None:
        """Take it out of the database, and its refresh token with it.

        Raises `NotFound` when it is gone already.
        """
        name = require_token_hash(token.access_token_hash)
        places = self._token_params(token.client_id, token.subject)
        places["access_token_identifier"] = name
        self._client.send(
            DELETE, path_params=places, label=label, reconciliation_hints={"hash": name}
        )

    def revoke(self, token: IssuedToken, *, label: str = "") -> int:
        """End one token and its refresh token, and return how many access tokens
        ended. Raises `NotFound` when it is gone already."""
        name = require_token_hash(token.access_token_hash)
        return self._client.send(
            REVOKE,
            path_params=self._token_params(token.client_id, token.subject),
            body={"accessTokenIdentifier": name},
            label=label,
            reconciliation_hints={"hash": name},
        ).count

    def revoke_value(
        self,
        token: SecretStr,
        *,
        is_refresh_token: bool = False,
        client_id: int = 0,
        subject: str = "",
        label: str = "",
    ) -> int:
        """The same for a token whose value is known: an access token's or, with
        ``refresh``, a refresh token's. Whose it is goes into the record."""
        name = "refreshTokenIdentifier" if is_refresh_token else "accessTokenIdentifier"
        return self._client.send(
            REVOKE,
            path_params=self._token_params(client_id, subject) if client_id else self._path_params,
            body={name: require_token_hash(token.get_secret_value())},
            label=label,
            reconciliation_hints={"value": True},
        ).count

    def revoke_client(self, *, client_id: int, label: str = "") -> int:
        """End every token of a client, of all users, and return how many ended."""
        return self._client.send(
            REVOKE,
            path_params=self._token_params(client_id),
            body={"clientIdentifier": str(require_client_id(client_id))},
            label=label,
            reconciliation_hints=count_hint(lambda: self.count(client_id)),
        ).count

    def revoke_subject(self, *, subject: str) -> int:
        """End every token of a user, at all clients, and return how many ended."""
        return self._client.send(
            REVOKE,
            path_params=self._path_params,
            body={"subject": require_subject(subject)},
            reconciliation_hints=count_hint(lambda: self.count(subject=subject)),
        ).count

    def revoke_client_and_subject(self, *, client_id: int, subject: str, label: str = "") -> int:
        """End every token of a user at one client, and return how many ended."""
        return self._client.send(
            REVOKE,
            path_params=self._token_params(client_id),
            body={
                "clientIdentifier": str(require_client_id(client_id)),
                "subject": require_subject(subject),
            },
            label=label,
            reconciliation_hints=count_hint(lambda: self.count(client_id, subject=subject)),
        ).count

    def introspect(
        self, token: SecretStr, *, scopes: Sequence[str] = (), subject: str = ""
    ) -> Introspection:
        """What an access token is, by its value or JWT; a hash is none.

        It counts as use of the token, and may sweep one that has expired
        (Authlete facts, 8c).
        """
        body: dict[str, Any] = {"token": token.get_secret_value()}
        if scopes:
            body["scopes"] = list(scopes)
        if subject:
            body["subject"] = subject
        return self._client.send(INTROSPECT, path_params=self._path_params, body=body)

    def introspect_standard(
        self, token: SecretStr, *, token_type_hint: str = ""
    ) -> IntrospectionResponse:
        """What RFC 7662 says of a token, which may be a refresh token; ``hint`` is the
        kind to look for first (section 2.1)."""
        asked = {"token": token.get_secret_value()}
        if token_type_hint:
            asked["token_type_hint"] = token_type_hint
        body = {"parameters": urlencode(asked)}
        reply = self._client.send(INTROSPECT_STANDARD, path_params=self._path_params, body=body)
        return reply.response_content

    def _token_params(self, client_id: int, subject: str | None = None) -> dict[str, Any]:
        """For the record, whose token it is; no path has these."""
        places: dict[str, Any] = {**self._path_params, "client_id": client_id}
        return places | {"subject": subject} if subject else places
