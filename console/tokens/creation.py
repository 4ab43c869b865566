"""Create a token, and find out whether it was created when the response was lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from console.tokens.listing import iter_pages, list_filters
from console.web.access import Workspace
from tenants.authlete.documents.tokens import CreatedToken, IssuedToken, TokenStatus
from tenants.authlete.edits import WriteResult
from tenants.authlete.errors import AuthleteError

MAX_SIMILAR_TOKENS = 200


@dataclass(frozen=True, slots=True)
class TokenCreation:
    """A token to create; a lifetime of 0 seconds means the service's default."""

    workspace: Workspace
    service_id: int
    grant_type: str
    client_id: int
    subject: str
    scopes: Sequence[str]
    access_seconds: int = 0
    refresh_seconds: int = 0
    properties: Sequence[Mapping[str, Any]] = ()
    access_value: SecretStr | None = None  # imported
    refresh_value: SecretStr | None = None

    def create(self, *, reason: str, ticket: str) -> WriteResult[CreatedToken]:
        """Create the token; raises an `AuthleteError`."""
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
        """Return the tokens of this client and subject by hash.

        Returns None if there are more than `MAX_SIMILAR_TOKENS`, or they can't be fetched.
        """
        filters = list_filters(self.client_id, self.subject, TokenStatus.ALL)
        tokens: dict[str, IssuedToken] = {}
        total = 0
        try:
            for page in iter_pages(self.workspace, self.service_id, filters, MAX_SIMILAR_TOKENS):
                total = page.total_count
                tokens |= {token.access_token_hash: token for token in page.access_tokens or ()}
        except AuthleteError:
            return None
        return tokens if total <= MAX_SIMILAR_TOKENS else None

    def find_created(self, before: Mapping[str, IssuedToken] | None) -> list[IssuedToken] | None:
        """Return the tokens created since ``before`` that may be this one.

        Returns None if that's unknown.
        """
        after = self.list_similar() if before is not None else None
        if before is None or after is None:
            return None
        return [
            token
            for token_hash, token in after.items()
            if token_hash not in before and token.grant_type == self.grant_type
        ]
