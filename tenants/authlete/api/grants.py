"""Calls about what a person has allowed a client: tokens held, scopes remembered.

Where there is a choice, the console puts the subject into the body, so that it
stands in no address.
"""

from tenants.authlete.operation import Effect, Operation

LIST = Operation(
    "authorization.list",
    "GET",
    "/api/{service_id}/client/authorization/get/list",
    dict,
    spec="client_authorization_get_list_api",
)
LIST_POST = Operation(
    "authorization.list_post",
    "POST",
    "/api/{service_id}/client/authorization/get/list",
    dict,
    spec="client_authorization_get_list_api_post",
)
LIST_BY_SUBJECT = Operation(
    "authorization.list_by_subject",
    "GET",
    "/api/{service_id}/client/authorization/get/list/{subject}",
    dict,
    spec="client_authorization_get_list_by_subject_api",
)
UPDATE = Operation(
    "authorization.update",
    "POST",
    "/api/{service_id}/client/authorization/update/{client_id}",
    dict,
    Effect.CHANGE,
    spec="client_authorization_update_api",
)
DELETE = Operation(
    "authorization.delete",
    "DELETE",
    "/api/{service_id}/client/authorization/delete/{client_id}",
    dict,
    Effect.DESTROY,
    spec="client_authorization_delete_api",
)
DELETE_POST = Operation(
    "authorization.delete_post",
    "POST",
    "/api/{service_id}/client/authorization/delete/{client_id}",
    dict,
    Effect.DESTROY,
    spec="client_authorization_delete_api_post",
)
DELETE_BY_SUBJECT = Operation(
    "authorization.delete_by_subject",
    "DELETE",
    "/api/{service_id}/client/authorization/delete/{client_id}/{subject}",
    dict,
    Effect.DESTROY,
    spec="client_authorization_delete_by_subject_api",
)

GET_SCOPES = Operation(
    "granted_scopes.get",
    "GET",
    "/api/{service_id}/client/granted_scopes/get/{client_id}",
    dict,
    spec="client_granted_scopes_get_api",
)
GET_SCOPES_POST = Operation(
    "granted_scopes.get_post",
    "POST",
    "/api/{service_id}/client/granted_scopes/get/{client_id}",
    dict,
    spec="client_granted_scopes_get_api_post",
)
GET_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.get_by_subject",
    "GET",
    "/api/{service_id}/client/granted_scopes/get/{client_id}/{subject}",
    dict,
    spec="client_granted_scopes_get_by_subject_api",
)
DELETE_SCOPES = Operation(
    "granted_scopes.delete",
    "DELETE",
    "/api/{service_id}/client/granted_scopes/delete/{client_id}",
    dict,
    Effect.DESTROY,
    spec="client_granted_scopes_delete_api",
)
DELETE_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.delete_by_subject",
    "DELETE",
    "/api/{service_id}/client/granted_scopes/delete/{client_id}/{subject}",
    dict,
    Effect.DESTROY,
    spec="client_granted_scopes_delete_by_subject_api",
)

# Reads a grant or revokes it, as its body says.
MANAGE = Operation(
    "grant.manage",
    "POST",
    "/api/{service_id}/gm",
    dict,
    Effect.DESTROY,
    spec="grant_m_api",
    succeeds=("OK", "NO_CONTENT"),
)
