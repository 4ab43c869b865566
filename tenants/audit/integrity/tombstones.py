"""What stands where a row said something that was kept long enough.

The row keeps its place and its mac, so that the chain goes on over it, and its leaf,
so that what was signed of the record holds. A tombstone has a mac of its own: a row
that somebody else blanked has none. The bytes are in `docs/reference/audit-log.md`, "The record".
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
    """What is left to be told of a row."""

    key: str  # of the mac
    kind: str  # by which it was kept, see `kinds`
    leaf: str  # its hash in the tree, in hexadecimal
    mac: str
    run: str  # the entry of what removed it

    @property
    def text(self) -> str:
        return canonical_json({"gone": self._asdict()})

    @classmethod
    def create(cls, row: ChainRow, previous_mac: str, *, kind: str, leaf: str, run: str) -> Self:
        """One for a row that follows the mac ``before``."""
        found = cls(get_audit_keys().current, kind, leaf, "", run)
        return found._replace(mac=_tombstone_mac(found, row, previous_mac))

    @classmethod
    def parse(cls, content: str) -> Self | None:
        """The tombstone that a row says; none where it says anything else."""
        if not content.startswith(TOMBSTONE_PREFIX):
            return None
        try:
            found = cls(**json.loads(content)["gone"])
        except (ValueError, TypeError):
            return None
        return found if found.text == content else None


def entry_id_to_microseconds(entry: str) -> int:
    """When an entry was begun, as its id says (RFC 9562, section 5.7): microseconds
    since 1970."""
    return (UUID(entry).int >> 80) * 1000


def is_row_intact(row: ChainRow, previous_mac: str) -> bool:
    """Whether the row is as it was written, or removed by policy, right after the mac
    ``before``; raises `KeyMissing`."""
    if found := Tombstone.parse(row.content):
        return _tombstone_mac(found, row, previous_mac) == found.mac
    right = compute_mac(
        get_audit_keys()[row.key],
        previous_mac,
        row.seq,
        row.entry,
        row.phase,
        row.content,
    )
    return right == row.mac


def _tombstone_mac(tombstone: Tombstone, row: ChainRow, previous_mac: str) -> str:
    said = (
        "meridian audit tombstone v1",
        previous_mac,
        row.seq,
        row.entry,
        row.phase,
        row.key,
        row.mac,
        tombstone.kind,
        tombstone.leaf,
        tombstone.run,
    )
    data = "\n".join(map(str, said)).encode()
    return hmac.digest(get_audit_keys()[tombstone.key], data, "sha256").hex()
