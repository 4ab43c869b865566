"""A signed checkpoint and its tree, as text and as stored."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, NamedTuple, Self

from tenants.audit.integrity import signing
from tenants.audit.integrity.merkle import MerkleTree
from tenants.audit.models import AuditCheckpoint
from tenants.audit.records import MALFORMED_ERRORS, canonical_json

MAX_TIME_MICROSECONDS = 253_402_300_800_000_000  # microseconds since 1970: no time can be later


class ChainBrokenError(Exception):
    """The log can't be signed, because of ``row``."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"row {row}: {reason}")
        self.row, self.reason = row, reason


class Checkpoint(NamedTuple):
    """A signed statement of the log's size and Merkle root."""

    size: int  # rows
    root: str
    time: int  # microseconds since 1970
    previous: str  # digest of the one before
    key: str
    signature: str

    @property
    def signed_text(self) -> str:
        """Return the text that is signed."""
        fields = (self.size, self.root, self.time, self.previous)
        return "\n".join(["meridian audit checkpoint v1", *map(str, fields)])

    @property
    def signed_at(self) -> datetime:
        return datetime.fromtimestamp(self.time / 1_000_000, UTC)

    @property
    def digest(self) -> str:
        return sha256(self.signed_text.encode()).hexdigest()

    @property
    def line(self) -> str:
        return canonical_json(self._asdict())

    @property
    def has_valid_signature(self) -> bool:
        return signing.is_valid_signature(self.signed_text, self.key, self.signature)

    @classmethod
    def parse(cls, line: str) -> Self:
        """Parse a JSON line; raise `ValueError` if it isn't a checkpoint."""
        fields = json.loads(line, object_pairs_hook=_reject_duplicates)
        if not isinstance(fields, dict) or set(fields) != set(cls._fields):
            raise ValueError("not a checkpoint")
        checkpoint = cls(**fields)
        numbers, texts = (checkpoint.size, checkpoint.time), (checkpoint.root, checkpoint.previous)
        if not all(
            type(number) is int and 0 <= number < MAX_TIME_MICROSECONDS for number in numbers
        ):
            raise ValueError("not a checkpoint")
        if not all(
            isinstance(value, str) for value in (*texts, checkpoint.key, checkpoint.signature)
        ):
            raise ValueError("not a checkpoint")
        return checkpoint


def _reject_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate member")
    return members


def load_tree(row: AuditCheckpoint | None, previous: Checkpoint | None) -> MerkleTree:
    """Load the tree of the last checkpoint and compare it with the signature.

    Otherwise a rewritten past could be signed by the next checkpoint.
    """
    if row is None or previous is None:
        return MerkleTree()
    try:
        peaks = json.loads(row.peaks)
        tree = MerkleTree((rows, bytes.fromhex(peak)) for rows, peak in peaks)
        same = (tree.size, tree.root) == (previous.size, previous.root)
    except MALFORMED_ERRORS:
        same = False
    if not (previous.has_valid_signature and same):
        raise ChainBrokenError(
            previous.size, ("its checkpoint was changed or has no valid signature")
        )
    return tree


def serialize_peaks(tree: MerkleTree) -> str:
    """Serialize the peaks from which the next checkpoint continues."""
    return json.dumps([(rows, peak.hex()) for rows, peak in tree.peaks])
