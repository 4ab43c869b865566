"""Calls about access and refresh tokens."""

from tenants.authlete.documents.base import Wire
from tenants.authlete.door import Door
from tenants.authlete.operation import Effect, Operation


class TokenPage(Wire):
    """How many tokens there are of what was asked for."""

    total_count: int


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
    """The tokens of one service."""

    def __init__(self, door: Door, service_id: int) -> None:
        self._door = door
        self._places = {"service_id": service_id}

    def count(self, client_id: int) -> int:
        """How many of a client are live; an access token and the refresh token that
        came with it count as one. An empty page is the cheapest way to ask."""
        query = {
            "clientIdentifier": client_id,
            "tokenStatus": "VALID",
            "start": 0,
            "end": 0,
        }
        return self._door.send(LIST, places=self._places, query=query).total_count
