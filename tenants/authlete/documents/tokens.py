"""Tokens as Authlete tells of them."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from pydantic import Field, SecretStr

from tenants.authlete.documents.base import ApiModel

# What no token has, since no header carries it: RFC 6750, section 2.1, has fewer signs.
INVALID_TOKEN_CHARS = re.compile(r"[^!-~]")
# Authlete facts, 8, token/create
GRANTS_WITHOUT_REFRESH_TOKEN = (
    "IMPLICIT",
    "CLIENT_CREDENTIALS",
)  # grants that bring none
GRANTS_WITHOUT_SUBJECT = ("CLIENT_CREDENTIALS", "JWT_BEARER")
MAX_SUBJECT_LENGTH = 100  # characters


class TokenStatus(StrEnum):
    """Which tokens a list is to hold."""

    ALL = "ALL"
    VALID = "VALID"
    INVALID = "INVALID"  # expired, and not swept yet


class IssuedToken(ApiModel):
    """An access token, and its refresh token if there is one; never their values.

    Times are in milliseconds since 1970; 0 is never.
    """

    access_token_hash: str  # what deletes, revokes and updates it
    access_token_expires_at: int = 0
    refresh_token_hash: str | None = None
    refresh_token_expires_at: int = 0
    created_at: int = 0
    last_refreshed_at: int = 0
    client_id: int = 0
    subject: str | None = None  # none where the client asked for itself
    grant_type: str = ""
    scopes: list[str] | None = None
    properties: list[dict[str, Any]] | None = None  # values sealed


class TokenPage(ApiModel):
    """One page of a list of tokens."""

    start: int
    end: int
    total_count: int
    access_tokens: list[IssuedToken] | None = None  # null where none was asked for


class CreatedToken(ApiModel):
    """A new token: its values, which nothing shows again, and what it is.

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
    """What a token is after a change of it; times are in milliseconds since 1970."""

    access_token_expires_at: int = 0
    refresh_token_expires_at: int = 0
    scopes: list[str] | None = None

    def missing_scopes(self, requested: Sequence[str]) -> list[str]:
        """The scopes among ``asked`` that Authlete dropped without a word."""
        return [one for one in requested if one not in (self.scopes or ())]


class RevocationResult(ApiModel):
    """What a revoke did; it has no ``action``, so the count is all there is."""

    count: int = Field(ge=0)
