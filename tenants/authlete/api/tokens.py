"""Calls about access and refresh tokens."""

from tenants.authlete.operation import Effect, Operation

LIST = Operation(
    "token.list",
    "GET",
    "/api/{service_id}/auth/token/get/list",
    dict,
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
