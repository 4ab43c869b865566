"""Operations on batches of tokens to create."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from tenants.authlete.api_client import ServiceResource
from tenants.authlete.documents.base import ApiModel, ResultReply
from tenants.authlete.operation import Effect, Operation


class BatchAccepted(ResultReply):
    """The ID of an accepted batch; its status can be read with it alone."""

    request_id: str | None = None


class BatchStatus(ApiModel):
    """The status of a batch; times are in milliseconds since 1970.

    It has no ``result`` while it runs. A failed batch may have created ``token_count`` tokens.
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
    "POST /api/{service_id}/auth/token/create/batch",
    BatchAccepted,
    Effect.REVEAL,  # the caller chooses the token values
)
# The same call with ``dryRun``, which makes no token.
DRY_RUN = Operation(
    "token_batch.dry_run", "POST /api/{service_id}/auth/token/create/batch", BatchAccepted
)
STATUS = Operation(
    "token_batch.status",
    "GET /api/{service_id}/auth/token/create/batch/status/{token_batch_request_id}",
    BatchStatusReply,
)

type BatchEntries = Sequence[Mapping[str, Any]]


class TokenBatchesApi(ServiceResource):
    """The token batches of one service."""

    def create(self, entries: BatchEntries, *, label: str = "") -> str:
        """Submit a batch; return its request ID, or an empty string if Authlete sends none."""
        return self._submit(CREATE, entries, {}, label, reconciliation_hints={"size": len(entries)})

    def dry_run(self, entries: BatchEntries, *, label: str = "") -> str:
        """Submit a batch to be checked only."""
        return self._submit(DRY_RUN, entries, {"dryRun": "true"}, label, reconciliation_hints={})

    def status(self, request_id: str) -> BatchStatus:
        """Return the status of a batch; raise `NotFoundError` if Authlete does not know it."""
        params = {**self._path_params, "token_batch_request_id": request_id}
        return self._send(STATUS, path_params=params).status or BatchStatus()

    def _submit(
        self,
        operation: Operation[BatchAccepted],
        entries: BatchEntries,
        query: Mapping[str, str],
        label: str,
        reconciliation_hints: Mapping[str, Any],
    ) -> str:
        reply = self._send(
            operation,
            query=query,
            body=entries,
            label=label,
            reconciliation_hints=reconciliation_hints,
        )
        return reply.request_id or ""
