"""What holds the record together: each row's mac covers the row before it.

The bytes are documented in `docs/reference/audit-log.md`, so that a second verifier can be
written without this one. Domains keep a row's mac from passing for a head's.
"""

import hmac
from functools import cache
from typing import NamedTuple

from django.conf import settings

from tenants.crypto.key_ring import KeyRing

GENESIS_MAC = "0" * 64  # what the first row follows


class ChainRow(NamedTuple):
    """One row of the record, in the order of its columns."""

    seq: int
    entry: str
    phase: str
    content: str
    key: str
    mac: str


def get_audit_keys() -> KeyRing:
    """The keys that link rows; raises `ValueError` where the setting holds none."""
    return _parse_audit_keys(settings.AUDIT_KEYS)


@cache
def _parse_audit_keys(text: str) -> KeyRing:
    return KeyRing.parse(text, "audit")


def compute_mac(
    key: bytes, previous_mac: str, seq: int, entry: str, phase: str, content: str
) -> str:
    """HMAC-SHA256 over the row and the mac of the row before; ``content`` comes last
    since it alone could hold anything, though as canonical JSON no line break."""
    data = f"meridian audit row v1\n{previous_mac}\n{seq}\n{entry}\n{phase}\n{content}"
    return hmac.digest(key, data.encode(), "sha256").hex()


def compute_head_mac(key: bytes, seq: int, last_mac: str) -> str:
    """Says that the record ends at ``seq``."""
    data = f"meridian audit head v1\n{seq}\n{last_mac}"
    return hmac.digest(key, data.encode(), "sha256").hex()
