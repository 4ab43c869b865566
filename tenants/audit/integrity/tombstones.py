"""Tombstones: what replaces the content of rows deleted by retention.

The row keeps its position and MAC, so the chain continues. Its tombstone keeps its time and the
hash of its content, so that its leaf hash can be computed again and signed checkpoints hold: nobody
can give a signed row another time or entry ID. The tombstone of an old row keeps the leaf hash
itself, which binds neither. A tombstone has a MAC of its own, so a blanked row can't pass for one.
The byte format is documented in docs/reference/audit-log.md.
"""

import hmac
import json
from typing import NamedTuple, Self
from uuid import UUID

from tenants.audit.integrity.chain import ChainRow, compute_mac, get_audit_keys
from tenants.audit.records import canonical_json

TOMBSTONE_PREFIX = '{"gone":{'
RUN_ID_CHARS = 36  # characters of a run, the last member
RUN_ID_OFFSET = RUN_ID_CHARS + 2  # where it begins in the text, from its length back


class Tombstone(NamedTuple):
    """The remaining content of a deleted row."""

    key: str  # of the mac
    kind: str  # retention category of the deleted row
    mac: str
    run: str  # entry of the retention run
    leaf: str = ""  # of an old row: its hash in the tree, in hexadecimal
    at: int = 0  # else its time, in microseconds since 1970
    body: str = ""  # and the hash of its content, in hexadecimal

    @property
    def is_bound(self) -> bool:
        """Return whether the leaf hash binds position, entry ID and time of the row."""
        return not self.leaf

    @property
    def text(self) -> str:
        names = ("at", "body") if self.is_bound else ("leaf",)
        members = ("key", "kind", "mac", "run", *names)
        return canonical_json({"gone": {name: getattr(self, name) for name in members}})

    @classmethod
    def create(
        cls,
        row: ChainRow,
        previous_mac: str,
        *,
        kind: str,
        run: str,
        leaf: str = "",
        at: int = 0,
        body: str = "",
    ) -> Self:
        """Create the tombstone of a row that follows ``previous_mac``."""
        unsigned = cls(get_audit_keys().current, kind, "", run, leaf, at, body)
        return unsigned._replace(mac=_tombstone_mac(unsigned, row, previous_mac))

    @classmethod
    def parse(cls, content: str) -> Self | None:
        """Return the tombstone in a row's content, or None."""
        if not content.startswith(TOMBSTONE_PREFIX):
            return None
        try:
            tombstone = cls(**json.loads(content)["gone"])
        except (ValueError, TypeError):
            return None
        return tombstone if tombstone.text == content else None


def entry_id_to_microseconds(entry: str) -> int:
    """Return the time in an entry ID, in microseconds since 1970 (UUIDv7)."""
    return (UUID(entry).int >> 80) * 1000


def is_row_intact(row: ChainRow, previous_mac: str) -> bool:
    """Return whether a row is unchanged or a valid tombstone after ``previous_mac``.

    Raises `KeyNotFoundError`.
    """
    if tombstone := Tombstone.parse(row.content):
        return _tombstone_mac(tombstone, row, previous_mac) == tombstone.mac
    right = compute_mac(
        get_audit_keys()[row.key], previous_mac, row.seq, row.entry, row.phase, row.content
    )
    return right == row.mac


def _tombstone_mac(tombstone: Tombstone, row: ChainRow, previous_mac: str) -> str:
    version = 2 if tombstone.is_bound else 1
    leaf = (tombstone.at, tombstone.body) if tombstone.is_bound else (tombstone.leaf,)
    parts = (
        f"meridian audit tombstone v{version}",
        previous_mac,
        row.seq,
        row.entry,
        row.phase,
        row.key,
        row.mac,
        tombstone.kind,
        *leaf,
        tombstone.run,
    )
    data = "\n".join(map(str, parts)).encode()
    return hmac.digest(get_audit_keys()[tombstone.key], data, "sha256").hex()
