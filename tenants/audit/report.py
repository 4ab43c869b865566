"""What verifying the record finds, and how it ends early."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import DatabaseError

from tenants.audit.checkpoints import Checkpoint
from tenants.audit.runs import Removal

WARNINGS = 20  # that are told one by one


@dataclass(slots=True)
class Report:
    """What was found; ``bad`` is the first row that cannot be right."""

    is_guarded: bool = True  # the database refuses to change a row
    rows: int = 0
    calls: int = 0
    removals: list[Removal] = field(default_factory=list)
    bad: tuple[int, str] | None = None
    warnings: list[str] = field(default_factory=list)
    more: int = 0  # warnings that are only counted
    checkpoints: int = 0  # that it was held against
    signed: Checkpoint | None = None  # the last of these

    @property
    def gone(self) -> Counter[str]:
        """Entries that were kept long enough, by kind."""
        found: Counter[str] = Counter()
        for one in self.removals:
            found.update(one.entries)
        return found

    @property
    def removed(self) -> int:
        return self.gone.total()

    def warn(self, what: str) -> None:
        if len(self.warnings) < WARNINGS:
            self.warnings.append(what)
        else:
            self.more += 1


class Unreadable(DatabaseError):
    """The database does not give what it has of the record, from ``row`` on."""

    def __init__(self, row: int, error: DatabaseError) -> None:
        said = str(error).partition("\n")[0] or type(error).__name__
        super().__init__(f"from row {row} on, it cannot be read: {said}")
        self.row = row


class Bad(Exception):
    """The record is not whole, at ``row`` where it is not the one being read."""

    def __init__(self, what: str, row: int | None = None) -> None:
        super().__init__(what)
        self.row = row
