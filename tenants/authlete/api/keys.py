"""Calls about hardware security keys."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from tenants.authlete.changes import differences
from tenants.authlete.documents.base import Wire
from tenants.authlete.door import Door
from tenants.authlete.operation import Effect, Operation


class HardwareKey(Wire):
    """A key in a hardware security module; all of it is public."""

    kid: str = ""
    kty: str = ""
    use: str = ""
    alg: str = ""
    hsm_name: str = ""
    handle: str = ""  # Authlete's id of it
    public_key: str = ""  # base64 of its DER form; absent where the module told none

    @model_validator(mode="before")
    @classmethod
    def _told(cls, members: Any) -> Any:
        """A null spoils nothing but its own place."""
        if not isinstance(members, Mapping):
            return members
        return {name: value for name, value in members.items() if value is not None}


class KeyFound(Wire):
    """One key, or none where a delete answers with nothing."""

    hsk: HardwareKey | None = None


class KeyList(Wire):
    """All keys of a service."""

    hsks: list[HardwareKey] | None = None  # absent where it has none


LIST = Operation(
    "key.list",
    "GET",
    "/api/{service_id}/hsk/get/list",
    KeyList,
    spec="hsk_get_list_api",
    succeeds=("SUCCESS",),
)
GET = Operation(
    "key.get",
    "GET",
    "/api/{service_id}/hsk/get/{handle}",
    KeyFound,
    spec="hsk_get_api",
    succeeds=("SUCCESS",),
)
CREATE = Operation(
    "key.create",
    "POST",
    "/api/{service_id}/hsk/create",
    KeyFound,
    Effect.CHANGE,
    spec="hsk_create_api",
    succeeds=("SUCCESS",),
)
# Spec 3.0.16 says 204 and describes a body; either is taken.
DELETE = Operation(
    "key.delete",
    "DELETE",
    "/api/{service_id}/hsk/delete/{handle}",
    KeyFound,
    Effect.DESTROY,
    spec="hsk_delete_api",
    succeeds=("SUCCESS",),
)


class HardwareKeys:
    """The keys of one service that are in hardware security modules."""

    def __init__(self, door: Door, service_id: int) -> None:
        self._door = door
        self._places = {"service_id": service_id}

    def list(self) -> list[HardwareKey]:
        return self._door.send(LIST, places=self._places).hsks or []

    def create(
        self, *, kty: str, use: str, alg: str, kid: str, module: str = ""
    ) -> HardwareKey | None:
        """Make a key; without ``module`` in the default one.

        Authlete checks for no second key of that ``kid``, and can change nothing of
        a key afterwards (api.md, section 8b).
        """
        body = {"kty": kty, "use": use, "alg": alg, "kid": kid}
        if module:
            body["hsmName"] = module
        return self._door.send(
            CREATE,
            places=self._places,
            body=body,
            label=kid,
            changes=differences({}, body),
        ).hsk

    def delete(self, handle: str, label: str) -> None:
        """Destroy a key in its module, for good; ``label`` is its ``kid``."""
        places = self._places | {"handle": handle}
        self._door.send(DELETE, places=places, label=label, known={"handle": handle})
