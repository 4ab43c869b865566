"""Operations on keys in hardware security modules (HSMs)."""

from collections.abc import Mapping
from typing import Any

from pydantic import model_validator

from tenants.authlete.api_client import ServiceResource
from tenants.authlete.changes import diff_objects
from tenants.authlete.documents.base import ApiModel
from tenants.authlete.operation import MAX_LIST_RESPONSE_BYTES, Effect, Operation


class HardwareKey(ApiModel):
    """The public part of a key in a hardware security module."""

    kid: str = ""
    kty: str = ""
    use: str = ""
    alg: str = ""
    hsm_name: str = ""
    handle: str = ""  # Authlete's ID of the key
    public_key: str = ""  # base64 of its DER form, if known

    @model_validator(mode="before")
    @classmethod
    def _drop_nulls(cls, data: Any) -> Any:
        """Use the default for a field that is null."""
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if value is not None}


class HardwareKeyReply(ApiModel):
    """One key; none in an empty response to a delete."""

    hsk: HardwareKey | None = None


class HardwareKeyList(ApiModel):
    """All keys of a service."""

    hsks: list[HardwareKey] | None = None  # absent where it has none


LIST = Operation(
    "key.list",
    "GET /api/{service_id}/hsk/get/list",
    HardwareKeyList,
    success_actions=("SUCCESS",),
    max_response_bytes=MAX_LIST_RESPONSE_BYTES,
)
GET = Operation(
    "key.get",
    "GET /api/{service_id}/hsk/get/{handle}",
    HardwareKeyReply,
    success_actions=("SUCCESS",),
)
CREATE = Operation(
    "key.create",
    "POST /api/{service_id}/hsk/create",
    HardwareKeyReply,
    Effect.CHANGE,
    success_actions=("SUCCESS",),
)
# Spec 3.0.16 says 204 and describes a body; either is taken.
DELETE = Operation(
    "key.delete",
    "DELETE /api/{service_id}/hsk/delete/{handle}",
    HardwareKeyReply,
    Effect.DESTROY,
    success_statuses=(200, 204),
    success_actions=("SUCCESS",),
)


class HardwareKeysApi(ServiceResource):
    """The hardware keys of one service."""

    def list(self) -> list[HardwareKey]:
        return self._send(LIST).hsks or []

    def create(
        self, *, kty: str, use: str, alg: str, kid: str, hsm_name: str = ""
    ) -> HardwareKey | None:
        """Create a key, by default in the default module.

        Authlete does not check whether ``kid`` is unique, and cannot change a key later
        (Authlete facts, 8b).
        """
        body = {"kty": kty, "use": use, "alg": alg, "kid": kid}
        if hsm_name:
            body["hsmName"] = hsm_name
        return self._send(CREATE, body=body, label=kid, changes=diff_objects({}, body)).hsk

    def delete(self, handle: str, label: str) -> None:
        """Delete a key permanently; ``label`` is its ``kid``."""
        self._send(
            DELETE,
            path_params=self._path_params | {"handle": handle},
            label=label,
            reconciliation_hints={"handle": handle},
        )
