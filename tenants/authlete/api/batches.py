"""Calls about many tokens made at once."""

from tenants.authlete.operation import Effect, Operation

CREATE = Operation(
    "token_batch.create",
    "POST",
    "/api/{service_id}/auth/token/create/batch",
    dict,
    Effect.CHANGE,
    spec="auth_token_create_batch_api",
)
STATUS = Operation(
    "token_batch.status",
    "GET",
    "/api/{service_id}/auth/token/create/batch/status/{token_batch_request_id}",
    dict,
    spec="auth_token_create_batch_status_api",
)
