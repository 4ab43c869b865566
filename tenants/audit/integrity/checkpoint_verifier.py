"""Compare the audit log with its signed checkpoints."""

import fcntl
import json
from collections.abc import Container, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tenants.audit.integrity import signing
from tenants.audit.integrity.chain import GENESIS_MAC
from tenants.audit.integrity.lost_keys import LostKeys
from tenants.audit.integrity.merkle import MerkleTree
from tenants.audit.integrity.signed_tree import (
    ChainBrokenError,
    Checkpoint,
    load_tree,
    serialize_peaks,
)
from tenants.audit.integrity.sink_state import find_state_problem, load_recorded_sizes
from tenants.audit.models import AuditCheckpoint, CheckpointProgress
from tenants.audit.records import MALFORMED_ERRORS


class AnchorFileError(Exception):
    """The file has no usable checkpoints."""


class CheckpointMismatchError(Exception):
    """The log differs from a signed checkpoint, at ``row`` or before."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(reason)
        self.row = row


class CheckpointVerifier:
    """Compares a growing tree with checkpoints."""

    def __init__(self, checkpoints: Iterable[Checkpoint]) -> None:
        self._pending = sorted(set(checkpoints), reverse=True)
        self.tree = MerkleTree()
        self.unproven_rows = 0  # rows that no checkpoint can prove, for lack of leaf hashes
        self._skipped_rows = 0  # of these, rows that aren't in the tree
        self.verified_count = 0
        self.last_verified: Checkpoint | None = None  # among those reached

    def __bool__(self) -> bool:
        return bool(self._pending or self.verified_count)

    @property
    def size(self) -> int:
        """Return how many rows were added."""
        return self.tree.size + self._skipped_rows

    def add_leaf(self, leaf: bytes | None) -> Checkpoint | None:
        """Add a row and return the checkpoint that ends with it, if any.

        Without the leaf hash of a row, the next stored checkpoint continues the tree. Raises
        `CheckpointMismatchError` if the rows differ from what was signed.
        """
        if leaf is None or self._skipped_rows:
            self._skipped_rows += 1
            self.unproven_rows += 1
        else:
            self.tree.add(leaf)
        checkpoint = None
        while self._pending and self._pending[-1].size == self.size:
            checkpoint = self._pending.pop()
            if self._skipped_rows:
                self._continue_from(checkpoint)
                continue
            if checkpoint.root != self.tree.root:
                first = self.last_verified.size + 1 if self.last_verified else 1
                raise CheckpointMismatchError(
                    first,
                    f"the rows from here to {checkpoint.size} differ from those "
                    f"signed on {format_signed_at(checkpoint)}",
                )
            self.verified_count += 1
        self.last_verified = checkpoint or self.last_verified
        return checkpoint

    def _continue_from(self, checkpoint: Checkpoint) -> None:
        """Continue with the tree of a stored checkpoint, whose rows can't be compared with it."""
        stored = AuditCheckpoint.objects.filter(line=checkpoint.line).first()
        with suppress(ChainBrokenError):
            if stored:
                self.tree, self._skipped_rows = load_tree(stored, checkpoint), 0

    def finish(self) -> None:
        """Raise `CheckpointMismatchError` if a checkpoint covers more rows than exist."""
        if self._pending:
            next_checkpoint = self._pending[0]
            raise CheckpointMismatchError(
                self.size + 1,
                f"the audit log ends before it, but had {next_checkpoint.size} rows when signed on "
                f"{format_signed_at(next_checkpoint)}",
            )


def format_signed_at(checkpoint: Checkpoint) -> str:
    """Format the signing time of a checkpoint to the second."""
    return f"{checkpoint.signed_at:%Y-%m-%d %H:%M:%S} UTC"


def read_anchor_file(path: Path) -> list[Checkpoint]:
    """Read checkpoints from a file, which may be a saved mail.

    Raises `AnchorFileError` unless each one is signed by a known key.
    """
    checkpoints = []
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        with suppress(OSError):  # a worker may be adding to it
            fcntl.flock(file, fcntl.LOCK_SH)
        for number, line in enumerate(file, 1):
            if not line.startswith("{"):
                continue
            try:
                checkpoint = Checkpoint.parse(line)
            except (ValueError, RecursionError):
                if not line.endswith("\n"):
                    break  # a worker is at it, or its disk is full
                raise AnchorFileError(f"line {number} is not a checkpoint") from None
            if not checkpoint.has_valid_signature:
                raise AnchorFileError(f"line {number} has no valid signature")
            checkpoints.append(checkpoint)
    if not checkpoints:
        raise AnchorFileError("no checkpoint found")
    return checkpoints


