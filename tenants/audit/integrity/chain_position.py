"""Where an entry stands in the chain, and whether it still says what was written.

Only the rows around it are checked. That none is missing or changed elsewhere is
what ``audit_verify`` proves.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tenants.audit.integrity.chain import GENESIS_MAC
from tenants.audit.integrity.tombstones import Tombstone, is_row_intact
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.crypto.key_ring import KeyNotFoundError

type RecordsByNumber = Mapping[int, AuditRecord]


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """One row of the record; ``matches`` is None where its key is not at hand."""

    number: int
    mac: str  # empty where there is no such row
    matches: bool | None
    is_removed: bool = False  # by policy: what matches is what is left of it

    @property
    def digest(self) -> str:
        """Enough of the mac to compare by eye."""
        parts = [self.mac[at : at + 4] for at in range(0, 16, 4)]
        return " ".join(parts) if self.mac else "–"


@dataclass(frozen=True, slots=True)
class ChainPosition:
    """The row that an entry began with between its neighbours, and the one that
    ended it. A row of the entry's own matches if it says the same as the entry."""

    before: CheckedRow | None
    entry: CheckedRow
    after: CheckedRow | None
    outcome: CheckedRow | None


def find_position(entry: AuditEntry) -> ChainPosition:
    """Where an entry stands in the chain, with the rows on both sides."""
    first, last = entry.seq, entry.outcome_seq
    wanted = [first - 2, first - 1, first, first + 1]
    wanted += [last - 1, last] if last else []
    rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=wanted)}
    return ChainPosition(
        _check_row(rows, first - 1) if first > 1 else None,
        _check_own_row(rows, first, entry),
        _check_row(rows, first + 1) if first + 1 in rows else None,
        _check_own_row(rows, last, entry) if last else None,
    )


def find_row_position(number: int) -> ChainPosition:
    """Where a row stands that says nothing any more."""
    wanted = range(number - 2, number + 2)
    rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=wanted)}
    before = _check_row(rows, number - 1) if number > 1 else None
    after = _check_row(rows, number + 1) if number + 1 in rows else None
    return ChainPosition(before, _check_row(rows, number), after, None)


def _check_own_row(rows: RecordsByNumber, number: int, entry: AuditEntry) -> CheckedRow:
    link, row = _check_row(rows, number), rows.get(number)
    same = row is not None and _says_the_same(row, entry)
    return link if same else CheckedRow(number, link.mac, False)


def _says_the_same(row: AuditRecord, entry: AuditEntry) -> bool:
    try:
        said = json.loads(row.content).items()
    except (ValueError, AttributeError):
        return False
    return bool(said) and all(getattr(entry, name, None) == value for name, value in said)


def _check_row(rows: RecordsByNumber, number: int) -> CheckedRow:
    row, last = rows.get(number), rows.get(number - 1)
    if row is None:
        return CheckedRow(number, "", False)
    before = last.mac if last else GENESIS_MAC if number == 1 else ""
    is_removed = Tombstone.parse(row.content) is not None
    try:
        return CheckedRow(number, row.mac, is_row_intact(row.chain_row, before), is_removed)
    except KeyNotFoundError:
        return CheckedRow(number, row.mac, None, is_removed)
