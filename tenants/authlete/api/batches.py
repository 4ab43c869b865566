"""Calls about many tokens made at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from tenants.authlete.documents.base import Wire
from tenants.authlete.door import Door
from tenants.authlete.operation import Effect, Operation


class Accepted(Wire):
    """What came of a batch that was sent: the id is the only way to ask for it."""

    request_id: str | None = None


class BatchStatus(Wire):
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


class Told(Wire):
    """The status of a batch, which may be missing while it runs."""

    status: BatchStatus | None = None


CREATE = Operation(
    "token_batch.create",
    "POST",
    "/api/{service_id}/auth/token/create/batch",
    Accepted,
    Effect.REVEAL,  # whoever chose the values holds tokens of anybody afterwards
    spec="auth_token_create_batch_api",
)
# The same call with ``dryRun``, which makes no token.
DRY_RUN = Operation(
    "token_batch.dry_run",
    "POST",
    "/api/{service_id}/auth/token/create/batch",
    Accepted,
    spec="auth_token_create_batch_api",
)
STATUS = Operation(
    "token_batch.status",
    "GET",
    "/api/{service_id}/auth/token/create/batch/status/{token_batch_request_id}",
    Told,
    spec="auth_token_create_batch_status_api",
)

type Entries = Sequence[Mapping[str, Any]]


class TokenBatches:
    """The batches of one service, of which Authlete has no list."""

    def __init__(self, door: Door, service_id: int) -> None:
        self._door = door
        self._places = {"service_id": service_id}

    def create(self, entries: Entries, *, label: str = "") -> str:
        """Have tokens made, some time later, and return the id of the request.

        It is empty where Authlete took them and told none.
        """
        return self._sent(CREATE, entries, {}, label, known={"size": len(entries)})

    def dry_run(self, entries: Entries, *, label: str = "") -> str:
        """The same, and no token is made."""
        return self._sent(DRY_RUN, entries, {"dryRun": "true"}, label, known={})

    def status(self, request_id: str) -> BatchStatus:
        """Raises `NotFound` where Authlete knows no such batch."""
        places = {**self._places, "token_batch_request_id": request_id}
        return self._door.send(STATUS, places=places).status or BatchStatus()

    def _sent(
        self,
        operation: Operation[Accepted],
        entries: Entries,
        query: Mapping[str, str],
        label: str,
        known: Mapping[str, Any],
    ) -> str:
        reply = self._door.send(
            operation,
            places=self._places,
            query=query,
            body=entries,
            label=label,
            known=known,
        )
        return reply.request_id or ""
