"""MAC chain of the audit log: each row's MAC covers the previous row's MAC.

The byte format is documented in docs/reference/audit-log.md. Domain prefixes keep a row's MAC
from being used as a head's.
"""

import hmac
from functools import cache
from typing import NamedTuple

from django.conf import settings

from tenants.crypto.key_ring import KeyRing

GENESIS_MAC = "0" * 64  # previous MAC of the first row


class ChainRow(NamedTuple):
    """A row of the audit log, in column order."""

    seq: int
    entry: str
    phase: str
    content: str
    key: str
    mac: str


def get_audit_keys() -> KeyRing:
    """Return the chain keys; raise `ValueError` if the setting has none."""
    return _parse_audit_keys(settings.AUDIT_KEYS)


@cache
def _parse_audit_keys(text: str) -> KeyRing:
    return KeyRing.parse(text, "audit")


def compute_mac(
    key: bytes, previous_mac: str, seq: int, entry: str, phase: str, content: str
) -> str:
    """Return the HMAC-SHA256 of a row and the previous MAC.

    ``content`` comes last because only it is free-form; canonical JSON has no line break.
    """
    data = f"meridian audit row v1\n{previous_mac}\n{seq}\n{entry}\n{phase}\n{content}"
    return hmac.digest(key, data.encode(), "sha256").hex()


def compute_head_mac(key: bytes, seq: int, last_mac: str) -> str:
    """Return the MAC that states that the log ends at ``seq``."""
    data = f"meridian audit head v1\n{seq}\n{last_mac}"
    return hmac.digest(key, data.encode(), "sha256").hex()
