"""Result and errors of a verification."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import DatabaseError

from tenants.audit.integrity.signed_tree import Checkpoint
from tenants.audit.retention.run_verifier import VerifiedRun

MAX_WARNINGS = 20  # listed one by one


@dataclass(slots=True)
class VerificationReport:
    """The result of a verification."""

    has_triggers: bool = True  # the database refuses to change a row
    rows: int = 0
    calls: int = 0
    deletion_runs: list[VerifiedRun] = field(default_factory=list)
    first_bad_row: tuple[int, str] | None = None
    warnings: list[str] = field(default_factory=list)
    suppressed_warnings: int = 0  # number of warnings beyond the listed ones
    checkpoint_count: int = 0  # that it was held against
    last_checkpoint: Checkpoint | None = None  # the last of these

    @property
    def deleted_by_category(self) -> Counter[str]:
        """Count entries deleted by retention per category."""
        counter: Counter[str] = Counter()
        for run in self.deletion_runs:
            counter.update(run.entries)
        return counter

    @property
    def deleted_count(self) -> int:
        return self.deleted_by_category.total()

    def add_warning(self, warning: str) -> None:
        if len(self.warnings) < MAX_WARNINGS:
            self.warnings.append(warning)
        else:
            self.suppressed_warnings += 1


class UnreadableChainError(DatabaseError):
    """The database can't read the log from ``row`` on."""

    def __init__(self, row: int, error: DatabaseError) -> None:
        reason = str(error).partition("\n")[0] or type(error).__name__
        super().__init__(f"unreadable from row {row}: {reason}")
        self.row = row


class VerificationError(Exception):
    """Verification failed at ``row``, or at the current row."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.row = row
