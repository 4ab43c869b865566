"""The query of a token list: parse its URL, and build the URLs of other pages."""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, QueryDict

from tenants.authlete.api.tokens import MAX_PAGE_SIZE
from tenants.authlete.documents.tokens import TokenStatus

STATUS_BY_STATE = {"": TokenStatus.ALL, "valid": TokenStatus.VALID, "expired": TokenStatus.INVALID}


@dataclass(frozen=True, slots=True)
class TokenQuery:
    """The query string of a token list; it names a subject by the ID of a lookup."""

    client: str = ""  # ID, or the typed name until it's resolved
    lookup: UUID | None = None
    state: str = ""
    page: int = 1

    @classmethod
    def from_url(cls, params: QueryDict) -> Self:
        """Parse a query string.

        Raises `Http404` for an invalid lookup ID, since a list without that filter would
        have more tokens than requested.
        """
        lookup = None
        if "subject" in params:
            try:
                lookup = UUID(params.get("subject", ""))
            except ValueError:
                raise Http404 from None
        state, page = params.get("state", ""), params.get("page", "")[:9]
        return cls(
            params.get("client", "").strip()[:200],
            lookup,
            state if state in STATUS_BY_STATE else "",
            max(int(page), 1) if page.isascii() and page.isdigit() else 1,
        )

    @property
    def client_id(self) -> int | None:
        """The client's ID, unless the client is given by name."""
        is_number = self.client.isascii() and self.client.isdigit()
        return int(self.client) if is_number and 0 < int(self.client) < 2**63 else None

    @property
    def is_client_name(self) -> bool:
        """Whether the client is given by name or alias."""
        return bool(self.client) and self.client_id is None

    @property
    def status(self) -> TokenStatus:
        """Authlete's filter for the state."""
        return STATUS_BY_STATE[self.state]

    @property
    def start(self) -> int:
        """The index of the page's first token."""
        return (self.page - 1) * MAX_PAGE_SIZE

    @property
    def is_filtered(self) -> bool:
        """Whether any filter is set."""
        return bool(self.client or self.lookup or self.state)

    @property
    def previous(self) -> str:
        """The query string of the previous page; empty on the first."""
        return replace(self, page=self.page - 1).query or "?" if self.page > 1 else ""

    def next(self, total: int) -> str:
        """Return the query string of the next page; empty on the last."""
        has_next = self.start + MAX_PAGE_SIZE < total
        return replace(self, page=self.page + 1).query if has_next else ""

    def url(self, **changes: Any) -> str:
        """Return the query string with changes, from the first page."""
        return replace(self, **{"page": 1} | changes).query or "?"

    @property
    def query(self) -> str:
        """The query string, with its question mark; empty without any filter."""
        params = {
            "client": self.client,
            "subject": self.lookup or "",
            "state": self.state,
            "page": self.page if self.page > 1 else "",
        }
        filled = {name: value for name, value in params.items() if value}
        return f"?{urlencode(filled)}" if filled else ""
