"""Finding one token by its hash. Authlete has no call for that, only lists.

The list that somebody comes from knows the page; from anywhere else, the lists of the
client are looked through.
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from console.access import Workspace
from console.tokens.asked import Asked
from console.tokens.reading import SAYS, narrowed, pages, subject_of
from tenants.authlete.api.tokens import MOST, Tokens
from tenants.authlete.documents.tokens import IssuedToken, TokenPage, TokenStatus
from tenants.authlete.errors import AuthleteError, NotFound

LOOKED_AT = 500  # tokens of one client


@dataclass(frozen=True, slots=True)
class Search:
    """For one token of one client."""

    workspace: Workspace
    service_id: int
    client_id: int
    hash: str

    def find(self, asked: Asked) -> tuple[IssuedToken, bool | None]:
        """The token, and whether Authlete takes it for valid; None where it does not
        tell. ``asked`` is the list in which it was seen.

        Raises `NotFound` where no such token is found.
        """
        token, valid = self._on(asked), SAYS.get(asked.status)
        if token is None:
            subject, valid = subject_of(self.workspace, asked), None
            token, whole = self._among(TokenStatus.ALL, subject)
            if token is None:
                raise NotFound(
                    _("No token of this client has this hash any more.")
                    if whole
                    else _("It is not among the first %(most)d tokens of its client.")
                    % {"most": LOOKED_AT}
                )
        return token, self._is_valid(token) if valid is None else valid

    def _on(self, asked: Asked) -> IssuedToken | None:
        """Where the list showed it."""
        if asked.client_id not in (None, self.client_id):
            return None
        subject, start = subject_of(self.workspace, asked), asked.start
        page = self._tokens.list(
            asked.client_id, subject, asked.status, start=start, end=start + MOST
        )
        return self._in(page)

    def _is_valid(self, token: IssuedToken) -> bool | None:
        """What a list of all tokens does not tell."""
        try:
            found, whole = self._among(TokenStatus.VALID, token.subject or "")
        except AuthleteError:
            return None
        return True if found else False if whole else None

    def _among(
        self, status: TokenStatus, subject: str
    ) -> tuple[IssuedToken | None, bool]:
        """The token, or whether all that fit were looked at."""
        asked = narrowed(self.client_id, subject, status)
        total = 0
        for page in pages(self.workspace, self.service_id, asked, LOOKED_AT):
            total = page.total_count
            if found := self._in(page):
                return found, True
        return None, total <= LOOKED_AT

    def _in(self, page: TokenPage) -> IssuedToken | None:
        return next(
            (
                one
                for one in page.access_tokens or ()
                if (one.access_token_hash, one.client_id) == (self.hash, self.client_id)
            ),
            None,
        )

    @property
    def _tokens(self) -> Tokens:
        return self.workspace.authlete.service(self.service_id).tokens
