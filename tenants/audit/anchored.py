"""Holding the record against what was signed of it earlier."""

import fcntl
import json
from collections.abc import Container, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from tenants.audit import signing
from tenants.audit.chain import START
from tenants.audit.checkpoints import Checkpoint, peaks
from tenants.audit.models import AuditCheckpoint, AuditSink
from tenants.audit.tree import Tree


class NoAnchor(Exception):
    """What was given is no list of checkpoints that can be relied on."""


class Differs(Exception):
    """The record is not the one that was signed, from ``row`` on at the latest."""

    def __init__(self, row: int, what: str) -> None:
        super().__init__(what)
        self.row = row


class Signed:
    """Checkpoints that are met one after the other as a tree grows."""

    def __init__(self, checkpoints: Iterable[Checkpoint]) -> None:
        self._ahead = sorted(set(checkpoints), reverse=True)
        self.tree = Tree()
        self.met = 0
        self.last: Checkpoint | None = None  # of those that were met

    def __bool__(self) -> bool:
        return bool(self._ahead or self.met)

    def add(self, leaf: bytes) -> Checkpoint | None:
        """The checkpoint of all rows up to this one, if there is any; raises
        `Differs` where these are not the rows that it signs."""
        self.tree.add(leaf)
        found = None
        while self._ahead and self._ahead[-1].size == self.tree.size:
            found = self._ahead.pop()
            if found.root != self.tree.root:
                first = self.last.size + 1 if self.last else 1
                raise Differs(
                    first,
                    f"the rows from here to {found.size} are not those that were "
                    f"signed on {day(found)}",
                )
            self.met += 1
        self.last = found or self.last
        return found

    def ended(self) -> None:
        """Raises `Differs` where the record had more rows than it has."""
        if self._ahead:
            most = self._ahead[0]
            raise Differs(
                self.tree.size + 1,
                f"the record ends before it, but had {most.size} rows when signed on "
                f"{day(most)}",
            )


def day(checkpoint: Checkpoint) -> str:
    """When a checkpoint was signed, to the second."""
    return f"{checkpoint.signed_at:%Y-%m-%d %H:%M:%S} UTC"


def read(path: Path) -> list[Checkpoint]:
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
                raise NoAnchor(f"line {number} is no checkpoint") from None
            if not one.is_signed:
                raise NoAnchor(f"line {number} is signed by no key that is known")
            found.append(one)
    if not found:
        raise NoAnchor("there is no checkpoint in it")
    return found


def kept() -> tuple[list[Checkpoint], Differs | None]:
    """Those in the database itself, up to the first that is not as it was signed, and
    what is wrong with that one.

    Only those whose key is known can be trusted; where some key is, all have to be.
    """
    found: list[Checkpoint] = []
    names = signing.public_keys()
    for row in AuditCheckpoint.objects.order_by("number").iterator():
        try:
            one = Checkpoint.parse(row.line)
            what = _wrong(row, one, found, names)
        except (ValueError, TypeError, RecursionError):
            return found, Differs(_row(row.size), "the checkpoint of it cannot be read")
        if what:
            return found, Differs(one.size, what)
        found.append(one)
    sizes = {0, *(one.size for one in found)}
    for name, size in AuditSink.objects.values_list("name", "size"):
        if size not in sizes:
            what = f"the checkpoint of it that {name} has is not in the database"
            return found, Differs(_row(size), what)
    return found, None


def _row(size: Any) -> int:
    """The row that a checkpoint ends with; SQLite lets a column hold anything."""
    return size if isinstance(size, int) else 1


def _wrong(
    row: AuditCheckpoint,
    one: Checkpoint,
    before: Sequence[Checkpoint],
    names: Container[str],
) -> str:
    """What is wrong with a checkpoint that follows ``before``, if anything is."""
    if one.previous != (before[-1].digest if before else START):
        return "the checkpoint of it follows another than the one before it"
    if names and one.key not in names:
        return (
            f"the checkpoint of it is signed with {one.key!r}, which is not known: "
            "AUDIT_PUBLIC_KEYS has to name what AUDIT_SIGNING_KEYS had once"
        )
    if names and not one.is_signed:
        return "the checkpoint of it is signed by nobody"
    tree = Tree((rows, bytes.fromhex(peak)) for rows, peak in json.loads(row.peaks))
    kept = (row.number, row.size, row.line, row.peaks, tree.size, tree.root)
    right = (len(before) + 1, one.size, one.line, peaks(tree), one.size, one.root)
    if kept != right:
        return "the checkpoint of it is not kept as it was signed"
    return ""


def lost(anchor: Sequence[Checkpoint]) -> tuple[int, str] | None:
    """The first row whose checkpoint was kept elsewhere, but is here no more."""
    here = set(AuditCheckpoint.objects.values_list("line", flat=True))
    gone = [one.size for one in anchor if one.line not in here]
    return (
        (min(gone), "its checkpoint is not in the database any more") if gone else None
    )
