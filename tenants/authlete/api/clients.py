"""Calls about clients, the applications that a service knows."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from tenants.authlete.api.knowing import counted
from tenants.authlete.changes import Change
from tenants.authlete.documents.base import Wire
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.door import Door
from tenants.authlete.editing import Written
from tenants.authlete.errors import BadRequest
from tenants.authlete.operation import Effect, Operation

LOCKED_ALREADY = ("A293203", "A293204")  # the flag has that value (api.md, section 6)


class MadeClient(Wire):
    """What a new client is known by, and its secret, which nothing shows again
    without a reveal."""

    client_id: int
    client_id_alias: str | None = None
    client_secret: SecretStr | None = None  # a public client has one as well


class HeldSecret(Wire):
    """A client's secret, in the open; for exactly one response."""

    client_id: int
    client_secret: SecretStr | None = None


class ChangedSecret(Wire):
    """A client's secret after a change of it, and the one that it had before."""

    new_client_secret: SecretStr
    old_client_secret: SecretStr | None = None


class RequestableScopes(Wire):
    """The scopes that a client may ask for: None for any, an empty list for none."""

    requestable_scopes: list[str] | None = None


LIST = Operation(
    "client.list",
    "GET",
    "/api/{service_id}/client/get/list",
    ClientPage,
    spec="client_get_list_api",
)
GET = Operation(
    "client.get",
    "GET",
    "/api/{service_id}/client/get/{client_id}",
    Client,
    spec="client_get_api",
)
# The same call, for somebody who is to see the secret.
REVEAL_SECRET = Operation(
    "client.reveal_secret",
    "GET",
    "/api/{service_id}/client/get/{client_id}",
    HeldSecret,
    Effect.REVEAL,
    spec="client_get_api",
    reveals=("clientSecret",),
)
# The same call, for nobody's eyes: sealed, so that it can be put back.
KEEP_SECRET = Operation(
    "client.keep_secret",
    "GET",
    "/api/{service_id}/client/get/{client_id}",
    HeldSecret,
    Effect.REVEAL,
    spec="client_get_api",
    reveals=("clientSecret",),
)
CREATE = Operation(
    "client.create",
    "POST",
    "/api/{service_id}/client/create",
    MadeClient,
    Effect.CHANGE,
    spec="client_create_api",
    reveals=("clientSecret",),
)
UPDATE = Operation(
    "client.update",
    "POST",
    "/api/{service_id}/client/update/{client_id}",
    Client,
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
    ChangedSecret,
    Effect.REVEAL,
    spec="client_secret_refresh_api",
    reveals=("newClientSecret", "oldClientSecret"),
)
SET_SECRET = Operation(
    "client.set_secret",
    "POST",
    "/api/{service_id}/client/secret/update/{client_identifier}",
    ChangedSecret,
    Effect.REVEAL,
    spec="client_secret_update_api",
    reveals=("newClientSecret", "oldClientSecret"),
)

