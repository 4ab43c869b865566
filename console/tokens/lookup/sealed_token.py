"""Pass a token from page to page in a hidden field, encrypted and not stored.

A sealed token can be opened by the same user in the same organization, for ten minutes,
and for the same purpose.
"""

import json
from dataclasses import asdict, dataclass
from time import time as now
from typing import Any

from pydantic import SecretStr

from console.web.access import Member
from tenants.crypto import vault
from tenants.crypto.vault import UnsealError

SEALED_LIFETIME_SECONDS = 600


class SealExpiredError(Exception):
    """The seal expired, or is for another user or purpose."""


@dataclass(frozen=True, slots=True)
class TokenLocation:
    """The service that issued a token, and what a revocation needs to know."""

    region: str
    service_id: int
    service: str  # its name
    refresh: bool  # whether it's a refresh token
    client_id: int
    client: str  # its name
    subject: str


def seal_token(member: Member, token: SecretStr, location: TokenLocation | None = None) -> str:
    """Encrypt a token for a hidden field; with ``location``, for its revocation."""
    content = {"at": now(), "token": token.get_secret_value()}
    if location:
        content["found"] = asdict(location)
    return vault.seal(json.dumps(content), _vault_context(member, location is not None))


def unseal_token(member: Member, sealed: str) -> SecretStr:
    """Decrypt a token; raises `SealExpiredError`."""
    return SecretStr(_unseal(member, sealed, is_located=False)["token"])


def unseal_located_token(member: Member, sealed: str) -> tuple[SecretStr, TokenLocation]:
    """Decrypt a token and its location; raises `SealExpiredError`."""
    content = _unseal(member, sealed, is_located=True)
    return SecretStr(content["token"]), TokenLocation(**content["found"])


def _unseal(member: Member, sealed: str, *, is_located: bool) -> dict[str, Any]:
    try:
        text = vault.unseal(sealed, _vault_context(member, is_located))
    except UnsealError:
        raise SealExpiredError from None
    content: dict[str, Any] = json.loads(text)
    if now() - content["at"] > SEALED_LIFETIME_SECONDS:
        raise SealExpiredError
    return content


def _vault_context(member: Member, is_located: bool) -> str:
    purpose = "found" if is_located else "pasted"
    return f"tokens.{purpose}/{member.user.pk}/{member.organization.pk}"
