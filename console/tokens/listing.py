"""One page of a service's tokens, with whose they are in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from time import time
from typing import Any

from django.utils.translation import gettext as _

from console.tokens.client_names import ClientNames
from console.tokens.query import TokenQuery
from console.tokens.rows import TokenRow
from console.users.lookups import get_lookup
from console.web.access import Workspace
from tenants.authlete.api.tokens import LIST, MAX_PAGE_SIZE
from tenants.authlete.documents.tokens import TokenPage, TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    UnauthorizedError,
)
from tenants.authlete.fanout import gather

VALIDITY_BY_STATUS = {
    TokenStatus.VALID: True,
    TokenStatus.INVALID: False,
}  # of the rows of a list


@dataclass(frozen=True, slots=True)
class TokenListing:
    """What there is to see; with an ``error`` nothing is known."""

    rows: Sequence[TokenRow] = ()
    start: int = 0  # of the first row, counted from one; 0 where there is none
    total: int = 0  # how many fit, by Authlete's own count
    error: AuthleteError | None = None

    @property
    def is_forbidden(self) -> bool:
        return isinstance(self.error, (ForbiddenError, UnauthorizedError))

    @property
    def is_client_missing(self) -> bool:
        """Whether it is the client that is not there."""
        return isinstance(self.error, NotFoundError)

    @property
    def end(self) -> int:
        return self.start + len(self.rows) - 1 if self.rows else 0


def get_subject(workspace: Workspace, query: TokenQuery) -> str:
    """Whose tokens are asked for; empty for everybody's.

    Raises `Http404` where this person did not look them up.
    """
    return get_lookup(workspace.member, query.lookup).subject if query.lookup else ""


def list_tokens(workspace: Workspace, service_id: int, query: TokenQuery) -> TokenListing:
    """One call, and one more for each client whose name was never seen.

    Raises `NotFound` where it is the service that is gone.
    """
    subject, start = get_subject(workspace, query), query.start
    tokens = workspace.authlete.service(service_id).tokens
    try:
        page = tokens.list(
            query.client_id,
            subject,
            query.status,
            start=start,
            end=start + MAX_PAGE_SIZE,
        )
    except AuthleteError as error:
        if isinstance(error, NotFoundError) and query.client_id is None:
            raise
        return TokenListing(error=error)
    found = page.access_tokens or []
    if not found and page.total_count > start:
        told = _("It counts %(n)d tokens and showed none.") % {"n": page.total_count}
        return TokenListing(error=InvalidResponseError(told))
    names = ClientNames(workspace, service_id).get_names(one.client_id for one in found)
    now = int(time() * 1000)
    valid = VALIDITY_BY_STATUS.get(query.status)
    rows = [TokenRow(one, names.get(one.client_id, ""), now, valid) for one in found]
    return TokenListing(rows, start + 1 if rows else 0, page.total_count)


def iter_pages(
    workspace: Workspace, service_id: int, filters: Mapping[str, Any], max_tokens: int
) -> Iterator[TokenPage]:
    """The first page of a list, and then the others of its first ``most`` tokens.

    Raises an `AuthleteError` after those that came, where others did not.
    """
    door, places = workspace.authlete, {"service_id": service_id}
    query = {**filters, "start": 0, "end": MAX_PAGE_SIZE}
    first = door.send(LIST, path_params=places, query=query)
    yield first
    queries = (
        {**filters, "start": at, "end": at + MAX_PAGE_SIZE}
        for at in range(MAX_PAGE_SIZE, min(first.total_count, max_tokens), MAX_PAGE_SIZE)
    )
    failed = None
    for reply in gather(
        (door, partial(door.send, LIST, path_params=places, query=query)) for query in queries
    ):
        if isinstance(reply, AuthleteError):
            failed = reply
        else:
            yield reply
    if failed:
        raise failed


def list_filters(client_id: int | None, subject: str, status: TokenStatus) -> dict[str, Any]:
    """What is asked of a list of tokens, as Authlete takes it."""
    told = {"clientIdentifier": client_id, "subject": subject}
    kept = {name: value for name, value in told.items() if value}
    return {**kept, "tokenStatus": status.value}
