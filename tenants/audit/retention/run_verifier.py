"""Verify retention runs: each matches its tombstones, and deleted nothing too young."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from tenants.audit.integrity.chain import ChainRow
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.retention.policy import MICROSECONDS_PER_DAY, MIN_RETENTION_DAYS
from tenants.audit.retention.runs import DeletedRows, RetentionRun, build_run_changes

# Clocks may differ by this much where a row's age is inferred from its neighbors.
NEIGHBOR_TOLERANCE_MICROSECONDS = 7 * MICROSECONDS_PER_DAY


class VerifiedRun(NamedTuple):
    """A run that matches its tombstones."""

    time: int  # microseconds since 1970
    organization: str  # its slug
    entry: str
    first: int
    last: int
    entries: Mapping[str, int]  # by kind


class UnprovenDeletionError(Exception):
    """A row was deleted by no run, or a run doesn't match its tombstones."""

    def __init__(self, reason: str, row: int | None = None) -> None:
        super().__init__(reason)
        self.row = row  # the first that is to blame, where it is not the one at hand


def check_run(content: Mapping[str, Any], deleted: DeletedRows, total: int) -> RetentionRun:
    """Compare a run's intent with its tombstones; raise `UnprovenDeletionError`.

    ``total`` is how many entries of the organization were deleted up to this run.
    """
    try:
        run = RetentionRun.parse(content["at"], content["changed"])
        right = build_run_changes(deleted, total, run.days)
        is_valid = run.values == {change.field: change.after for change in right}
    except (KeyError, TypeError, ValueError):
        is_valid = False
    if not is_valid:
        raise UnprovenDeletionError(
            f"tombstones {deleted.first} to {deleted.last} differ from what it reports"
        )
    for kind, newest in deleted.newest_time.items():
        days = run.days.get(kind, 0)
        if days < MIN_RETENTION_DAYS or newest > run.time - days * MICROSECONDS_PER_DAY:
            raise UnprovenDeletionError(
                f"it deleted {kind} younger than {max(days, MIN_RETENTION_DAYS)} days",
                deleted.first,
            )
    return run


class NeighborClock:
    """Infers the age of rows whose leaf hash binds no time.

    Such a row is not older than the older of its neighbors: the nearest rows and checkpoints
    whose times are signed.
    """

    def __init__(self) -> None:
        self._previous: int | None = None  # microseconds since 1970
        self._pending: list[tuple[DeletedRows, str]] = []

    def add_row(self, deleted: DeletedRows, tombstone: Tombstone) -> None:
        """Add a deleted row, which follows the times so far."""
        if tombstone.is_bound:
            self.add_time(tombstone.at)
        else:
            self._pending.append((deleted, tombstone.kind))

    def add_time(self, time: int) -> None:
        """Add the signed time of the next row or checkpoint."""
        if self._previous is not None and self._pending:
            oldest = min(self._previous, time) - NEIGHBOR_TOLERANCE_MICROSECONDS
            for deleted, kind in self._pending:
                deleted.add_time(kind, oldest)
        self._pending.clear()
        self._previous = time


class RunVerifier:
    """Verifies all runs in one pass over the log."""

    def __init__(self) -> None:
        self.verified: list[VerifiedRun] = []
        self._clock = NeighborClock()
        self._pending: dict[str, DeletedRows] = {}  # tombstones whose run wasn't reached yet
        self._totals: Counter[int] = Counter()  # by organization

    def add_time(self, time: int) -> None:
        """Add the time of a row that wasn't deleted, or of a checkpoint."""
        self._clock.add_time(time)

    def add_tombstone(self, row: ChainRow, tombstone: Tombstone) -> None:
        try:
            deleted = self._pending.setdefault(tombstone.run, DeletedRows())
            deleted.add(row, tombstone)
        except ValueError:
            raise UnprovenDeletionError(
                "the row was deleted, but its entry ID has no time"
            ) from None
        self._clock.add_row(deleted, tombstone)

    def check_run(self, content: Mapping[str, Any]) -> None:
        """Compare the tombstones of a run with its intent."""
        deleted = self._pending.pop(content["entry"], None)
        if deleted is None:
            raise UnprovenDeletionError("the rows it reports as deleted still exist")
        organization = content["organization_id"]
        self._totals[organization] += deleted.entries.total()
        run = check_run(content, deleted, self._totals[organization])
        name, entry = content["organization"], content["entry"]
        span = deleted.first, deleted.last
        self.verified.append(VerifiedRun(run.time, name, entry, *span, deleted.entries))

    def finish(self) -> None:
        if self._pending:
            first = min(deleted.first for deleted in self._pending.values())
            raise UnprovenDeletionError("the row was deleted by no recorded retention run", first)
