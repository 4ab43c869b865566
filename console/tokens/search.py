"""Find one token by its hash; Authlete has no call for that, only lists.

The list from which a token was opened tells its page. Otherwise the client's list is
searched.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from console.tokens.listing import VALIDITY_BY_STATUS, get_subject, iter_pages, list_filters
from console.tokens.query import TokenQuery
from console.web.access import Workspace
from tenants.authlete.api.tokens import MAX_PAGE_SIZE
from tenants.authlete.documents.tokens import IssuedToken, TokenPage, TokenStatus
from tenants.authlete.errors import AuthleteError, NotFoundError

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
            found, is_complete = self._find_in_list(TokenStatus.VALID, token.subject or "")
        except AuthleteError:
            return None
        return True if found else False if is_complete else None

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
