"""Calls about what a person has allowed a client: tokens held, scopes remembered.

Where there is a choice, the console puts the subject into the body, so that it
stands in no address.
"""

import re

from tenants.authlete.api.identifiers import require_client_id, require_subject
from tenants.authlete.api_client import ApiClient
from tenants.authlete.documents.base import ApiModel
from tenants.authlete.documents.client import Client
from tenants.authlete.operation import Effect, Operation

PAGE_SIZE = 100  # clients of one call

RESULT_CODE_PATTERN = re.compile(r"\[A\d{6}\]")
NUMBER_PATTERN = re.compile(r"(?<![\w/.])\d+(?![\w/])")


class AuthorizedClientPage(ApiModel):
    """One page of the clients that hold tokens of a user, be they expired."""

    start: int
    end: int
    total_count: int
    clients: list[Client] | None = None  # the short view; null where none was asked for


class AuthorizationDeletion(ApiModel):
    """What became of the tokens that a client held of a user."""

    result_code: str = ""
    result_message: str = ""

    @property
    def count(self) -> int | None:
        """How many access tokens were deleted, where the message says one number; it
        is all that tells it (Authlete facts, 7)."""
        found = NUMBER_PATTERN.findall(RESULT_CODE_PATTERN.sub("", self.result_message))
        return int(found[0]) if len(found) == 1 else None


class GrantedScopesReply(ApiModel):
    """The scopes that a user granted to a client, as Authlete remembers them.

    None: nothing is remembered; an empty list: granted without any scope.
    ``modified_at`` is in milliseconds since 1970.
    """

    latest_granted_scopes: list[str] | None = None
    merged_granted_scopes: list[str] | None = None  # with those of earlier times
    modified_at: int = 0

    @property
    def is_recorded(self) -> bool:
        return self.latest_granted_scopes is not None


class GrantedScopesDeletion(ApiModel):
    """What became of the scopes that a user granted to a client."""

    result_code: str = ""
    result_message: str = ""


LIST = Operation(
    "authorization.list",
    "GET",
    "/api/{service_id}/client/authorization/get/list",
    AuthorizedClientPage,
    operation_id="client_authorization_get_list_api",
)
LIST_POST = Operation(
    "authorization.list_post",
    "POST",
    "/api/{service_id}/client/authorization/get/list",
    AuthorizedClientPage,
    operation_id="client_authorization_get_list_api_post",
)
LIST_BY_SUBJECT = Operation(
    "authorization.list_by_subject",
    "GET",
    "/api/{service_id}/client/authorization/get/list/{subject}",
    AuthorizedClientPage,
    operation_id="client_authorization_get_list_by_subject_api",
    secret_params=("subject",),
)
UPDATE = Operation(
    "authorization.update",
    "POST",
    "/api/{service_id}/client/authorization/update/{client_id}",
    dict,
    Effect.CHANGE,
    operation_id="client_authorization_update_api",
)
DELETE = Operation(
    "authorization.delete",
    "DELETE",
    "/api/{service_id}/client/authorization/delete/{client_id}",
    AuthorizationDeletion,
    Effect.DESTROY,
    operation_id="client_authorization_delete_api",
)
DELETE_POST = Operation(
    "authorization.delete_post",
    "POST",
    "/api/{service_id}/client/authorization/delete/{client_id}",
    AuthorizationDeletion,
    Effect.DESTROY,
    operation_id="client_authorization_delete_api_post",
)
DELETE_BY_SUBJECT = Operation(
    "authorization.delete_by_subject",
    "DELETE",
    "/api/{service_id}/client/authorization/delete/{client_id}/{subject}",
    AuthorizationDeletion,
    Effect.DESTROY,
    operation_id="client_authorization_delete_by_subject_api",
    secret_params=("subject",),
)

GET_SCOPES = Operation(
    "granted_scopes.get",
    "GET",
    "/api/{service_id}/client/granted_scopes/get/{client_id}",
    GrantedScopesReply,
    operation_id="client_granted_scopes_get_api",
)
GET_SCOPES_POST = Operation(
    "granted_scopes.get_post",
    "POST",
    "/api/{service_id}/client/granted_scopes/get/{client_id}",
    GrantedScopesReply,
    operation_id="client_granted_scopes_get_api_post",
)
GET_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.get_by_subject",
    "GET",
    "/api/{service_id}/client/granted_scopes/get/{client_id}/{subject}",
    GrantedScopesReply,
    operation_id="client_granted_scopes_get_by_subject_api",
    secret_params=("subject",),
)
DELETE_SCOPES = Operation(
    "granted_scopes.delete",
    "DELETE",
    "/api/{service_id}/client/granted_scopes/delete/{client_id}",
    GrantedScopesDeletion,
    Effect.DESTROY,
    operation_id="client_granted_scopes_delete_api",
)
DELETE_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.delete_by_subject",
    "DELETE",
    "/api/{service_id}/client/granted_scopes/delete/{client_id}/{subject}",
    GrantedScopesDeletion,
    Effect.DESTROY,
    operation_id="client_granted_scopes_delete_by_subject_api",
    secret_params=("subject",),
)

# Reads a grant or revokes it, as its body says.
MANAGE = Operation(
    "grant.manage",
    "POST",
    "/api/{service_id}/gm",
    dict,
    Effect.DESTROY,
    operation_id="grant_m_api",
    success_actions=("OK", "NO_CONTENT"),
)


class GrantsApi:
    """What users have allowed the clients of one service."""

    def __init__(self, client: ApiClient, service_id: int) -> None:
        self._client = client
        self._path_params = {"service_id": service_id}

    def list_authorized_clients(
        self, subject: str, *, start: int = 0, end: int = PAGE_SIZE
    ) -> AuthorizedClientPage:
        """One page of the clients that hold tokens of a user; ``end`` is the first
        index that is left out."""
        body = {"subject": require_subject(subject), "start": start, "end": end}
        return self._client.send(LIST_POST, path_params=self._path_params, body=body)

    def revoke_authorization(
        self, client_id: int, subject: str, *, label: str = ""
    ) -> AuthorizationDeletion:
        """Delete all tokens that a client holds of a user; none is a success too.

        The scopes that were granted stay remembered: see `delete_granted_scopes`.
        """
        return self._client.send(
            DELETE_POST,
            path_params=self._client_params(client_id),
            body={"subject": require_subject(subject)},
            label=label,
        )

    def get_granted_scopes(self, client_id: int, subject: str) -> GrantedScopesReply:
        """What a user once granted to a client, whether tokens are left or not."""
        body = {"subject": require_subject(subject)}
        return self._client.send(
            GET_SCOPES_POST, path_params=self._client_params(client_id), body=body
        )

    def delete_granted_scopes(
        self, client_id: int, subject: str, *, label: str = ""
    ) -> GrantedScopesDeletion:
        """Forget what a user granted to a client; no token is touched.

        There is no call for it with the subject in a body, so it goes in the query,
        which is in no record and no log of ours.
        """
        return self._client.send(
            DELETE_SCOPES,
            path_params=self._client_params(client_id),
            query={"subject": require_subject(subject)},
            label=label,
        )

    def _client_params(self, client_id: int) -> dict[str, int]:
        return {**self._path_params, "client_id": require_client_id(client_id)}
