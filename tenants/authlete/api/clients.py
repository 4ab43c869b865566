"""Operations on clients, the applications of a service."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import SecretStr

from tenants.authlete.api.reconciliation_hints import count_hint
from tenants.authlete.api_client import ApiClient, ServiceResource
from tenants.authlete.changes import FieldChange
from tenants.authlete.documents.base import ApiModel, ResultReply
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.edits import ChangeHints, WriteResult
from tenants.authlete.errors import BadRequestError
from tenants.authlete.operation import MAX_LIST_RESPONSE_BYTES, Effect, Operation

# The flag already has that value (Authlete facts, 6).
LOCK_UNCHANGED_CODES = ("A293203", "A293204")


class CreatedClientReply(ApiModel):
    """A new client's ID and secret."""

    document: ClassVar = Client  # of which the reply is a part

    client_id: int
    client_id_alias: str | None = None
    client_secret: SecretStr | None = None  # a public client has one as well


class ClientSecret(ApiModel):
    """A client's secret."""

    client_id: int
    client_secret: SecretStr | None = None


class ClientSecretChange(ApiModel):
    """A client's new and old secret."""

    new_client_secret: SecretStr
    old_client_secret: SecretStr | None = None


class RequestableScopes(ApiModel):
    """The scopes that a client may request: None for any, an empty list for none."""

    requestable_scopes: list[str] | None = None


class UpdatedScopes(RequestableScopes):
    """The scopes that an update stored."""

    requestable_scopes: list[str] | None


LIST = Operation(
    "client.list",
    "GET /api/{service_id}/client/get/list",
    ClientPage,
    max_response_bytes=MAX_LIST_RESPONSE_BYTES,
)
GET = Operation("client.get", "GET /api/{service_id}/client/get/{client_id}", Client)
# The same call, to show a field that this version doesn't know.
REVEAL_UNKNOWN = Operation(
    "client.reveal_unknown", "GET /api/{service_id}/client/get/{client_id}", Client, Effect.REVEAL
)
# The same call, to show the secret.
REVEAL_SECRET = Operation(
    "client.reveal_secret",
    "GET /api/{service_id}/client/get/{client_id}",
    ClientSecret,
    Effect.REVEAL,
    revealed_fields=("clientSecret",),
)
# The same call, to store the secret encrypted, so that it can be restored.
KEEP_SECRET = Operation(
    "client.keep_secret",
    "GET /api/{service_id}/client/get/{client_id}",
    ClientSecret,
    Effect.REVEAL,
    revealed_fields=("clientSecret",),
)
CREATE = Operation(
    "client.create",
    "POST /api/{service_id}/client/create",
    CreatedClientReply,
    Effect.CHANGE,
    success_statuses=(200, 201),
    revealed_fields=("clientSecret",),
)
UPDATE = Operation(
    "client.update", "POST /api/{service_id}/client/update/{client_id}", Client, Effect.CHANGE
)
DELETE = Operation(
    "client.delete",
    "DELETE /api/{service_id}/client/delete/{client_id}",
    type(None),
    Effect.DESTROY,
)
SET_LOCK = Operation(
    "client.set_lock",
    "POST /api/{service_id}/client/lock_flag/update/{client_identifier}",
    ResultReply,
    Effect.CHANGE,
    operation_id="client_flag_update_api",
)
# A GET that ends the old secret: never fetched ahead, never tried twice.
REFRESH_SECRET = Operation(
    "client.refresh_secret",
    "GET /api/{service_id}/client/secret/refresh/{client_identifier}",
    ClientSecretChange,
    Effect.REVEAL,
    revealed_fields=("newClientSecret", "oldClientSecret"),
)
SET_SECRET = Operation(
    "client.set_secret",
    "POST /api/{service_id}/client/secret/update/{client_identifier}",
    ClientSecretChange,
    Effect.REVEAL,
    revealed_fields=("newClientSecret", "oldClientSecret"),
)

GET_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.get",
    "GET /api/{service_id}/client/extension/requestable_scopes/get/{client_id}",
    RequestableScopes,
    operation_id="client_extension_requestables_scopes_get_api",
)
UPDATE_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.update",
    "PUT /api/{service_id}/client/extension/requestable_scopes/update/{client_id}",
    UpdatedScopes,
    Effect.CHANGE,
    operation_id="client_extension_requestables_scopes_update_api",
)
UPDATE_REQUESTABLE_SCOPES_POST = Operation(
    "requestable_scopes.update_post",
    "POST /api/{service_id}/client/extension/requestable_scopes/update/{client_id}",
    UpdatedScopes,
    Effect.CHANGE,
    operation_id="client_extension_requestables_scopes_update_api_post",
)
# Allows every scope again; the limit can be set again.
DELETE_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.delete",
    "DELETE /api/{service_id}/client/extension/requestable_scopes/delete/{client_id}",
    type(None),
    Effect.CHANGE,
    operation_id="client_extension_requestables_scopes_delete_api",
)