def load_stored_checkpoints(
    lost_keys: LostKeys,
) -> tuple[list[Checkpoint], CheckpointMismatchError | None]:
    """Load checkpoints up to the first invalid one, and its error.

    If any public key is known, every checkpoint must have a valid signature. Sink positions under
    a lost key aren't checked.
    """
    checkpoints: list[Checkpoint] = []
    names = signing.load_public_keys()
    recorded: dict[str, int] = {}
    for row in AuditCheckpoint.objects.order_by("number").iterator():
        try:
            checkpoint = Checkpoint.parse(row.line)
            problem = _find_problem(row, checkpoint, checkpoints, names)
            recorded = {} if problem else load_recorded_sizes(row, lost_keys)
        except MALFORMED_ERRORS:
            return checkpoints, CheckpointMismatchError(
                _row_number(row.size), "its checkpoint is unreadable"
            )
        if problem:
            return checkpoints, CheckpointMismatchError(checkpoint.size, problem)
        checkpoints.append(checkpoint)
    sizes = {0, *(valid.size for valid in checkpoints)}
    return checkpoints, _find_wrong_state(sizes, recorded)


def _find_wrong_state(
    sizes: Container[int], recorded: Mapping[str, int]
) -> CheckpointMismatchError | None:
    """Return the error of a sink's state that was changed or that no checkpoint explains.

    ``recorded`` is how far each sink had come when the last checkpoint was signed.
    """
    try:
        states = CheckpointProgress.objects.in_bulk()
        for name in sorted({*states, *recorded}):
            state, size = states.get(name), recorded.get(name, 0)
            if problem := find_state_problem(name, state, size):
                return CheckpointMismatchError(_row_number(state.size if state else size), problem)
        for state in states.values():
            if state.size not in sizes:
                problem = f"the checkpoint sent to {state.name} is missing from the database"
                return CheckpointMismatchError(_row_number(state.size), problem)
    except MALFORMED_ERRORS:
        return CheckpointMismatchError(1, "the delivery state of a checkpoint sink is malformed")
    return None


def _row_number(size: Any) -> int:
    """Return the size as a row number; SQLite columns can hold any type."""
    return size if isinstance(size, int) else 1


def _find_problem(
    row: AuditCheckpoint,
    checkpoint: Checkpoint,
    previous: Sequence[Checkpoint],
    known_keys: Container[str],
) -> str:
    """Return the problem of a checkpoint that follows ``previous``, or ""."""
    if checkpoint.previous != (previous[-1].digest if previous else GENESIS_MAC):
        return "its checkpoint doesn't follow the previous one"
    if known_keys and checkpoint.key not in known_keys:
        return (
            f"its checkpoint is signed with the unknown key {checkpoint.key!r}: "
            "AUDIT_PUBLIC_KEYS must list all former AUDIT_SIGNING_KEYS"
        )
    if known_keys and not checkpoint.has_valid_signature:
        return "its checkpoint has no valid signature"
    tree = MerkleTree((rows, bytes.fromhex(peak)) for rows, peak in json.loads(row.peaks))
    stored = (row.number, row.size, row.line, row.peaks, tree.size, tree.root)
    expected = (
        len(previous) + 1,
        checkpoint.size,
        checkpoint.line,
        serialize_peaks(tree),
        checkpoint.size,
        checkpoint.root,
    )
    if stored != expected:
        return "its checkpoint differs from what was signed"
    return ""


def find_missing_checkpoint(anchor: Sequence[Checkpoint]) -> tuple[int, str] | None:
    """Return the first row whose anchored checkpoint is missing here, and a reason."""
    stored_lines = set(AuditCheckpoint.objects.values_list("line", flat=True))
    removed = [checkpoint.size for checkpoint in anchor if checkpoint.line not in stored_lines]
    return (min(removed), "its checkpoint is missing from the database") if removed else None
