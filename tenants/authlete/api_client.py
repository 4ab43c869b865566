"""The interface that the modules in `api` need of a client."""

from collections.abc import Mapping
from typing import Any, Protocol, TypedDict, Unpack

from pydantic import SecretStr

from tenants.authlete.changes import FieldChange
from tenants.authlete.edits import ChangeHints, WriteResult
from tenants.authlete.operation import Operation, PathParams, RequestBody
from tenants.authlete.redaction.redactor import Schema


class CallArguments(TypedDict, total=False):
    """The parameters of a call and of its audit entry."""

    path_params: PathParams
    query: Mapping[str, Any]
    body: RequestBody
    label: str  # name of the object, for people
    changes: tuple[FieldChange, ...]
    reconciliation_hints: Mapping[str, Any]  # see `CallIntent`


class ApiClient(Protocol):
    """Sends calls; implemented by `AuthleteClient`."""

    def send[Reply](self, operation: Operation[Reply], **arguments: Unpack[CallArguments]) -> Reply:
        """Send one call and return its reply."""

    def create[Reply](
        self,
        operation: Operation[Reply],
        *,
        body: RequestBody,
        fields: Mapping[str, Any],
        path_params: PathParams | None = None,
        reconciliation_hints: Mapping[str, Any] | None = None,
    ) -> WriteResult[Reply]:
        """Create an object and log the ``fields`` of ``body`` that it was created with."""

    def edit[Reply](
        self,
        read_operation: Operation[Reply],
        write_operation: Operation[Reply],
        *,
        path_params: PathParams,
        base_version: int,
        edits: Mapping[str, object],
        hints: ChangeHints | None = None,
    ) -> WriteResult[Reply]:
        """Change fields of an object if it is still at ``base_version``."""

    def reveal_unknown(
        self, operation: Operation[Any], field: str, **arguments: Unpack[CallArguments]
    ) -> SecretStr | None:
        """Return the value of an unknown field, in clear; None if there is no such field."""

    def redact(
        self, value: Any, service_id: int, client_id: int = 0, *, schema: Schema | None = None
    ) -> Any:
        """Return ``value`` with secrets replaced by the fingerprints of a service or client."""


class ServiceResource:
    """A part of the API that belongs to one service."""

    def __init__(self, client: ApiClient, service_id: int) -> None:
        self._client = client
        self._path_params = {"service_id": service_id}

    def _send[Reply](
        self, operation: Operation[Reply], **arguments: Unpack[CallArguments]
    ) -> Reply:
        """Send a call, by default with the path parameters of the resource."""
        arguments.setdefault("path_params", self._path_params)
        return self._client.send(operation, **arguments)

    def _reveal_unknown(
        self, operation: Operation[Any], field: str, label: str
    ) -> SecretStr | None:
        """Return the value of an unknown field, in clear; None if there is no such field."""
        changes = (FieldChange("revealed", None, field),)
        return self._client.reveal_unknown(
            operation, field, path_params=self._path_params, label=label, changes=changes
        )
