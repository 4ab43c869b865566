"""Holding the record against what was signed of it earlier."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from tenants.audit.checkpoints import Checkpoint
from tenants.audit.models import AuditCheckpoint
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
    moment = datetime.fromtimestamp(checkpoint.time / 1e6, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S} UTC"


def read(path: Path) -> list[Checkpoint]:
    """The checkpoints of a file, which may hold other lines of a mail around them.

    Raises `NoAnchor` unless each is signed by a key that is known.
    """
    found = []
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.startswith("{"):
                continue
            try:
                one = Checkpoint.parse(line)
            except ValueError:
                raise NoAnchor(f"line {number} is no checkpoint") from None
            if not one.is_signed:
                raise NoAnchor(f"line {number} is signed by no key that is known")
            found.append(one)
    if not found:
        raise NoAnchor("there is no checkpoint in it")
    return found


def kept() -> Iterable[Checkpoint]:
    """Those in the database itself, which can be trusted where their key is known."""
    for one in AuditCheckpoint.objects.iterator():
        yield Checkpoint.parse(one.line)
