"""A token as a row of the list, and as a page of its own."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.tokens import IssuedToken


class TokenState(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"  # or ended otherwise before its time


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token; ``now`` is in milliseconds since 1970."""

    token: IssuedToken
    client: str  # its name; empty where that is not known
    now_ms: int
    is_valid: bool | None = None  # as Authlete says; None where it was not asked

    @property
    def title(self) -> str:
        return self.client or str(self.token.client_id)

    @property
    def short_hash(self) -> str:
        """The beginning of its hash, to tell it from others."""
        return f"{self.token.access_token_hash[:8]}…"

    @property
    def grant_label(self) -> str:
        kind = self.token.grant_type
        return gettext(GRANT_TYPE[kind]) if kind in GRANT_TYPE else kind

    @property
    def state(self) -> TokenState:
        """By its time alone, where Authlete was not asked."""
        if self.is_valid:
            return TokenState.VALID
        if self._is_past(self.token.access_token_expires_at):
            return TokenState.EXPIRED
        return TokenState.VALID if self.is_valid is None else TokenState.REVOKED

    @property
    def is_refreshable(self) -> bool:
        """Whether a new access token can be had for its refresh token."""
        token = self.token
        if not token.refresh_token_hash or self.state is TokenState.REVOKED:
            return False
        return not self._is_past(token.refresh_token_expires_at)

    def _is_past(self, time_ms: int) -> bool:
        return 0 < time_ms <= self.now_ms  # 0 is never
