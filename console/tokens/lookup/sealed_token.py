"""Handing a token from one page to the next without keeping it: sealed, in a form.

What is sealed opens for the same person in the same organization, for a short while,
and only for what it was sealed for.
"""

import json
from dataclasses import asdict, dataclass
from time import time as now
from typing import Any

from pydantic import SecretStr

from console.web.access import Member
from tenants.crypto import vault
from tenants.crypto.vault import UnsealError

SEALED_LIFETIME_SECONDS = 600  # seconds


class SealExpiredError(Exception):
    """It was sealed too long ago, for somebody else, or for something else."""


@dataclass(frozen=True, slots=True)
class TokenLocation:
    """A token that was found at a service, to be revoked there and nowhere else."""

    region: str
    service_id: int
    service: str  # its name
    refresh: bool  # it is a refresh token
    client_id: int
    client: str  # its name
    subject: str


def seal_token(member: Member, token: SecretStr, location: TokenLocation | None = None) -> str:
    """``token`` for a hidden field; with ``what``, for a revoke of just that."""
    told = {"at": now(), "token": token.get_secret_value()}
    if location:
        told["found"] = asdict(location)
    return vault.seal(json.dumps(told), _vault_context(member, location is not None))


def unseal_token(member: Member, sealed: str) -> SecretStr:
    """The token; raises `Lapsed`."""
    return SecretStr(_unseal(member, sealed, is_located=False)["token"])


def unseal_located_token(member: Member, sealed: str) -> tuple[SecretStr, TokenLocation]:
    """The token and where it was found; raises `Lapsed`."""
    told = _unseal(member, sealed, is_located=True)
    return SecretStr(told["token"]), TokenLocation(**told["found"])


def _unseal(member: Member, sealed: str, *, is_located: bool) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(vault.unseal(sealed, _vault_context(member, is_located)))
    except UnsealError:
        raise SealExpiredError from None
    if now() - told["at"] > SEALED_LIFETIME_SECONDS:
        raise SealExpiredError
    return told


def _vault_context(member: Member, is_located: bool) -> str:
    what = "found" if is_located else "pasted"
    return f"tokens.{what}/{member.user.pk}/{member.organization.pk}"
