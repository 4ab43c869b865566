"""Handing a token from one page to the next without keeping it: sealed, in a form.

What is sealed opens for the same person in the same organization, for a short while,
and only for what it was sealed for.
"""

import json
from dataclasses import asdict, dataclass
from time import time as now
from typing import Any

from pydantic import SecretStr

from console.access import Member
from tenants import vault
from tenants.vault import Sealed

KEPT = 600  # seconds


class Lapsed(Exception):
    """It was sealed too long ago, for somebody else, or for something else."""


@dataclass(frozen=True, slots=True)
class Found:
    """A token that was found at a service, to be revoked there and nowhere else."""

    region: str
    service_id: int
    service: str  # its name
    refresh: bool  # it is a refresh token
    client_id: int
    client: str  # its name
    subject: str


def seal(member: Member, token: SecretStr, what: Found | None = None) -> str:
    """``token`` for a hidden field; with ``what``, for a revoke of just that."""
    told = {"at": now(), "token": token.get_secret_value()}
    if what:
        told["found"] = asdict(what)
    return vault.seal(json.dumps(told), _place(member, what is not None))


def opened(member: Member, sealed: str) -> SecretStr:
    """The token; raises `Lapsed`."""
    return SecretStr(_opened(member, sealed, found=False)["token"])


def found(member: Member, sealed: str) -> tuple[SecretStr, Found]:
    """The token and where it was found; raises `Lapsed`."""
    told = _opened(member, sealed, found=True)
    return SecretStr(told["token"]), Found(**told["found"])


def _opened(member: Member, sealed: str, *, found: bool) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(vault.unseal(sealed, _place(member, found)))
    except Sealed:
        raise Lapsed from None
    if now() - told["at"] > KEPT:
        raise Lapsed
    return told


def _place(member: Member, found: bool) -> str:
    what = "found" if found else "pasted"
    return f"tokens.{what}/{member.user.pk}/{member.organization.pk}"
