"""What the calls in `api` go through."""

from collections.abc import Mapping
from typing import Any, Protocol

from tenants.authlete.changes import FieldChange
from tenants.authlete.edits import WriteResult
from tenants.authlete.operation import Operation, PathParams, RequestBody


class ApiClient(Protocol):
    """Makes calls; `Authlete` is the real one."""

    def send[Reply](
        self,
        operation: Operation[Reply],
        *,
        path_params: PathParams | None = None,
        query: Mapping[str, Any] | None = None,
        body: RequestBody | None = None,
        label: str = "",
        changes: tuple[FieldChange, ...] = (),
        reconciliation_hints: Mapping[str, Any] | None = None,
    ) -> Reply:
        """Make one call and return its reply; ``changes`` are what it is to change,
        and ``known`` is by what one can tell later whether it did, for the record."""

    def create[Reply](
        self,
        operation: Operation[Reply],
        *,
        path_params: PathParams | None = None,
        body: RequestBody,
        fields: Mapping[str, Any],
        reconciliation_hints: Mapping[str, Any] | None = None,
        is_document: bool = True,
    ) -> WriteResult[Reply]:
        """Make an object with the members ``made``, which is all or a part of
        ``body``, and keep in the record what it was made with: of a service or client,
        as ``is_document`` says, no values of members that are not known."""

    def redact(self, value: Any) -> Any:
        """``value`` as the program may see it, secrets sealed."""

    def edit[Reply](
        self,
        read_operation: Operation[Reply],
        write_operation: Operation[Reply],
        *,
        path_params: PathParams,
        base_version: int,
        edits: Mapping[str, object],
    ) -> WriteResult[Reply]:
        """Change some members of an object that is still at version ``base``."""
