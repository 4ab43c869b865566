"""Calls about many tokens made at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from tenants.authlete.api_client import ApiClient
from tenants.authlete.documents.base import ApiModel
from tenants.authlete.operation import Effect, Operation


class BatchAccepted(ApiModel):
    """What came of a batch that was sent: the id is the only way to ask for it."""

    request_id: str | None = None


class BatchStatus(ApiModel):
    """How a batch went; times are in milliseconds since 1970.

    Without a ``result`` it is not done yet. A batch that FAILED may have made
    ``token_count`` tokens before.
    """

    result: str | None = None
    error_code: str | None = None
    error_description: str | None = None
    token_count: int = Field(default=0, ge=0)
    created_at: int = 0
    modified_at: int = 0


class BatchStatusReply(ApiModel):
    """The status of a batch, which may be missing while it runs."""

    status: BatchStatus | None = None


CREATE = Operation(
    "token_batch.create",
    "POST",
    "/api/{service_id}/auth/token/create/batch",
    BatchAccepted,
    Effect.REVEAL,  # whoever chose the values holds tokens of anybody afterwards
    operation_id="auth_token_create_batch_api",
)
# The same call with ``dryRun``, which makes no token.
DRY_RUN = Operation(
    "token_batch.dry_run",
    "POST",
    "/api/{service_id}/auth/token/create/batch",
    BatchAccepted,
    operation_id="auth_token_create_batch_api",
)
STATUS = Operation(
    "token_batch.status",
    "GET",
    "/api/{service_id}/auth/token/create/batch/status/{token_batch_request_id}",
    BatchStatusReply,
    operation_id="auth_token_create_batch_status_api",
)

type BatchEntries = Sequence[Mapping[str, Any]]


class TokenBatchesApi:
    """The batches of one service, of which Authlete has no list."""

    def __init__(self, client: ApiClient, service_id: int) -> None:
        self._client = client
        self._path_params = {"service_id": service_id}

    def create(self, entries: BatchEntries, *, label: str = "") -> str:
        """Have tokens made, some time later, and return the id of the request.

        It is empty where Authlete took them and told none.
        """
        return self._submit(CREATE, entries, {}, label, reconciliation_hints={"size": len(entries)})

    def dry_run(self, entries: BatchEntries, *, label: str = "") -> str:
        """The same, and no token is made."""
        return self._submit(DRY_RUN, entries, {"dryRun": "true"}, label, reconciliation_hints={})

    def status(self, request_id: str) -> BatchStatus:
        """Raises `NotFound` where Authlete knows no such batch."""
        places = {**self._path_params, "token_batch_request_id": request_id}
        return self._client.send(STATUS, path_params=places).status or BatchStatus()

    def _submit(
        self,
        operation: Operation[BatchAccepted],
        entries: BatchEntries,
        query: Mapping[str, str],
        label: str,
        reconciliation_hints: Mapping[str, Any],
    ) -> str:
        reply = self._client.send(
            operation,
            path_params=self._path_params,
            query=query,
            body=entries,
            label=label,
            reconciliation_hints=reconciliation_hints,
        )
        return reply.request_id or ""
