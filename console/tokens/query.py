"""What is asked of a list of tokens: an address, and the addresses of others."""

from dataclasses import dataclass, replace
from typing import Any, Self
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, QueryDict

from tenants.authlete.api.tokens import MAX_PAGE_SIZE
from tenants.authlete.documents.tokens import TokenStatus

STATUS_BY_STATE = {
    "": TokenStatus.ALL,
    "valid": TokenStatus.VALID,
    "expired": TokenStatus.INVALID,
}


@dataclass(frozen=True, slots=True)
class TokenQuery:
    """One address of a list, understood. A subject is in it as a lookup's id."""

    client: str = ""  # its number; what a person typed, until that is resolved
    lookup: UUID | None = None
    state: str = ""
    page: int = 1

    @classmethod
    def from_url(cls, params: QueryDict) -> Self:
        """Raises `Http404` where a subject cannot be meant: a list without it would
        hold more than was asked for."""
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
        number = self.client.isascii() and self.client.isdigit()
        return int(self.client) if number and 0 < int(self.client) < 2**63 else None

    @property
    def is_client_name(self) -> bool:
        """Whether the client is named by something else than its number."""
        return bool(self.client) and self.client_id is None

    @property
    def status(self) -> TokenStatus:
        return STATUS_BY_STATE[self.state]

    @property
    def start(self) -> int:
        return (self.page - 1) * MAX_PAGE_SIZE

    @property
    def is_filtered(self) -> bool:
        return bool(self.client or self.lookup or self.state)

    @property
    def previous(self) -> str:
        return replace(self, page=self.page - 1).query or "?" if self.page > 1 else ""

    def next(self, total: int) -> str:
        more = self.start + MAX_PAGE_SIZE < total
        return replace(self, page=self.page + 1).query if more else ""

    def url(self, **changes: Any) -> str:
        """The same list otherwise, from its first page on."""
        return replace(self, **{"page": 1} | changes).query or "?"

    @property
    def query(self) -> str:
        """What the address says after its path; nothing for the whole list."""
        told = {
            "client": self.client,
            "subject": self.lookup or "",
            "state": self.state,
            "page": self.page if self.page > 1 else "",
        }
        kept = {name: value for name, value in told.items() if value}
        return f"?{urlencode(kept)}" if kept else ""
