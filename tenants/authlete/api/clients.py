"""Calls about clients, the applications that a service knows."""

from tenants.authlete.operation import Effect, Operation

LIST = Operation(
    "client.list",
    "GET",
    "/api/{service_id}/client/get/list",
    dict,
    spec="client_get_list_api",
)
GET = Operation(
    "client.get",
    "GET",
    "/api/{service_id}/client/get/{client_id}",
    dict,
    spec="client_get_api",
)
CREATE = Operation(
    "client.create",
    "POST",
    "/api/{service_id}/client/create",
    dict,
    Effect.CHANGE,
    spec="client_create_api",
)
UPDATE = Operation(
    "client.update",
    "POST",
    "/api/{service_id}/client/update/{client_id}",
    dict,
    Effect.CHANGE,
    spec="client_update_api",
)
DELETE = Operation(
    "client.delete",
    "DELETE",
    "/api/{service_id}/client/delete/{client_id}",
    type(None),
    Effect.DESTROY,
    spec="client_delete_api",
)
SET_LOCK = Operation(
    "client.set_lock",
    "POST",
    "/api/{service_id}/client/lock_flag/update/{client_identifier}",
    dict,
    Effect.CHANGE,
    spec="client_flag_update_api",
)
# A GET that ends the old secret: never fetched ahead, never tried twice.
REFRESH_SECRET = Operation(
    "client.refresh_secret",
    "GET",
    "/api/{service_id}/client/secret/refresh/{client_identifier}",
    dict,
    Effect.REVEAL,
    spec="client_secret_refresh_api",
    reveals=("newClientSecret",),
)
SET_SECRET = Operation(
    "client.set_secret",
    "POST",
    "/api/{service_id}/client/secret/update/{client_identifier}",
    dict,
    Effect.REVEAL,
    spec="client_secret_update_api",
)

GET_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.get",
    "GET",
    "/api/{service_id}/client/extension/requestable_scopes/get/{client_id}",
    dict,
    spec="client_extension_requestables_scopes_get_api",
)
UPDATE_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.update",
    "PUT",
    "/api/{service_id}/client/extension/requestable_scopes/update/{client_id}",
    dict,
    Effect.CHANGE,
    spec="client_extension_requestables_scopes_update_api",
)
UPDATE_REQUESTABLE_SCOPES_POST = Operation(
    "requestable_scopes.update_post",
    "POST",
    "/api/{service_id}/client/extension/requestable_scopes/update/{client_id}",
    dict,
    Effect.CHANGE,
    spec="client_extension_requestables_scopes_update_api_post",
)
# Opens every scope again; what was set can be set anew.
DELETE_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.delete",
    "DELETE",
    "/api/{service_id}/client/extension/requestable_scopes/delete/{client_id}",
    type(None),
    Effect.CHANGE,
    spec="client_extension_requestables_scopes_delete_api",
)