GET_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.get",
    "GET",
    "/api/{service_id}/client/extension/requestable_scopes/get/{client_id}",
    RequestableScopes,
    spec="client_extension_requestables_scopes_get_api",
)
UPDATE_REQUESTABLE_SCOPES = Operation(
    "requestable_scopes.update",
    "PUT",
    "/api/{service_id}/client/extension/requestable_scopes/update/{client_id}",
    RequestableScopes,
    Effect.CHANGE,
    spec="client_extension_requestables_scopes_update_api",
)
UPDATE_REQUESTABLE_SCOPES_POST = Operation(
    "requestable_scopes.update_post",
    "POST",
    "/api/{service_id}/client/extension/requestable_scopes/update/{client_id}",
    RequestableScopes,
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


class Clients:
    """The clients of one service."""

    def __init__(self, door: Door, service_id: int) -> None:
        self._door = door
        self._places = {"service_id": service_id}

    def list(self, *, start: int = 0, end: int = 100) -> ClientPage:
        """One page; ``end`` is the first index that is left out."""
        query = {"start": start, "end": end}
        return self._door.send(LIST, places=self._places, query=query)

    def count(self) -> int:
        """How many there are; a page of none is the cheapest way to ask."""
        return self.list(start=0, end=0).total_count

    def create(self, client: Mapping[str, Any]) -> Written[MadeClient]:
        """Create a client with the members of ``client``."""
        return self._door.create(
            CREATE,
            places=self._places,
            body=client,
            made=client,
            known=counted(self.count),
        )


class ClientApi:
    """One client of a service; ``label`` is its name, for the record."""

    def __init__(
        self, door: Door, service_id: int, client_id: int, label: str = ""
    ) -> None:
        self._door = door
        self._label = label
        self._places = {"service_id": service_id, "client_id": client_id}

    def get(self) -> Client:
        return self._door.send(GET, places=self._places)

    def update(self, base: int, edits: Mapping[str, Any]) -> Written[Client]:
        """Set the members that ``edits`` names, and leave all others as they are.

        Raises `Stale` when the client is not at version ``base`` any more.
        """
        return self._door.edit(GET, UPDATE, places=self._places, base=base, edits=edits)

    def delete(self) -> None:
        """Delete it with its tokens; nothing brings it back."""
        self._door.send(DELETE, places=self._places, label=self._label)

    def set_lock(self, locked: bool) -> bool:
        """Lock or unlock it, and return whether that changed anything."""
        try:
            self._door.send(
                SET_LOCK,
                places=self._identified,
                body={"clientLocked": locked},
                label=self._label,
                changes=(Change("locked", not locked, locked),),
            )
        except BadRequest as error:
            if error.code in LOCKED_ALREADY:
                return False
            raise
        return True

    def reveal_secret(self) -> HeldSecret:
        return self._door.send(REVEAL_SECRET, places=self._places, label=self._label)

    def keep_secret(self) -> HeldSecret:
        """The same as `reveal_secret`, to be sealed and shown to nobody."""
        return self._door.send(KEEP_SECRET, places=self._places, label=self._label)

    def refresh_secret(self, before: str = "") -> ChangedSecret:
        """Let Authlete make a new secret; the old one stops working at once.

        ``before`` is the old one's fingerprint, for the record.
        """
        return self._door.send(
            REFRESH_SECRET,
            places=self._identified,
            label=self._label,
            known={"secret": before},
        )

    def set_secret(
        self, secret: SecretStr, changes: tuple[Change, ...] = ()
    ) -> ChangedSecret:
        """Give it this secret: 1 to 86 letters, digits, ``-`` and ``_``.

        ``changes`` are the fingerprints before and after, for the record.
        """
        return self._door.send(
            SET_SECRET,
            places=self._identified,
            body={"clientSecret": secret.get_secret_value()},
            label=self._label,
            changes=changes,
        )

    def requestable_scopes(self) -> RequestableScopes:
        return self._door.send(GET_REQUESTABLE_SCOPES, places=self._places)

    def set_requestable_scopes(
        self, scopes: Sequence[str], before: Sequence[str] | None
    ) -> RequestableScopes:
        """Let it ask for exactly these; what the service does not know is dropped.

        ``before`` is what it could ask for until now, for the record.
        """
        return self._door.send(
            UPDATE_REQUESTABLE_SCOPES,
            places=self._places,
            body={"requestableScopes": list(scopes)},
            label=self._label,
            changes=_limited(before, scopes),
        )

    def open_requestable_scopes(self, before: Sequence[str] | None) -> None:
        """Let it ask for any scope of the service again."""
        self._door.send(
            DELETE_REQUESTABLE_SCOPES,
            places=self._places,
            label=self._label,
            changes=_limited(before, None),
        )

    @property
    def _identified(self) -> dict[str, int]:
        """For paths that take an alias as well; the record wants the number."""
        return {**self._places, "client_identifier": self._places["client_id"]}


def _limited(
    before: Sequence[str] | None, after: Sequence[str] | None
) -> tuple[Change, ...]:
    """The change under the name that it has in the client (api.md, section 6)."""
    was, now = (None if one is None else list(one) for one in (before, after))
    return (Change("extension.requestableScopes", was, now),)
