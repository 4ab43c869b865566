"""Operations on access and refresh tokens."""

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
from tenants.authlete.api.identifiers import require_client_id, require_subject, require_token_hash
from tenants.authlete.api.reconciliation_hints import count_hint, token_list_hint
from tenants.authlete.api_client import ServiceResource
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
from tenants.authlete.operation import MAX_LIST_RESPONSE_BYTES, Effect, Operation

MAX_PAGE_SIZE = 20  # Authlete rejects more (Authlete facts, 4)

LIST = Operation(
    "token.list",
    "GET /api/{service_id}/auth/token/get/list",
    TokenPage,
    max_response_bytes=MAX_LIST_RESPONSE_BYTES,
)
CREATE = Operation(
    "token.create",
    "POST /api/{service_id}/auth/token/create",
    CreatedToken,
    Effect.REVEAL,
    revealed_fields=("accessToken", "refreshToken", "jwtAccessToken"),
    success_actions=("OK",),
)
UPDATE = Operation(
    "token.update",
    "POST /api/{service_id}/auth/token/update",
    UpdatedToken,
    Effect.CHANGE,
    success_actions=("OK",),
)
DELETE = Operation(
    "token.delete",
    "DELETE /api/{service_id}/auth/token/delete/{access_token_identifier}",
    type(None),
    Effect.DESTROY,
    secret_params=("access_token_identifier",),
)
REVOKE = Operation(
    "token.revoke", "POST /api/{service_id}/auth/token/revoke", RevocationResult, Effect.DESTROY
)
REISSUE_ID_TOKEN = Operation(
    "id_token.reissue",
    "POST /api/{service_id}/idtoken/reissue",
    dict,
    Effect.REVEAL,
    success_actions=("OK",),
)


