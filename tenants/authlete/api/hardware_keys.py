"""Calls about hardware security keys."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from tenants.authlete.api_client import ApiClient
from tenants.authlete.changes import diff_objects
from tenants.authlete.documents.base import ApiModel
from tenants.authlete.operation import Effect, Operation


class HardwareKey(ApiModel):
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
    def _drop_nulls(cls, data: Any) -> Any:
        """A null spoils nothing but its own place."""
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if value is not None}


class HardwareKeyReply(ApiModel):
    """One key, or none where a delete answers with nothing."""

    hsk: HardwareKey | None = None


class HardwareKeyList(ApiModel):
    """All keys of a service."""

    hsks: list[HardwareKey] | None = None  # absent where it has none


LIST = Operation(
    "key.list",
    "GET",
    "/api/{service_id}/hsk/get/list",
    HardwareKeyList,
    operation_id="hsk_get_list_api",
    success_actions=("SUCCESS",),
)
GET = Operation(
    "key.get",
    "GET",
    "/api/{service_id}/hsk/get/{handle}",
    HardwareKeyReply,
    operation_id="hsk_get_api",
    success_actions=("SUCCESS",),
)
CREATE = Operation(
    "key.create",
    "POST",
    "/api/{service_id}/hsk/create",
    HardwareKeyReply,
    Effect.CHANGE,
    operation_id="hsk_create_api",
    success_actions=("SUCCESS",),
)
# Spec 3.0.16 says 204 and describes a body; either is taken.
DELETE = Operation(
    "key.delete",
    "DELETE",
    "/api/{service_id}/hsk/delete/{handle}",
    HardwareKeyReply,
    Effect.DESTROY,
    operation_id="hsk_delete_api",
    success_actions=("SUCCESS",),
)


class HardwareKeysApi:
    """The keys of one service that are in hardware security modules."""

    def __init__(self, client: ApiClient, service_id: int) -> None:
        self._client = client
        self._path_params = {"service_id": service_id}

    def list(self) -> list[HardwareKey]:
        return self._client.send(LIST, path_params=self._path_params).hsks or []

    def create(
        self, *, kty: str, use: str, alg: str, kid: str, hsm_name: str = ""
    ) -> HardwareKey | None:
        """Make a key; without ``module`` in the default one.

        Authlete checks for no second key of that ``kid``, and can change nothing of
        a key afterwards (Authlete facts, 8b).
        """
        body = {"kty": kty, "use": use, "alg": alg, "kid": kid}
        if hsm_name:
            body["hsmName"] = hsm_name
        return self._client.send(
            CREATE,
            path_params=self._path_params,
            body=body,
            label=kid,
            changes=diff_objects({}, body),
        ).hsk

    def delete(self, handle: str, label: str) -> None:
        """Destroy a key in its module, for good; ``label`` is its ``kid``."""
        places = self._path_params | {"handle": handle}
        self._client.send(
            DELETE,
            path_params=places,
            label=label,
            reconciliation_hints={"handle": handle},
        )
