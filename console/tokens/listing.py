"""Fetch pages of a service's tokens."""

from collections.abc import Iterator, Mapping
from functools import partial
from time import time
from typing import Any

from django.utils.translation import gettext as _

from console.lists.page import ListPage
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

# Whether the tokens of a list with that status are valid.
VALIDITY_BY_STATUS = {TokenStatus.VALID: True, TokenStatus.INVALID: False}


class TokenListing(ListPage[TokenRow]):
    """One page of a token list, or the error that kept it from loading."""

    @property
    def is_forbidden(self) -> bool:
        """Whether the credential may not list tokens."""
        return isinstance(self.error, (ForbiddenError, UnauthorizedError))

    @property
    def is_client_missing(self) -> bool:
        """Whether the client doesn't exist."""
        return isinstance(self.error, NotFoundError)


def get_subject(workspace: Workspace, query: TokenQuery) -> str:
    """Return the subject whose tokens are requested; empty for all subjects.

    Raises `Http404` if the member didn't look the subject up.
    """
    return get_lookup(workspace.member, query.lookup).subject if query.lookup else ""


def list_tokens(workspace: Workspace, service_id: int, query: TokenQuery) -> TokenListing:
    """Fetch a page of tokens, and the names of clients that aren't indexed yet.

    Raises `NotFoundError` if the service doesn't exist.
    """
    subject, start = get_subject(workspace, query), query.start
    tokens = workspace.authlete.service(service_id).tokens
    try:
        page = tokens.list(
            query.client_id, subject, query.status, start=start, end=start + MAX_PAGE_SIZE
        )
    except AuthleteError as error:
        if isinstance(error, NotFoundError) and query.client_id is None:
            raise
        return TokenListing(error=error)
    issued = page.access_tokens or []
    if not issued and page.total_count > start:
        text = _("Authlete counted %(count)d tokens but returned none.")
        return TokenListing(error=InvalidResponseError(text % {"count": page.total_count}))
    names = ClientNames(workspace, service_id).get_names(token.client_id for token in issued)
    now_ms = int(time() * 1000)
    is_valid = VALIDITY_BY_STATUS.get(query.status)
    rows = [TokenRow(token, names.get(token.client_id, ""), now_ms, is_valid) for token in issued]
    return TokenListing(rows, start + 1 if rows else 0, page.total_count)


def iter_pages(
    workspace: Workspace, service_id: int, filters: Mapping[str, Any], max_tokens: int
) -> Iterator[TokenPage]:
    """Yield the pages with the first ``max_tokens`` tokens, the first page first.

    Raises an `AuthleteError` after the pages that loaded, if others didn't.
    """
    authlete, path_params = workspace.authlete, {"service_id": service_id}
    query = {**filters, "start": 0, "end": MAX_PAGE_SIZE}
    first = authlete.send(LIST, path_params=path_params, query=query)
    yield first
    queries = (
        {**filters, "start": start, "end": start + MAX_PAGE_SIZE}
        for start in range(MAX_PAGE_SIZE, min(first.total_count, max_tokens), MAX_PAGE_SIZE)
    )
    failed = None
    for reply in gather(
        (authlete, partial(authlete.send, LIST, path_params=path_params, query=query))
        for query in queries
    ):
        if isinstance(reply, AuthleteError):
            failed = reply
        else:
            yield reply
    if failed:
        raise failed


def list_filters(client_id: int | None, subject: str, status: TokenStatus) -> dict[str, Any]:
    """Return the filters as query parameters of Authlete's token list."""
    filters = {"clientIdentifier": client_id, "subject": subject}
    given = {name: value for name, value in filters.items() if value}
    return {**given, "tokenStatus": status.value}