class TokensApi(ServiceResource):
    """The tokens of one service."""

    def list(
        self,
        client_id: int | None = None,
        subject: str = "",
        status: TokenStatus = TokenStatus.ALL,
        *,
        start: int = 0,
        end: int = MAX_PAGE_SIZE,
    ) -> TokenPage:
        """Return the tokens from ``start`` up to, but not including, ``end``."""
        query = {"start": start, "end": end, "tokenStatus": status.value}
        if client_id is not None:
            query["clientIdentifier"] = client_id
        if subject:
            query["subject"] = subject
        return self._send(LIST, query=query)

    def count(
        self,
        client_id: int | None = None,
        status: TokenStatus = TokenStatus.VALID,
        *,
        subject: str = "",
    ) -> int:
        """Count tokens; an access token and its refresh token count as one."""
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
        """Create a token. Only this reply contains its values.

        Without seconds the lifetimes of the service apply. ``access_token`` and
        ``refresh_token`` are existing values; by default Authlete generates them.
        """
        fields: dict[str, Any] = {"grantType": grant_type, "scopes": list(scopes)}
        if access_seconds:
            fields["accessTokenDuration"] = access_seconds
        if refresh_seconds:
            fields["refreshTokenDuration"] = refresh_seconds
        if properties:
            fields["properties"] = [dict(item) for item in properties]
        if access_token:
            fields["accessToken"] = access_token.get_secret_value()
        if refresh_token:
            fields["refreshToken"] = refresh_token.get_secret_value()
        body = fields | {"clientId": require_client_id(client_id)}
        if subject:
            body["subject"] = subject
        return self._client.create(
            CREATE,
            path_params=self._token_params(client_id),
            body=body,
            fields=fields,
            reconciliation_hints=token_list_hint(lambda: self.list(client_id, subject)),
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
        """Change the given properties of a token.

        Times are in milliseconds since 1970. Authlete drops scopes that the client may not
        have, see `UpdatedToken.missing_scopes`. ``label`` is the client's name.
        """
        edits: dict[str, tuple[Any, Any]] = {}
        if scopes is not None:
            edits["scopes"] = (token.scopes, list(scopes))
        if expires_at is not None:
            edits["accessTokenExpiresAt"] = (token.access_token_expires_at, expires_at)
        if refresh_expires_at is not None:
            before = token.refresh_token_expires_at
            edits["refreshTokenExpiresAt"] = (before, refresh_expires_at)
        if properties is not None:
            edits["properties"] = (token.properties, [dict(item) for item in properties])
        if not edits:
            raise InvalidRequestError(Message(_("There is nothing to change.")))
        if any(time is not None and time <= 0 for time in (expires_at, refresh_expires_at)):
            # Authlete ignores such a value (Authlete facts, 8).
            raise InvalidRequestError(Message(_("A token cannot expire before 1970.")))
        token_hash = require_token_hash(token.access_token_hash)
        values = {name: after for name, (_, after) in edits.items()}
        redacted = self.redact_fields(token_hash, values)
        return self._send(
            UPDATE,
            path_params=self._token_params(token.client_id, token.subject),
            body={"accessTokenHash": token_hash, **values},
            label=label,
            changes=tuple(FieldChange(name, edits[name][0], redacted[name]) for name in edits),
            reconciliation_hints={"hash": token_hash},
        )

    def redact_fields(self, token_hash: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return fields of a token, redacted as `list` shows them."""
        page = {"accessTokens": [{"accessTokenHash": token_hash, **values}]}
        (token,) = self._client.redact(page, self._path_params["service_id"])["accessTokens"]
        return {name: token[name] for name in values}

    def delete(self, token: IssuedToken, *, label: str = "") -> None:
        """Delete a token and its refresh token; raise `NotFoundError` if it does not exist."""
        token_hash = require_token_hash(token.access_token_hash)
        params = self._token_params(token.client_id, token.subject)
        self._send(
            DELETE,
            path_params=params | {"access_token_identifier": token_hash},
            label=label,
            reconciliation_hints={"hash": token_hash},
        )

    def revoke(self, token: IssuedToken, *, label: str = "") -> int:
        """Revoke a token and its refresh token; return the number of revoked access tokens.

        Raises `NotFoundError` if it does not exist.
        """
        token_hash = require_token_hash(token.access_token_hash)
        return self._send(
            REVOKE,
            path_params=self._token_params(token.client_id, token.subject),
            body={"accessTokenIdentifier": token_hash},
            label=label,
            reconciliation_hints={"hash": token_hash},
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
        """Revoke a token by its value; return the number of revoked access tokens.

        ``client_id`` and ``subject``, if known, are for the audit log.
        """
        name = "refreshTokenIdentifier" if is_refresh_token else "accessTokenIdentifier"
        return self._send(
            REVOKE,
            path_params=self._token_params(client_id, subject) if client_id else self._path_params,
            body={name: require_token_hash(token.get_secret_value())},
            label=label,
            reconciliation_hints={"value": True},
        ).count

    def revoke_client(self, *, client_id: int, label: str = "") -> int:
        """Revoke all tokens of a client; return the number of revoked access tokens."""
        return self._send(
            REVOKE,
            path_params=self._token_params(client_id),
            body={"clientIdentifier": str(require_client_id(client_id))},
            label=label,
            reconciliation_hints=count_hint(lambda: self.count(client_id)),
        ).count

    def revoke_subject(self, *, subject: str) -> int:
        """Revoke all tokens of a user; return the number of revoked access tokens."""
        return self._send(
            REVOKE,
            body={"subject": require_subject(subject)},
            reconciliation_hints=count_hint(lambda: self.count(subject=subject)),
        ).count

    def revoke_client_and_subject(self, *, client_id: int, subject: str, label: str = "") -> int:
        """Revoke a user's tokens at one client; return the number of revoked access tokens."""
        return self._send(
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
        """Introspect an access token, given by its value or JWT.

        This counts as a use of the token and may delete an expired one (Authlete facts, 8c).
        """
        body: dict[str, Any] = {"token": token.get_secret_value()}
        if scopes:
            body["scopes"] = list(scopes)
        if subject:
            body["subject"] = subject
        return self._send(INTROSPECT, body=body)

    def introspect_standard(
        self, token: SecretStr, *, token_type_hint: str = ""
    ) -> IntrospectionResponse:
        """Introspect an access or refresh token as in RFC 7662, section 2.1."""
        parameters = {"token": token.get_secret_value()}
        if token_type_hint:
            parameters["token_type_hint"] = token_type_hint
        body = {"parameters": urlencode(parameters)}
        reply = self._send(INTROSPECT_STANDARD, body=body)
        return reply.response_content

    def _token_params(self, client_id: int, subject: str | None = None) -> dict[str, Any]:
        """Return parameters that name the owner in the audit log; no path has them."""
        params: dict[str, Any] = {**self._path_params, "client_id": client_id}
        return params | {"subject": subject} if subject else params
