"""Where an entry stands in the chain."""

import hmac
from dataclasses import dataclass

from tenants.audit.chain import START, mac, ring
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.keyring import KeyMissing


@dataclass(frozen=True, slots=True)
class Place:
    """One row of an entry, and what it is chained to."""

    seq: int
    phase: str
    key: str
    before: str  # the mac of the row before it
    mac: str
    next: str  # the mac of the row after it, empty at the end
    matches: bool  # whether ``mac`` is right, given ``before``


def places(entry: AuditEntry) -> list[Place]:
    """Of its intent and, once there is one, of its outcome.

    That they match says nothing of other rows; ``audit_verify`` reads them all.
    """
    own = [seq for seq in (entry.seq, entry.outcome_seq) if seq is not None]
    return [_place(row) for row in AuditRecord.objects.filter(seq__in=own)]


def _place(row: AuditRecord) -> Place:
    beside = dict(
        AuditRecord.objects.filter(seq__in=(row.seq - 1, row.seq + 1)).values_list(
            "seq", "mac"
        )
    )
    before = beside.get(row.seq - 1, START if row.seq == 1 else "")
    try:
        key = ring()[row.key]
        right = mac(key, before, row.seq, row.entry, row.phase, row.content)
    except KeyMissing:
        right = ""
    return Place(
        row.seq,
        row.phase,
        row.key,
        before,
        row.mac,
        beside.get(row.seq + 1, ""),
        hmac.compare_digest(right, row.mac),
    )
