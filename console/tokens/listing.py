"""Fetch pages of a service's tokens."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from time import time
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext as _

from console.lists.request import ListPage
from console.tokens.client_names import ClientNames
from console.tokens.query import TokenQuery
from console.users.lookups import get_lookup
from console.web.access import Workspace
from tenants.authlete.api.tokens import LIST, MAX_PAGE_SIZE
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.tokens import IssuedToken, TokenPage, TokenStatus
from tenants.authlete.errors import (
    AuthleteError,
    ForbiddenError,
    InvalidResponseError,
    NotFoundError,
    UnauthorizedError,
)
from tenants.authlete.fanout import gather


class TokenState(StrEnum):
    """Whether a token works."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"  # or otherwise invalid before it expires


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token; ``now_ms`` is in milliseconds since 1970."""

    token: IssuedToken
    client: str  # its name; empty if unknown
    now_ms: int
    is_valid: bool | None = None  # according to Authlete; None if unknown

    @property
    def title(self) -> str:
        """The client's name or ID."""
        return self.client or str(self.token.client_id)

    @property
    def short_hash(self) -> str:
        """The start of its hash."""
        return f"{self.token.access_token_hash[:8]}…"

    @property
    def grant_label(self) -> str:
        """The label of its grant type."""
        grant_type = self.token.grant_type
        return gettext(GRANT_TYPE[grant_type]) if grant_type in GRANT_TYPE else grant_type

    @property
    def state(self) -> TokenState:
        """The state, from the expiry time alone if Authlete didn't tell."""
        if self.is_valid:
            return TokenState.VALID
        if self._is_past(self.token.access_token_expires_at):
            return TokenState.EXPIRED
        return TokenState.VALID if self.is_valid is None else TokenState.REVOKED

    @property
    def is_refreshable(self) -> bool:
        """Whether its refresh token still works."""
        token = self.token
        if not token.refresh_token_hash or self.state is TokenState.REVOKED:
            return False
        return not self._is_past(token.refresh_token_expires_at)

    def _is_past(self, time_ms: int) -> bool:
        return 0 < time_ms <= self.now_ms  # 0 is never


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
    params = {name: value for name, value in filters.items() if value}
    return {**params, "tokenStatus": status.value}


MAX_TOKENS_SEARCHED = 500


@dataclass(frozen=True, slots=True)
class TokenSearch:
    """A search for one token of one client."""

    workspace: Workspace
    service_id: int
    client_id: int
    hash: str

    def find(self, query: TokenQuery) -> tuple[IssuedToken, bool | None]:
        """Return the token and whether it's valid; None if Authlete doesn't tell.

        ``query`` is the list from which the token was opened. Raises `NotFoundError`.
        """
        token, is_valid = self._find_on_page(query), VALIDITY_BY_STATUS.get(query.status)
        if token is None:
            subject, is_valid = get_subject(self.workspace, query), None
            token, is_complete = self._find_in_list(TokenStatus.ALL, subject)
            if token is None:
                text = _("The client has no token with this hash.")
                if not is_complete:
                    text = _("The first %(max_tokens)d tokens of the client don't include it.")
                raise NotFoundError(text % {"max_tokens": MAX_TOKENS_SEARCHED})
        return token, self._is_valid(token) if is_valid is None else is_valid

    def _find_on_page(self, query: TokenQuery) -> IssuedToken | None:
        """Find the token on the list page from which it was opened."""
        if query.client_id not in (None, self.client_id):
            return None
        subject, start = get_subject(self.workspace, query), query.start
        tokens = self.workspace.authlete.service(self.service_id).tokens
        page = tokens.list(
            query.client_id, subject, query.status, start=start, end=start + MAX_PAGE_SIZE
        )
        return self._match(page)

    def _is_valid(self, token: IssuedToken) -> bool | None:
        """Look for the token in the list of valid tokens."""
        try:
            issued_token, is_complete = self._find_in_list(TokenStatus.VALID, token.subject or "")
        except AuthleteError:
            return None
        return True if issued_token else False if is_complete else None

    def _find_in_list(self, status: TokenStatus, subject: str) -> tuple[IssuedToken | None, bool]:
        """Return the token, and whether the search covered all matching tokens."""
        filters = list_filters(self.client_id, subject, status)
        total = 0
        for page in iter_pages(self.workspace, self.service_id, filters, MAX_TOKENS_SEARCHED):
            total = page.total_count
            if token := self._match(page):
                return token, True
        return None, total <= MAX_TOKENS_SEARCHED

    def _match(self, page: TokenPage) -> IssuedToken | None:
        key = (self.hash, self.client_id)
        tokens = page.access_tokens or ()
        return next((t for t in tokens if (t.access_token_hash, t.client_id) == key), None)
