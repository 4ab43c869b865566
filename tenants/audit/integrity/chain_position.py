"""Position of an entry in the chain, and whether it still matches its rows.

Only the neighboring rows are checked; audit_verify checks the whole chain.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tenants.audit.integrity.chain import GENESIS_MAC
from tenants.audit.integrity.tombstones import Tombstone, is_row_intact
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.records import ROW_ONLY_MEMBERS
from tenants.crypto.key_ring import KeyNotFoundError

type RecordsByNumber = Mapping[int, AuditRecord]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row of the chain; ``matches`` is None if its key isn't available."""

    mac: str  # empty where there is no such row
    matches: bool | None
    is_removed: bool = False  # a tombstone; then ``matches`` is about the tombstone

    @property
    def digest(self) -> str:
        """Return the first digits of the MAC, to compare by eye."""
        parts = [self.mac[start : start + 4] for start in range(0, 16, 4)]
        return " ".join(parts) if self.mac else "–"


@dataclass(frozen=True, slots=True)
class ChainPosition:
    """The rows of an entry (intent and outcome) and the neighbors of the intent.

    The entry's own rows match only if they say the same as the entry.
    """

    before: CheckedRow | None
    entry: CheckedRow
    after: CheckedRow | None
    outcome: CheckedRow | None


def find_position(entry: AuditEntry) -> ChainPosition:
    """Return the position of an entry and its neighbors."""
    first, last = entry.seq, entry.outcome_seq
    expected = [first - 2, first - 1, first, first + 1]
    expected += [last - 1, last] if last else []
    rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=expected)}
    return ChainPosition(
        _check_row(rows, first - 1) if first > 1 else None,
        _check_own_row(rows, first, entry),
        _check_row(rows, first + 1) if first + 1 in rows else None,
        _check_own_row(rows, last, entry) if last else None,
    )


def find_row_position(number: int) -> ChainPosition:
    """Return the position of a tombstone and its neighbors."""
    neighbors = range(number - 2, number + 2)
    rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=neighbors)}
    before = _check_row(rows, number - 1) if number > 1 else None
    after = _check_row(rows, number + 1) if number + 1 in rows else None
    return ChainPosition(before, _check_row(rows, number), after, None)


def _check_own_row(rows: RecordsByNumber, number: int, entry: AuditEntry) -> CheckedRow:
    link, row = _check_row(rows, number), rows.get(number)
    same = row is not None and _says_the_same(row, entry)
    return link if same else CheckedRow(link.mac, False)


def _says_the_same(row: AuditRecord, entry: AuditEntry) -> bool:
    try:
        fields = json.loads(row.content).items()
    except (ValueError, AttributeError):
        return False
    visible = [(name, value) for name, value in fields if name not in ROW_ONLY_MEMBERS]
    return bool(visible) and all(getattr(entry, name, None) == value for name, value in visible)


def _check_row(rows: RecordsByNumber, number: int) -> CheckedRow:
    row, last = rows.get(number), rows.get(number - 1)
    if row is None:
        return CheckedRow("", False)
    before = last.mac if last else GENESIS_MAC if number == 1 else ""
    is_removed = Tombstone.parse(row.content) is not None
    try:
        return CheckedRow(row.mac, is_row_intact(row.chain_row, before), is_removed)
    except KeyNotFoundError:
        return CheckedRow(row.mac, None, is_removed)
