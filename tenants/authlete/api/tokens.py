"""Calls about access and refresh tokens."""

from enum import StrEnum

from tenants.authlete.documents.base import Wire
from tenants.authlete.door import Door
from tenants.authlete.operation import Effect, Operation

MOST = 20  # rows of one page; more is refused (api.md, section 4)


class TokenStatus(StrEnum):
    """Which tokens a list is to hold."""

    ALL = "ALL"
    VALID = "VALID"
    INVALID = "INVALID"  # expired, and not swept yet


class IssuedToken(Wire):
    """An access token, and its refresh token if there is one; never their values.

    Times are in milliseconds since 1970; 0 is never.
    """

    access_token_hash: str  # what deletes, revokes and updates it
    access_token_expires_at: int = 0
    refresh_token_hash: str | None = None
    refresh_token_expires_at: int = 0
    created_at: int = 0
    last_refreshed_at: int = 0
    client_id: int = 0
    subject: str | None = None  # none where the client asked for itself
    grant_type: str = ""
    scopes: list[str] | None = None


class TokenPage(Wire):
    """One page of a list of tokens."""

    start: int
    end: int
    total_count: int
    access_tokens: list[IssuedToken] | None = None  # null where none was asked for


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
    dict,
    Effect.REVEAL,
    spec="auth_token_create_api",
    reveals=("accessToken", "refreshToken", "jwtAccessToken"),
    succeeds=("OK",),
)
UPDATE = Operation(
    "token.update",
    "POST",
    "/api/{service_id}/auth/token/update",
    dict,
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
    dict,
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
        self, client_id: int | None = None, status: TokenStatus = TokenStatus.VALID
    ) -> int:
        """How many there are; an access token and the refresh token that came with it
        count as one. An empty page is the cheapest way to ask."""
        return self.list(client_id, status=status, start=0, end=0).total_count
