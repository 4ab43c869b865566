"""A token as lists and pages show it."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.tokens import IssuedToken


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
