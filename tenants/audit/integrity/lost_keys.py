"""Chain keys that were lost, as `audit_new_chain` recorded them.

The MACs of their rows can't be checked, but their leaf hashes can be compared with signed
checkpoints. See docs/explanation/decisions/lost-chain-keys.md.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

from tenants.audit.events import AUDIT_NEW_CHAIN
from tenants.audit.integrity.chain import GENESIS_MAC, ChainRow, get_audit_keys
from tenants.audit.integrity.tombstones import Tombstone, is_row_intact
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.records import MALFORMED_ERRORS
from tenants.authlete.changes import FieldChange
from tenants.crypto.key_ring import KeyNotFoundError


class LostKey(NamedTuple):
    """A lost key and its rows, as counted when the new chain started."""

    name: str
    first: int
    last: int
    rows: int
    unsalted: int  # last row whose leaf hash needs the key; 0 if none
    signed: int  # rows under the last checkpoint that was signed before

    @property
    def changes(self) -> list[FieldChange]:
        """Return the key as changes of an audit entry."""
        return [
            FieldChange(f"{field}.{self.name}", None, value)
            for field, value in self._asdict().items()
            if field != "name"
        ]

    @classmethod
    def parse_all(cls, changed: str) -> Iterator[Self]:
        """Parse the changes of an entry; raise one of `MALFORMED_ERRORS`."""
        values = {change["field"]: int(change["after"]) for change in json.loads(changed)}
        names = [field.removeprefix("rows.") for field in values if field.startswith("rows.")]
        for name in names:
            fields = (values[f"{field}.{name}"] for field in cls._fields if field != "name")
            yield cls(name, *fields)

    def covers(self, row: ChainRow) -> bool:
        """Return whether the key made the MAC of this row or tombstone."""
        tombstone = Tombstone.parse(row.content)
        return row.seq <= self.last and (tombstone or row).key == self.name


type LostKeys = Mapping[str, LostKey]


def load_lost_keys() -> LostKeys:
    """Return the lost keys by name, from entries whose rows match a key that exists."""
    entries = AuditEntry.objects.filter(organization_id=0, operation=AUDIT_NEW_CHAIN.name)
    lost: dict[str, LostKey] = {}
    for seq in entries.order_by("seq").values_list("seq", flat=True):
        rows = {row.seq: row for row in AuditRecord.objects.filter(seq__in=(seq - 1, seq))}
        if _is_intact(rows, seq):
            lost |= {key.name: key for key in _parse_row(rows[seq])}
    return {name: key for name, key in lost.items() if name not in get_audit_keys()}


def _is_intact(rows: Mapping[int, AuditRecord], seq: int) -> bool:
    if seq not in rows:
        return False
    before = rows[seq - 1].mac if seq - 1 in rows else GENESIS_MAC
    try:
        return is_row_intact(rows[seq].chain_row, before)
    except KeyNotFoundError:
        return False


def _parse_row(row: AuditRecord) -> list[LostKey]:
    try:
        content = json.loads(row.content)
        if content["operation"] != AUDIT_NEW_CHAIN.name:
            return []
        return list(LostKey.parse_all(content["changed"]))
    except MALFORMED_ERRORS:
        return []


def is_intact_or_lost(row: ChainRow, previous_mac: str, lost_keys: LostKeys) -> bool:
    """Return whether a row is intact, or its key is recorded as lost.

    Raises `KeyNotFoundError` for a key that is neither known nor recorded as lost.
    """
    try:
        return is_row_intact(row, previous_mac)
    except KeyNotFoundError:
        if any(key.covers(row) for key in lost_keys.values()):
            return True
        raise
