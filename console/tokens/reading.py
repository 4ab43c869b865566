"""One page of a service's tokens, with whose they are in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from time import time

from console.access import Workspace
from console.lookups import opened
from console.tokens.asked import Asked
from console.tokens.names import Names
from console.tokens.rows import Row
from tenants.authlete.api.tokens import MOST
from tenants.authlete.documents.tokens import TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    Forbidden,
    NotFound,
    Unauthorized,
)

SAYS = {TokenStatus.VALID: True, TokenStatus.INVALID: False}  # of the rows of a list


@dataclass(frozen=True, slots=True)
class Shown:
    """What there is to see; with an ``error`` nothing is known."""

    rows: Sequence[Row] = ()
    start: int = 0  # of the first row, counted from one; 0 where there is none
    total: int = 0  # how many fit, by Authlete's own count
    error: AuthleteError | None = None

    @property
    def is_forbidden(self) -> bool:
        return isinstance(self.error, (Forbidden, Unauthorized))

    @property
    def is_gone(self) -> bool:
        """Whether it is the client that is not there."""
        return isinstance(self.error, NotFound)

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1 if self.rows else 0


def subject_of(workspace: Workspace, asked: Asked) -> str:
    """Whose tokens are asked for; empty for everybody's.

    Raises `Http404` where this person did not look them up.
    """
    return opened(workspace.member, asked.lookup).subject if asked.lookup else ""


def tokens_of(workspace: Workspace, service_id: int, asked: Asked) -> Shown:
    """One call, and one more for each client whose name was never seen.

    Raises `NotFound` where it is the service that is gone.
    """
    subject, start = subject_of(workspace, asked), asked.start
    tokens = workspace.authlete.service(service_id).tokens
    try:
        page = tokens.list(
            asked.client_id, subject, asked.status, start=start, end=start + MOST
        )
    except AuthleteError as error:
        if isinstance(error, NotFound) and asked.client_id is None:
            raise
        return Shown(error=error)
    found = page.access_tokens or []
    names = Names(workspace, service_id).of(one.client_id for one in found)
    now = int(time() * 1000)
    valid = SAYS.get(asked.status)
    rows = [Row(one, names.get(one.client_id, ""), now, valid) for one in found]
    return Shown(rows, start + 1 if rows else 0, page.total_count)
