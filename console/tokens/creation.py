"""Making a token, and finding out whether it was made where the answer was lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from console.tokens.listing import iter_pages, list_filters
from console.web.access import Workspace
from tenants.authlete.documents.tokens import CreatedToken, IssuedToken, TokenStatus
from tenants.authlete.edits import WriteResult
from tenants.authlete.errors import AuthleteError

MAX_SIMILAR_TOKENS = 200  # tokens among which one that is new can be told


@dataclass(frozen=True, slots=True)
class TokenCreation:
    """A token that is to be made; times in seconds, 0 for those of the service."""

    workspace: Workspace
    service_id: int
    grant_type: str
    client_id: int
    subject: str
    scopes: Sequence[str]
    access_seconds: int = 0
    refresh_seconds: int = 0
    properties: Sequence[Mapping[str, Any]] = ()
    access_value: SecretStr | None = None  # that exists already
    refresh_value: SecretStr | None = None

    def create(self, *, reason: str, ticket: str) -> WriteResult[CreatedToken]:
        authlete = self.workspace.member.connect(
            self.workspace.region.name, reason=reason, ticket=ticket
        )
        return authlete.service(self.service_id).tokens.create(
            self.grant_type,
            self.client_id,
            subject=self.subject,
            scopes=self.scopes,
            access_seconds=self.access_seconds,
            refresh_seconds=self.refresh_seconds,
            properties=self.properties,
            access_token=self.access_value,
            refresh_token=self.refresh_value,
        )

    def list_similar(self) -> dict[str, IssuedToken] | None:
        """The tokens of this client and subject by their hashes; None where they are
        too many, or cannot be read."""
        asked = list_filters(self.client_id, self.subject, TokenStatus.ALL)
        found: dict[str, IssuedToken] = {}
        total = 0
        try:
            for page in iter_pages(self.workspace, self.service_id, asked, MAX_SIMILAR_TOKENS):
                total = page.total_count
                rows = page.access_tokens or ()
                found |= {one.access_token_hash: one for one in rows}
        except AuthleteError:
            return None
        return found if total <= MAX_SIMILAR_TOKENS else None

    def find_created(self, before: Mapping[str, IssuedToken] | None) -> list[IssuedToken] | None:
        """Those that came since, one of which this may be; None where that cannot be
        told."""
        now = self.list_similar() if before is not None else None
        if before is None or now is None:
            return None
        return [
            one
            for name, one in now.items()
            if name not in before and one.grant_type == self.grant_type
        ]
