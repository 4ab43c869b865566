"""Retention runs.

A run is an ``audit.expire`` entry of the organization whose entries it deleted. It comes after
all rows it deleted and signs their tombstones.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from django.db.models import QuerySet

from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.integrity.chain import ChainRow
from tenants.audit.integrity.tombstones import Tombstone, entry_id_to_microseconds
from tenants.audit.models import ROWS_PER_BLOCK, AuditBlock, AuditEntry, AuditRecord
from tenants.audit.records import MALFORMED_ERRORS
from tenants.audit.retention.policy import MICROSECONDS_PER_DAY
from tenants.authlete.changes import FieldChange


class DeletedRows:
    """The rows of one run, in chain order."""

    def __init__(self) -> None:
        self.first = self.last = self.rows = 0
        self.entries: Counter[str] = Counter()
        self.newest_time: dict[str, int] = {}  # microseconds since 1970, of each kind
        self._hash = sha256()

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()

    def add(self, row: ChainRow, tombstone: Tombstone) -> None:
        self.first, self.last = self.first or row.seq, row.seq
        self.rows += 1
        self._hash.update(f"{row.seq} {row.content}\n".encode())
        if row.phase == "intent":
            self.entries[tombstone.kind] += 1
            self.add_time(tombstone.kind, entry_id_to_microseconds(row.entry))
        if tombstone.is_bound:
            self.add_time(tombstone.kind, tombstone.at)

    def add_time(self, kind: str, time: int) -> None:
        """Record that a row of the kind is not older than ``time``."""
        self.newest_time[kind] = max(self.newest_time.get(kind, 0), time)


def build_run_changes(
    deleted: DeletedRows, total: int, retention_days: Mapping[str, int]
) -> Sequence[FieldChange]:
    """Return the changes recorded by a run's entry."""
    return [
        *(FieldChange(f"entries.{kind}", None, n) for kind, n in deleted.entries.items()),
        *(FieldChange(f"days.{kind}", None, retention_days[kind]) for kind in deleted.entries),
        FieldChange("total", None, total),
        FieldChange("rows", None, deleted.rows),
        FieldChange("first", None, deleted.first),
        FieldChange("last", None, deleted.last),
        FieldChange("digest", None, deleted.digest),
    ]


class RetentionRun(NamedTuple):
    """A parsed entry of a run."""

    time: int  # microseconds since 1970
    values: Mapping[str, Any]

    @classmethod
    def parse(cls, time: int, changed: str) -> "RetentionRun":
        return cls(time, {change["field"]: change["after"] for change in json.loads(changed)})

    @property
    def deleted_total(self) -> int:
        """Return the organization's deleted entries up to this run."""
        total: int = self.values["total"]
        return total

    @property
    def days(self) -> dict[str, int]:
        """Return the retention days of each deleted category."""
        return self._by_category("days")

    @property
    def entries(self) -> dict[str, int]:
        return self._by_category("entries")

    def _by_category(self, prefix: str) -> dict[str, int]:
        names = (name.partition(".") for name in self.values)
        return {kind: self.values[f"{prefix}.{kind}"] for name, _, kind in names if name == prefix}


def find_last_run(organization: int) -> AuditEntry | None:
    """Return the organization's last run, if any."""
    return AuditEntry.objects.filter(
        organization_id=organization, operation=AUDIT_EXPIRE.name
    ).first()


def read_run(entry: AuditEntry) -> RetentionRun:
    """Parse the entry of a run."""
    return RetentionRun.parse(entry.at, entry.changed)


MAX_ID_DELAY_MICROSECONDS = (
    60_000_000  # microseconds from when an entry got its id to when it was begun
)
MAX_BLOCKS_SEARCHED = 5  # that may hold an entry of a moment, with clocks that disagree
MAX_RUNS_READ = 100  # newest runs read for the latest deletions


class DeletedEntry(NamedTuple):
    """A deleted entry: its first row, tombstone and run."""

    row: AuditRecord
    tombstone: Tombstone
    by: AuditEntry
    run: RetentionRun

    @property
    def days(self) -> int:
        """Return the retention days of its category at that time."""
        return self.run.days.get(self.tombstone.kind, 0)


def find_deleted_entry(organization: int, entry: str) -> DeletedEntry | None:
    """Return a deleted entry of the organization, or None if there was none.

    Rows have no index by entry ID; the time in the ID leads to them.
    """
    try:
        microseconds = entry_id_to_microseconds(entry)
    except ValueError:  # no id of an entry
        return None
    blocks = AuditBlock.objects.filter(
        earliest__lte=microseconds + MAX_ID_DELAY_MICROSECONDS, latest__gte=microseconds
    )
    for block in blocks.order_by("block").values_list("block", flat=True)[:MAX_BLOCKS_SEARCHED]:
        span = (block * ROWS_PER_BLOCK, (block + 1) * ROWS_PER_BLOCK - 1)
        row = AuditRecord.objects.filter(seq__range=span, entry=entry, phase="intent").first()
        tombstone = Tombstone.parse(row.content) if row else None
        if row and tombstone:
            by = _run_entries(organization).filter(entry=tombstone.run).first()
            run = try_read_run(by) if by else None
            return DeletedEntry(row, tombstone, by, run) if by and run else None
    return None


def list_runs(organization: int) -> Iterator[tuple[AuditEntry, RetentionRun]]:
    """Yield the organization's runs, newest first."""
    for entry in _run_entries(organization).iterator():
        if run := try_read_run(entry):
            yield entry, run


def find_deleted_until(organization: int) -> Mapping[str, int]:
    """Return by category until when entries were deleted, in microseconds since 1970.

    Categories without recent deletions are missing.
    """
    times: dict[str, int] = {}
    for entry in _run_entries(organization)[:MAX_RUNS_READ]:
        run = try_read_run(entry)
        for kind, days in (run.days if run else {}).items():
            times[kind] = max(times.get(kind, 0), entry.at - days * MICROSECONDS_PER_DAY)
    return times


def _run_entries(organization: int) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(organization_id=organization, operation=AUDIT_EXPIRE.name)


def try_read_run(entry: AuditEntry) -> RetentionRun | None:
    """Return the parsed run, or None if its entry was tampered with."""
    try:
        run = read_run(entry)
        return run if run.deleted_total and run.entries and run.days else None
    except MALFORMED_ERRORS:
        return None
