"""Access tokens and refresh tokens in Authlete's responses."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field, SecretStr

from tenants.authlete.documents.base import ApiModel

# RFC 6750, section 2.1, allows even fewer characters.
INVALID_TOKEN_CHARS = re.compile(r"[^!-~]")
GRANTS_WITHOUT_REFRESH_TOKEN = ("IMPLICIT", "CLIENT_CREDENTIALS")  # grants that bring none
GRANTS_WITHOUT_SUBJECT = ("CLIENT_CREDENTIALS", "JWT_BEARER")
MAX_SUBJECT_LENGTH = 100  # characters


class TokenStatus(StrEnum):
    """Filter of a token list."""

    ALL = "ALL"
    VALID = "VALID"
    INVALID = "INVALID"  # expired, but not yet deleted


class IssuedToken(ApiModel):
    """An access token and its refresh token, without their values.

    Times are in milliseconds since 1970; 0 means never.
    """

    access_token_hash: str  # identifies the token in requests
    access_token_expires_at: int = 0
    refresh_token_hash: str | None = None
    refresh_token_expires_at: int = 0
    created_at: int = 0
    last_refreshed_at: int = 0
    client_id: int = 0
    subject: str | None = None  # None for client credentials
    grant_type: str = ""
    scopes: list[str] | None = None
    properties: list[dict[str, Any]] | None = None  # values redacted


class TokenPage(ApiModel):
    """One page of a token list."""

    start: int
    end: int
    total_count: int
    access_tokens: list[IssuedToken] | None = None  # null if none were requested


class CreatedToken(ApiModel):
    """A new token with its values, which are shown only once.

    ``expires_at`` is in milliseconds since 1970, ``expires_in`` in seconds.
    """

    access_token: SecretStr
    refresh_token: SecretStr | None = None
    jwt_access_token: SecretStr | None = None  # what applications send, where it is
    token_id: str = ""
    client_id: int = 0
    subject: str | None = None
    grant_type: str = ""
    scopes: list[str] | None = None
    expires_at: int = 0
    expires_in: int = 0


class UpdatedToken(ApiModel):
    """A token after an update; times are in milliseconds since 1970."""

    access_token_expires_at: int = 0
    refresh_token_expires_at: int = 0
    scopes: list[str] | None = None

    def missing_scopes(self, requested: Sequence[str]) -> list[str]:
        """Return the requested scopes that Authlete silently dropped."""
        return [scope for scope in requested if scope not in (self.scopes or ())]


class RevocationResult(ApiModel):
    """The number of revoked tokens; the response has no ``action``."""

    count: int = Field(ge=0)
