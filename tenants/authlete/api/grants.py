"""Calls about what a person has allowed a client: tokens held, scopes remembered.

Where there is a choice, the console puts the subject into the body, so that it
stands in no address.
"""

import re

from tenants.authlete.api.narrowing import whole_client, whole_subject
from tenants.authlete.documents.base import Wire
from tenants.authlete.documents.client import Client
from tenants.authlete.door import Door
from tenants.authlete.operation import Effect, Operation

PAGE = 100  # clients of one call

CODE = re.compile(r"\[A\d{6}\]")
NUMBER = re.compile(r"(?<![\w/.])\d+(?![\w/])")


class AllowedPage(Wire):
    """One page of the clients that hold tokens of a user, be they expired."""

    start: int
    end: int
    total_count: int
    clients: list[Client] | None = None  # the short view; null where none was asked for


class EndedAuthorization(Wire):
    """What became of the tokens that a client held of a user."""

    result_code: str = ""
    result_message: str = ""

    @property
    def count(self) -> int | None:
        """How many access tokens were deleted, where the message says one number; it
        is all that tells it (api.md, section 7)."""
        found = NUMBER.findall(CODE.sub("", self.result_message))
        return int(found[0]) if len(found) == 1 else None


class GrantedScopes(Wire):
    """The scopes that a user granted to a client, as Authlete remembers them.

    None: nothing is remembered; an empty list: granted without any scope.
    ``modified_at`` is in milliseconds since 1970.
    """

    latest_granted_scopes: list[str] | None = None
    merged_granted_scopes: list[str] | None = None  # with those of earlier times
    modified_at: int = 0

    @property
    def are_known(self) -> bool:
        return self.latest_granted_scopes is not None


class ForgottenScopes(Wire):
    """What became of the scopes that a user granted to a client."""

    result_code: str = ""
    result_message: str = ""


LIST = Operation(
    "authorization.list",
    "GET",
    "/api/{service_id}/client/authorization/get/list",
    AllowedPage,
    spec="client_authorization_get_list_api",
)
LIST_POST = Operation(
    "authorization.list_post",
    "POST",
    "/api/{service_id}/client/authorization/get/list",
    AllowedPage,
    spec="client_authorization_get_list_api_post",
)
LIST_BY_SUBJECT = Operation(
    "authorization.list_by_subject",
    "GET",
    "/api/{service_id}/client/authorization/get/list/{subject}",
    AllowedPage,
    spec="client_authorization_get_list_by_subject_api",
    hidden=("subject",),
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
    EndedAuthorization,
    Effect.DESTROY,
    spec="client_authorization_delete_api",
)
DELETE_POST = Operation(
    "authorization.delete_post",
    "POST",
    "/api/{service_id}/client/authorization/delete/{client_id}",
    EndedAuthorization,
    Effect.DESTROY,
    spec="client_authorization_delete_api_post",
)
DELETE_BY_SUBJECT = Operation(
    "authorization.delete_by_subject",
    "DELETE",
    "/api/{service_id}/client/authorization/delete/{client_id}/{subject}",
    EndedAuthorization,
    Effect.DESTROY,
    spec="client_authorization_delete_by_subject_api",
    hidden=("subject",),
)

GET_SCOPES = Operation(
    "granted_scopes.get",
    "GET",
    "/api/{service_id}/client/granted_scopes/get/{client_id}",
    GrantedScopes,
    spec="client_granted_scopes_get_api",
)
GET_SCOPES_POST = Operation(
    "granted_scopes.get_post",
    "POST",
    "/api/{service_id}/client/granted_scopes/get/{client_id}",
    GrantedScopes,
    spec="client_granted_scopes_get_api_post",
)
GET_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.get_by_subject",
    "GET",
    "/api/{service_id}/client/granted_scopes/get/{client_id}/{subject}",
    GrantedScopes,
    spec="client_granted_scopes_get_by_subject_api",
    hidden=("subject",),
)
DELETE_SCOPES = Operation(
    "granted_scopes.delete",
    "DELETE",
    "/api/{service_id}/client/granted_scopes/delete/{client_id}",
    ForgottenScopes,
    Effect.DESTROY,
    spec="client_granted_scopes_delete_api",
)
DELETE_SCOPES_BY_SUBJECT = Operation(
    "granted_scopes.delete_by_subject",
    "DELETE",
    "/api/{service_id}/client/granted_scopes/delete/{client_id}/{subject}",
    ForgottenScopes,
    Effect.DESTROY,
    spec="client_granted_scopes_delete_by_subject_api",
    hidden=("subject",),
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


class Grants:
    """What users have allowed the clients of one service."""

    def __init__(self, door: Door, service_id: int) -> None:
        self._door = door
        self._places = {"service_id": service_id}

    def authorizations(
        self, subject: str, *, start: int = 0, end: int = PAGE
    ) -> AllowedPage:
        """One page of the clients that hold tokens of a user; ``end`` is the first
        index that is left out."""
        body = {"subject": whole_subject(subject), "start": start, "end": end}
        return self._door.send(LIST_POST, places=self._places, body=body)

    def revoke_authorization(
        self, client_id: int, subject: str, *, label: str = ""
    ) -> EndedAuthorization:
        """Delete all tokens that a client holds of a user; none is a success too.

        The scopes that were granted stay remembered: see `delete_granted_scopes`.
        """
        return self._door.send(
            DELETE_POST,
            places=self._of(client_id),
            body={"subject": whole_subject(subject)},
            label=label,
        )

    def granted_scopes(self, client_id: int, subject: str) -> GrantedScopes:
        """What a user once granted to a client, whether tokens are left or not."""
        body = {"subject": whole_subject(subject)}
        return self._door.send(GET_SCOPES_POST, places=self._of(client_id), body=body)

    def delete_granted_scopes(
        self, client_id: int, subject: str, *, label: str = ""
    ) -> ForgottenScopes:
        """Forget what a user granted to a client; no token is touched.

        There is no call for it with the subject in a body, so it goes in the query,
        which is in no record and no log of ours.
        """
        return self._door.send(
            DELETE_SCOPES,
            places=self._of(client_id),
            query={"subject": whole_subject(subject)},
            label=label,
        )

    def _of(self, client_id: int) -> dict[str, int]:
        return {**self._places, "client_id": whole_client(client_id)}
