"""Holding the record against what was signed of it earlier."""

import fcntl
import json
from collections.abc import Container, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tenants.audit.integrity import signing
from tenants.audit.integrity.chain import GENESIS_MAC
from tenants.audit.integrity.checkpoints import Checkpoint, serialize_peaks
from tenants.audit.integrity.merkle import MerkleTree
from tenants.audit.models import AuditCheckpoint, CheckpointProgress


class AnchorFileError(Exception):
    """What was given is no list of checkpoints that can be relied on."""


class CheckpointMismatchError(Exception):
    """The record is not the one that was signed, from ``row`` on at the latest."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row = row


class CheckpointVerifier:
    """Checkpoints that are met one after the other as a tree grows."""

    def __init__(self, checkpoints: Iterable[Checkpoint]) -> None:
        self._pending = sorted(set(checkpoints), reverse=True)
        self.tree = MerkleTree()
        self.verified_count = 0
        self.last_verified: Checkpoint | None = None  # of those that were met

    def __bool__(self) -> bool:
        return bool(self._pending or self.verified_count)

    def add_leaf(self, leaf: bytes) -> Checkpoint | None:
        """The checkpoint of all rows up to this one, if there is any; raises
        `Differs` where these are not the rows that it signs."""
        self.tree.add(leaf)
        found = None
        while self._pending and self._pending[-1].size == self.tree.size:
            found = self._pending.pop()
            if found.root != self.tree.root:
                first = self.last_verified.size + 1 if self.last_verified else 1
                raise CheckpointMismatchError(
                    first,
                    f"the rows from here to {found.size} are not those that were "
                    f"signed on {format_signed_at(found)}",
                )
            self.verified_count += 1
        self.last_verified = found or self.last_verified
        return found

    def finish(self) -> None:
        """Raises `Differs` where the record had more rows than it has."""
        if self._pending:
            most = self._pending[0]
            raise CheckpointMismatchError(
                self.tree.size + 1,
                f"the record ends before it, but had {most.size} rows when signed on "
                f"{format_signed_at(most)}",
            )


def format_signed_at(checkpoint: Checkpoint) -> str:
    """When a checkpoint was signed, to the second."""
    return f"{checkpoint.signed_at:%Y-%m-%d %H:%M:%S} UTC"


def read_anchor_file(path: Path) -> list[Checkpoint]:
    """The checkpoints of a file, which may hold other lines of a mail around them.

    Raises `NoAnchor` unless each is signed by a key that is known.
    """
    found = []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        with suppress(OSError):  # a worker may be adding to it
            fcntl.flock(file, fcntl.LOCK_SH)
        for number, line in enumerate(file, 1):
            if not line.startswith("{"):
                continue
            try:
                one = Checkpoint.parse(line)
            except (ValueError, RecursionError):
                if not line.endswith("\n"):
                    break  # a worker is at it, or its disk is full
                raise AnchorFileError(f"line {number} is not a checkpoint") from None
            if not one.has_valid_signature:
                raise AnchorFileError(f"line {number} has no valid signature")
            found.append(one)
    if not found:
        raise AnchorFileError("no checkpoint found")
    return found


def load_stored_checkpoints() -> tuple[list[Checkpoint], CheckpointMismatchError | None]:
    """Those in the database itself, up to the first that is not as it was signed, and
    what is wrong with that one.

    Only those whose key is known can be trusted; where some key is, all have to be.
    """
    found: list[Checkpoint] = []
    names = signing.load_public_keys()
    for row in AuditCheckpoint.objects.order_by("number").iterator():
        try:
            one = Checkpoint.parse(row.line)
            what = _find_problem(row, one, found, names)
        except (ValueError, TypeError, RecursionError):
            return found, CheckpointMismatchError(
                _row_number(row.size), "its checkpoint is unreadable"
            )
        if what:
            return found, CheckpointMismatchError(one.size, what)
        found.append(one)
    sizes = {0, *(one.size for one in found)}
    for name, size in CheckpointProgress.objects.values_list("name", "size"):
        if size not in sizes:
            what = f"the checkpoint sent to {name} is missing from the database"
            return found, CheckpointMismatchError(_row_number(size), what)
    return found, None


def _row_number(size: Any) -> int:
    """The row that a checkpoint ends with; SQLite lets a column hold anything."""
    return size if isinstance(size, int) else 1


def _find_problem(
    row: AuditCheckpoint,
    checkpoint: Checkpoint,
    previous: Sequence[Checkpoint],
    known_keys: Container[str],
) -> str:
    """What is wrong with a checkpoint that follows ``before``, if anything is."""
    if checkpoint.previous != (previous[-1].digest if previous else GENESIS_MAC):
        return "its checkpoint doesn't follow the previous one"
    if known_keys and checkpoint.key not in known_keys:
        return (
            f"the checkpoint of it is signed with {checkpoint.key!r}, which is not known: "
            "AUDIT_PUBLIC_KEYS has to name what AUDIT_SIGNING_KEYS had once"
        )
    if known_keys and not checkpoint.has_valid_signature:
        return "its checkpoint has no valid signature"
    tree = MerkleTree((rows, bytes.fromhex(peak)) for rows, peak in json.loads(row.peaks))
    kept = (row.number, row.size, row.line, row.peaks, tree.size, tree.root)
    right = (
        len(previous) + 1,
        checkpoint.size,
        checkpoint.line,
        serialize_peaks(tree),
        checkpoint.size,
        checkpoint.root,
    )
    if kept != right:
        return "its checkpoint differs from what was signed"
    return ""


def find_missing_checkpoint(anchor: Sequence[Checkpoint]) -> tuple[int, str] | None:
    """The first row whose checkpoint was kept elsewhere, but is here no more."""
    here = set(AuditCheckpoint.objects.values_list("line", flat=True))
    gone = [one.size for one in anchor if one.line not in here]
    return (min(gone), "its checkpoint is missing from the database") if gone else None
