"""Where an entry stands in the chain, and whether it still says what was written.

Only the rows around it are checked. That none is missing or changed elsewhere is
what ``audit_verify`` proves.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from tenants.audit.chain import START
from tenants.audit.gone import Tombstone, holds
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.keyring import KeyMissing

type Rows = Mapping[int, AuditRecord]


@dataclass(frozen=True, slots=True)
class Link:
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
class Place:
    """The row that an entry began with between its neighbours, and the one that
    ended it. A row of the entry's own matches if it says the same as the entry."""

    before: Link | None
    entry: Link
    after: Link | None
    outcome: Link | None


def place(entry: AuditEntry) -> Place:
    """Where an entry stands in the chain, with the rows on both sides."""
    first, last = entry.seq, entry.outcome_seq
    wanted = [first - 2, first - 1, first, first + 1]
    wanted += [last - 1, last] if last else []
    rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=wanted)}
    return Place(
        _link(rows, first - 1) if first > 1 else None,
        _own(rows, first, entry),
        _link(rows, first + 1) if first + 1 in rows else None,
        _own(rows, last, entry) if last else None,
    )


def around(number: int) -> Place:
    """Where a row stands that says nothing any more."""
    wanted = range(number - 2, number + 2)
    rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=wanted)}
    before = _link(rows, number - 1) if number > 1 else None
    after = _link(rows, number + 1) if number + 1 in rows else None
    return Place(before, _link(rows, number), after, None)


def _own(rows: Rows, number: int, entry: AuditEntry) -> Link:
    link, row = _link(rows, number), rows.get(number)
    same = row is not None and _tells(row, entry)
    return link if same else Link(number, link.mac, False)


def _tells(row: AuditRecord, entry: AuditEntry) -> bool:
    try:
        said = json.loads(row.content).items()
    except (ValueError, AttributeError):
        return False
    return bool(said) and all(
        getattr(entry, name, None) == value for name, value in said
    )


def _link(rows: Rows, number: int) -> Link:
    row, last = rows.get(number), rows.get(number - 1)
    if row is None:
        return Link(number, "", False)
    before = last.mac if last else START if number == 1 else ""
    is_removed = Tombstone.parse(row.content) is not None
    try:
        return Link(number, row.mac, holds(row.link, before), is_removed)
    except KeyMissing:
        return Link(number, row.mac, None, is_removed)
