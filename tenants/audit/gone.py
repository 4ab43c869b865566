"""What stands where a row said something that was kept long enough.

The row keeps its place and its mac, so that the chain goes on over it, and its leaf,
so that what was signed of the record holds. A tombstone has a mac of its own: a row
that somebody else blanked has none. The bytes are in `docs/operating.md`, "The record".
"""

import hmac
import json
from typing import NamedTuple, Self
from uuid import UUID

from tenants.audit.chain import Link, mac, ring
from tenants.audit.entry import canonical

BEGINS = '{"gone":{'
RUN_LONG = 36  # characters of a run, the last member
RUN_AT = RUN_LONG + 2  # where it begins in the text, from its length back


class Tombstone(NamedTuple):
    """What is left to be told of a row."""

    key: str  # of the mac
    kind: str  # by which it was kept, see `kinds`
    leaf: str  # its hash in the tree, in hexadecimal
    mac: str
    run: str  # the entry of what removed it

    @property
    def text(self) -> str:
        return canonical({"gone": self._asdict()})

    @classmethod
    def of(cls, row: Link, before: str, *, kind: str, leaf: str, run: str) -> Self:
        """One for a row that follows the mac ``before``."""
        found = cls(ring().current, kind, leaf, "", run)
        return found._replace(mac=_mac(found, row, before))

    @classmethod
    def parse(cls, content: str) -> Self | None:
        """The tombstone that a row says; none where it says anything else."""
        if not content.startswith(BEGINS):
            return None
        try:
            found = cls(**json.loads(content)["gone"])
        except (ValueError, TypeError):
            return None
        return found if found.text == content else None


def begun(entry: str) -> int:
    """When an entry was begun, as its id says (RFC 9562, section 5.7): microseconds
    since 1970."""
    return (UUID(entry).int >> 80) * 1000


def holds(row: Link, before: str) -> bool:
    """Whether the row is as it was written, or removed by policy, right after the mac
    ``before``; raises `KeyMissing`."""
    if found := Tombstone.parse(row.content):
        return _mac(found, row, before) == found.mac
    right = mac(ring()[row.key], before, row.seq, row.entry, row.phase, row.content)
    return right == row.mac


def _mac(one: Tombstone, row: Link, before: str) -> str:
    said = (
        "meridian audit tombstone v1",
        before,
        row.seq,
        row.entry,
        row.phase,
        row.key,
        row.mac,
        one.kind,
        one.leaf,
        one.run,
    )
    data = "\n".join(map(str, said)).encode()
    return hmac.digest(ring()[one.key], data, "sha256").hex()
