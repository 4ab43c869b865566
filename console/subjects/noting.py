"""Keeping a receipt's digest in the record, so that it can be held against the chain.

A receipt is made of rows that somebody with the database might change; its digest, once
it is in the record, cannot be changed without breaking the chain.
"""

import logging
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from console.models import Receipt
from console.subjects.filing import filed
from console.subjects.sheets import Sheet, sheet
from tenants.audit.entry import canonical
from tenants.audit.events import RECEIPT_MADE
from tenants.audit.kinds import SEARCHES
from tenants.audit.models import AuditEntry, microseconds
from tenants.audit.notes import note
from tenants.audit.removed import reach
from tenants.audit.who import Who
from tenants.authlete.changes import Change
from tenants.authlete.errors import NotRecorded
from tenants.vault import Sealed

log = logging.getLogger(__name__)

# Of a file: what depends on who reads it and when, and what the record has itself.
APART = ("organization", "subject", "regions_not_connected", "calls", "noted")


@dataclass(frozen=True, slots=True)
class Noted:
    """What the record keeps of a receipt, and whether it still says the same."""

    entry: AuditEntry
    digest: str
    is_same: bool


def note_made(who: Who, pk: UUID) -> None:
    """Keep the digest of a receipt that has ended. It stands without one as well: what
    was to be done is done."""
    receipt = Receipt.objects.get(pk=pk)
    try:
        note(
            who,
            RECEIPT_MADE,
            object=str(pk),
            subject=receipt.subject,
            reason=receipt.reason,
            ticket=receipt.ticket,
            changes=[Change("digest", None, digest(sheet(receipt)))],
        )
    except (NotRecorded, Sealed):
        log.warning("the digest of receipt %s is not in the record", pk)


def noted(found: Sheet) -> Noted | None:
    """What was kept last of a receipt that has ended; None where nothing was."""
    receipt = found.receipt
    if not found.is_over:
        return None
    own = AuditEntry.objects.filter(
        organization_id=receipt.organization_id,
        operation=RECEIPT_MADE.name,
        object=str(receipt.pk),
    )
    entry = own.order_by("-seq").first()
    if entry is None:
        return None
    kept = str(entry.changes[0]["after"])
    return Noted(entry, kept, kept == digest(found))


def is_removed(found: Sheet) -> bool:
    """Whether what was kept of it may have been removed since, kept long enough."""
    until = reach(found.receipt.organization_id).get(SEARCHES, 0)
    ended = found.ended_at
    return ended is not None and microseconds(ended) < until


def digest(found: Sheet) -> str:
    """SHA-256 of the file as canonical JSON, without what is `APART`."""
    told = {name: value for name, value in filed(found).items() if name not in APART}
    return sha256(canonical(told).encode()).hexdigest()
