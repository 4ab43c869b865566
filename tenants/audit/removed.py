"""What can still be told of entries that were removed, to whoever asks for them."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db.models import QuerySet

from tenants.audit.entry import UNLIKE
from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.gone import Tombstone, begun
from tenants.audit.kinds import DAY
from tenants.audit.models import BLOCK, AuditBlock, AuditEntry, AuditRecord
from tenants.audit.runs import Run, read

LATE = 60_000_000  # microseconds from when an entry got its id to when it was begun
BLOCKS = 5  # that may hold an entry of a moment, with clocks that disagree
RUNS = 100  # the newest, that are asked how far back something was removed


class Removed(NamedTuple):
    """An entry that was removed: the row that it began with, and what removed it."""

    row: AuditRecord
    stone: Tombstone
    by: AuditEntry
    run: Run

    @property
    def days(self) -> int:
        """How long its kind was kept then."""
        return self.run.days.get(self.stone.kind, 0)


def removed(organization: int, entry: str) -> Removed | None:
    """None where there never was such an entry of this organization.

    The record has no index of ids: they say when they were made, and that leads to
    the rows.
    """
    try:
        at = begun(entry)
    except ValueError:  # no id of an entry
        return None
    blocks = AuditBlock.objects.filter(earliest__lte=at + LATE, latest__gte=at)
    for block in blocks.order_by("block").values_list("block", flat=True)[:BLOCKS]:
        span = (block * BLOCK, (block + 1) * BLOCK - 1)
        row = AuditRecord.objects.filter(
            seq__range=span, entry=entry, phase="intent"
        ).first()
        stone = Tombstone.parse(row.content) if row else None
        if row and stone:
            by = _runs(organization).filter(entry=stone.run).first()
            run = run_of(by) if by else None
            return Removed(row, stone, by, run) if by and run else None
    return None


def runs(organization: int) -> Iterator[tuple[AuditEntry, Run]]:
    """Those that removed entries of an organization, the newest first."""
    for entry in _runs(organization).iterator():
        if run := run_of(entry):
            yield entry, run


def reach(organization: int) -> Mapping[str, int]:
    """Up to when, in microseconds since 1970, entries of each kind were removed; by
    kind, without those of which none was lately."""
    found: dict[str, int] = {}
    for entry in _runs(organization)[:RUNS]:
        run = run_of(entry)
        for kind, days in (run.days if run else {}).items():
            found[kind] = max(found.get(kind, 0), entry.at - days * DAY)
    return found


def _runs(organization: int) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        organization_id=organization, operation=AUDIT_EXPIRE.name
    )


def run_of(entry: AuditEntry) -> Run | None:
    """None where it is not as it was written, which verifying tells."""
    try:
        run = read(entry)
        return run if run.total and run.entries and run.days else None
    except UNLIKE:
        return None
