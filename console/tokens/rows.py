"""A token as a row of the list, and as a page of its own."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext

from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.tokens import IssuedToken


class State(StrEnum):
    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"  # or ended otherwise before its time


@dataclass(frozen=True, slots=True)
class Row:
    """One token; ``now`` is in milliseconds since 1970."""

    token: IssuedToken
    client: str  # its name; empty where that is not known
    now: int
    valid: bool | None = None  # as Authlete says; None where it was not asked

    @property
    def title(self) -> str:
        return self.client or str(self.token.client_id)

    @property
    def mark(self) -> str:
        """The beginning of its hash, to tell it from others."""
        return f"{self.token.access_token_hash[:8]}…"

    @property
    def grant_words(self) -> str:
        kind = self.token.grant_type
        return gettext(GRANT_TYPE[kind]) if kind in GRANT_TYPE else kind

    @property
    def state(self) -> State:
        """By its time alone, where Authlete was not asked."""
        if self.valid:
            return State.VALID
        if self._is_past(self.token.access_token_expires_at):
            return State.EXPIRED
        return State.VALID if self.valid is None else State.REVOKED

    @property
    def is_refreshable(self) -> bool:
        """Whether a new access token can be had for its refresh token."""
        token = self.token
        if not token.refresh_token_hash or self.state is State.REVOKED:
            return False
        return not self._is_past(token.refresh_token_expires_at)

    def _is_past(self, at: int) -> bool:
        return 0 < at <= self.now  # 0 is never
