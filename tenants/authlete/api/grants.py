"""Operations on what users have authorized: tokens of clients, and granted scopes.

Where there is a choice, the subject is sent in the body, so that no URL contains it.
"""

import re

from tenants.authlete.api.identifiers import require_client_id, require_subject
from tenants.authlete.api_client import ServiceResource
from tenants.authlete.documents.base import ApiModel, ResultReply
from tenants.authlete.documents.client import Client
from tenants.authlete.operation import MAX_LIST_RESPONSE_BYTES, Effect, Operation

PAGE_SIZE = 100

RESULT_CODE_PATTERN = re.compile(r"\[A\d{6}\]")
NUMBER_PATTERN = re.compile(r"(?<![\w/.])\d+(?![\w/])")


class AuthorizedClientPage(ApiModel):
    """One page of the clients that have tokens of a user, expired ones included."""

    start: int
    end: int
    total_count: int
    clients: list[Client] | None = None  # with few fields; None for an empty page


class AuthorizationDeletion(ResultReply):
    """The result of deleting a client's tokens of a user."""

    @property
    def count(self) -> int | None:
        """Return the number of deleted access tokens, if the message has exactly one number.

        No other field has it (Authlete facts, 7).
        """
        numbers = NUMBER_PATTERN.findall(RESULT_CODE_PATTERN.sub("", self.result_message))
        return int(numbers[0]) if len(numbers) == 1 else None


class GrantedScopesReply(ApiModel):
    """The scopes that a user granted to a client.

    None if nothing is recorded, an empty list if no scope was granted. ``modified_at`` is in
    milliseconds since 1970.
    """

    latest_granted_scopes: list[str] | None = None
    merged_granted_scopes: list[str] | None = None  # of all times
    modified_at: int = 0

    @property
    def is_recorded(self) -> bool:
        return self.latest_granted_scopes is not None


LIST = Operation(
    "authorization.list",
    "GET /api/{service_id}/client/authorization/get/list",
    AuthorizedClientPage,
    max_response_bytes=MAX_LIST_RESPONSE_BYTES,
)
LIST_POST = Operation(
    "authorization.list_post",
    "POST /api/{service_id}/client/authorization/get/list",
    AuthorizedClientPage,
    operation_id="client_authorization_get_list_api_post",
    max_response_bytes=MAX_LIST_RESPONSE_BYTES,
)
LIST_BY_SUBJECT = Operation(
    "authorization.list_by_subject",
    "GET /api/{service_id}/client/authorization/get/list/{subject}",
    AuthorizedClientPage,
    operation_id="client_authorization_get_list_by_subject_api",
    secret_params=("subject",),
    max_response_bytes=MAX_LIST_RESPONSE_BYTES,
)
UPDATE = Operation(
    "authorization.update",
    "POST /api/{service_id}/client/authorization/update/{client_id}",
    ResultReply,
    Effect.CHANGE,
)
DELETE = Operation(
    "authorization.delete",
    "DELETE /api/{service_id}/client/authorization/delete/{client_id}",
    AuthorizationDeletion,
    Effect.DESTROY,
)
DELETE_POST = Operation(
    "authorization.delete_post",
    "POST /api/{service_id}/client/authorization/delete/{client_id}",
    AuthorizationDeletion,
    Effect.DESTROY,
    operation_id="client_authorization_delete_api_post",
)
DELETE_BY_SUBJECT = Operation(
    "authorization.delete_by_subject",
    "DELETE /api/{service_id}/client/authorization/delete/{client_id}/{subject}",
    AuthorizationDeletion,
    Effect.DESTROY,
    operation_id="client_authorization_delete_by_subject_api",
    secret_params=("subject",),
)

GET_SCOPES = Operation(
    "granted_scopes.get",
    "GET /api/{service_id}/client/granted_scopes/get/{client_id}",
    GrantedScopesReply,
)
GET_SCOPES_POST = Operation(
    "granted_scopes.get_post",
    "POST /api/{service_id}/client/granted_scopes/get/{client_id}",
    GrantedScopesReply,
    operation_id="client_granted_scopes_get_api_post",
)
GET_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.get_by_subject",
    "GET /api/{service_id}/client/granted_scopes/get/{client_id}/{subject}",
    GrantedScopesReply,
    operation_id="client_granted_scopes_get_by_subject_api",
    secret_params=("subject",),
)
DELETE_SCOPES = Operation(
    "granted_scopes.delete",
    "DELETE /api/{service_id}/client/granted_scopes/delete/{client_id}",
    ResultReply,
    Effect.DESTROY,
)
DELETE_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.delete_by_subject",
    "DELETE /api/{service_id}/client/granted_scopes/delete/{client_id}/{subject}",
    ResultReply,
    Effect.DESTROY,
    operation_id="client_granted_scopes_delete_by_subject_api",
    secret_params=("subject",),
)

# Reads a grant or revokes it, as its body says.
MANAGE = Operation(
    "grant.manage",
    "POST /api/{service_id}/gm",
    dict,
    Effect.DESTROY,
    operation_id="grant_m_api",
    success_actions=("OK", "NO_CONTENT"),
)


class GrantsApi(ServiceResource):
    """The authorizations and granted scopes of one service."""

    def list_authorized_clients(
        self, subject: str, *, start: int = 0, end: int = PAGE_SIZE
    ) -> AuthorizedClientPage:
        """Return clients with tokens of a user, from ``start`` up to, not including, ``end``."""
        body = {"subject": require_subject(subject), "start": start, "end": end}
        return self._send(LIST_POST, body=body)

    def revoke_authorization(
        self, client_id: int, subject: str, *, label: str = ""
    ) -> AuthorizationDeletion:
        """Delete all of a client's tokens of a user; succeed if there are none.

        Granted scopes stay recorded, see `delete_granted_scopes`.
        """
        return self._send(
            DELETE_POST,
            path_params=self._client_params(client_id),
            body={"subject": require_subject(subject)},
            label=label,
        )

    def get_granted_scopes(self, client_id: int, subject: str) -> GrantedScopesReply:
        """Return the scopes that a user granted to a client, with or without tokens."""
        body = {"subject": require_subject(subject)}
        return self._send(GET_SCOPES_POST, path_params=self._client_params(client_id), body=body)

    def delete_granted_scopes(
        self, client_id: int, subject: str, *, label: str = ""
    ) -> ResultReply:
        """Delete the scopes that a user granted to a client; tokens are not affected.

        No operation for it takes the subject in a body, so it is sent in the query, which
        neither the audit log nor other logs contain.
        """
        return self._send(
            DELETE_SCOPES,
            path_params=self._client_params(client_id),
            query={"subject": require_subject(subject)},
            label=label,
        )

    def _client_params(self, client_id: int) -> dict[str, int]:
        return {**self._path_params, "client_id": require_client_id(client_id)}
