"""Finding one token by its hash. Authlete has no call for that, only lists.

The list that somebody comes from knows the page; from anywhere else, the lists of the
client are looked through.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from console.tokens.listing import (
    VALIDITY_BY_STATUS,
    get_subject,
    iter_pages,
    list_filters,
)
from console.tokens.query import TokenQuery
from console.web.access import Workspace
from tenants.authlete.api.tokens import MAX_PAGE_SIZE, TokensApi
from tenants.authlete.documents.tokens import IssuedToken, TokenPage, TokenStatus
from tenants.authlete.errors import AuthleteError, NotFoundError

MAX_TOKENS_SEARCHED = 500  # tokens of one client


@dataclass(frozen=True, slots=True)
class TokenSearch:
    """For one token of one client."""

    workspace: Workspace
    service_id: int
    client_id: int
    hash: str

    def find(self, query: TokenQuery) -> tuple[IssuedToken, bool | None]:
        """The token, and whether Authlete takes it for valid; None where it does not
        tell. ``asked`` is the list in which it was seen.

        Raises `NotFound` where no such token is found.
        """
        token, valid = self._find_on_page(query), VALIDITY_BY_STATUS.get(query.status)
        if token is None:
            subject, valid = get_subject(self.workspace, query), None
            token, whole = self._find_in_list(TokenStatus.ALL, subject)
            if token is None:
                raise NotFoundError(
                    _("No token of this client has this hash any more.")
                    if whole
                    else _("It is not among the first %(most)d tokens of its client.")
                    % {"most": MAX_TOKENS_SEARCHED}
                )
        return token, self._is_valid(token) if valid is None else valid

    def _find_on_page(self, query: TokenQuery) -> IssuedToken | None:
        """Where the list showed it."""
        if query.client_id not in (None, self.client_id):
            return None
        subject, start = get_subject(self.workspace, query), query.start
        page = self._tokens.list(
            query.client_id,
            subject,
            query.status,
            start=start,
            end=start + MAX_PAGE_SIZE,
        )
        return self._match(page)

    def _is_valid(self, token: IssuedToken) -> bool | None:
        """What a list of all tokens does not tell."""
        try:
            found, whole = self._find_in_list(TokenStatus.VALID, token.subject or "")
        except AuthleteError:
            return None
        return True if found else False if whole else None

    def _find_in_list(self, status: TokenStatus, subject: str) -> tuple[IssuedToken | None, bool]:
        """The token, or whether all that fit were looked at."""
        asked = list_filters(self.client_id, subject, status)
        total = 0
        for page in iter_pages(self.workspace, self.service_id, asked, MAX_TOKENS_SEARCHED):
            total = page.total_count
            if found := self._match(page):
                return found, True
        return None, total <= MAX_TOKENS_SEARCHED

    def _match(self, page: TokenPage) -> IssuedToken | None:
        return next(
            (
                one
                for one in page.access_tokens or ()
                if (one.access_token_hash, one.client_id) == (self.hash, self.client_id)
            ),
            None,
        )

    @property
    def _tokens(self) -> TokensApi:
        return self.workspace.authlete.service(self.service_id).tokens