class ClientsApi(ServiceResource):
    """The clients of one service."""

    def list(self, *, start: int = 0, end: int = 100) -> ClientPage:
        """Return the clients from ``start`` up to, but not including, ``end``."""
        query = {"start": start, "end": end}
        return self._send(LIST, query=query)

    def count(self) -> int:
        """Count the clients."""
        return self.list(start=0, end=0).total_count

    def create(self, fields: Mapping[str, Any]) -> WriteResult[CreatedClientReply]:
        """Create a client."""
        return self._client.create(
            CREATE,
            path_params=self._path_params,
            body=fields,
            fields=fields,
            reconciliation_hints=count_hint(self.count),
        )


class ClientApi(ServiceResource):
    """One client of a service; ``label`` is its name for the audit log."""

    def __init__(self, client: ApiClient, service_id: int, client_id: int, label: str = "") -> None:
        super().__init__(client, service_id)
        self._label = label
        self._path_params["client_id"] = client_id

    def get(self) -> Client:
        return self._send(GET)

    def reveal_unknown(self, field: str, label: str) -> SecretStr | None:
        """Return the value of an unknown field; None if there is no such field."""
        return self._reveal_unknown(REVEAL_UNKNOWN, field, label)

    def update(
        self, base_version: int, edits: Mapping[str, Any], hints: ChangeHints | None = None
    ) -> WriteResult[Client]:
        """Set the fields of ``edits``; raise `StaleVersionError` after another change."""
        return self._client.edit(
            GET,
            UPDATE,
            path_params=self._path_params,
            base_version=base_version,
            edits=edits,
            hints=hints,
        )

    def delete(self) -> None:
        """Delete the client and its tokens permanently."""
        self._send(DELETE, label=self._label)

    def set_lock(self, is_locked: bool) -> bool:
        """Lock or unlock the client; return whether that changed anything."""
        try:
            self._send(
                SET_LOCK,
                path_params=self._identifier_params,
                body={"clientLocked": is_locked},
                label=self._label,
                changes=(FieldChange("locked", not is_locked, is_locked),),
            )
        except BadRequestError as error:
            if error.code in LOCK_UNCHANGED_CODES:
                return False
            raise
        return True

    def reveal_secret(self) -> ClientSecret:
        return self._send(REVEAL_SECRET, label=self._label)

    def keep_secret(self) -> ClientSecret:
        """Return the secret, to be encrypted and never displayed."""
        return self._send(KEEP_SECRET, label=self._label)

    def refresh_secret(self, old_fingerprint: str = "") -> ClientSecretChange:
        """Replace the secret by one that Authlete generates; the old one stops working."""
        return self._send(
            REFRESH_SECRET,
            path_params=self._identifier_params,
            label=self._label,
            reconciliation_hints={"secret": old_fingerprint},
        )

    def set_secret(
        self, secret: SecretStr, changes: tuple[FieldChange, ...] = ()
    ) -> ClientSecretChange:
        """Set the secret: 1 to 86 letters, digits, ``-`` and ``_``.

        ``changes`` has the fingerprints before and after, for the audit log.
        """
        return self._send(
            SET_SECRET,
            path_params=self._identifier_params,
            body={"clientSecret": secret.get_secret_value()},
            label=self._label,
            changes=changes,
        )

    def get_requestable_scopes(self) -> RequestableScopes:
        return self._send(GET_REQUESTABLE_SCOPES)

    def set_requestable_scopes(
        self, scopes: Sequence[str], previous: Sequence[str] | None
    ) -> RequestableScopes:
        """Restrict the client to these scopes; Authlete drops those that do not exist.

        ``previous`` is for the audit log.
        """
        return self._send(
            UPDATE_REQUESTABLE_SCOPES,
            body={"requestableScopes": list(scopes)},
            label=self._label,
            changes=_scope_change(previous, scopes),
        )

    def clear_requestable_scopes(self, previous: Sequence[str] | None) -> None:
        """Let the client request any scope of the service."""
        self._send(
            DELETE_REQUESTABLE_SCOPES, label=self._label, changes=_scope_change(previous, None)
        )

    @property
    def _identifier_params(self) -> dict[str, int]:
        """Return the parameters of paths that also accept an alias."""
        return {**self._path_params, "client_identifier": self._path_params["client_id"]}


def _scope_change(
    before: Sequence[str] | None, after: Sequence[str] | None
) -> tuple[FieldChange, ...]:
    """Return the change of the client's field for them (Authlete facts, 6)."""
    old, new = (None if scopes is None else list(scopes) for scopes in (before, after))
    return (FieldChange("extension.requestableScopes", old, new),)
