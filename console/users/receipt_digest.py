"""Log a receipt's digest, so that later changes of the receipt are detected."""

import logging
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from console.models import Receipt
from console.users.receipt_export import receipt_data
from console.users.receipt_report import ReceiptReport, build_report
from tenants.audit.actor import Actor
from tenants.audit.events import RECEIPT_CREATED
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.recorder import record_event
from tenants.audit.records import canonical_json
from tenants.audit.retention.policy import SEARCHES
from tenants.audit.retention.runs import find_deleted_until
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.crypto.vault import UnsealError

log = logging.getLogger(__name__)

# Of a file: what depends on who reads it and when, and what the record has itself.
UNHASHED_KEYS = ("organization", "subject", "regions_not_connected", "calls", "noted")


@dataclass(frozen=True, slots=True)
class RecordedDigest:
    """The logged digest, and whether the receipt still matches."""

    entry: AuditEntry
    digest: str
    matches: bool


def log_receipt_digest(who: Actor, pk: UUID) -> None:
    """Log the digest of a finished receipt; a failure is ignored."""
    receipt = Receipt.objects.get(pk=pk)
    try:
        record_event(
            who,
            RECEIPT_CREATED,
            object=str(pk),
            subject=receipt.subject,
            reason=receipt.reason,
            ticket=receipt.ticket,
            changes=[FieldChange("digest", None, compute_digest(build_report(receipt)))],
        )
    except (AuditUnavailableError, UnsealError):
        log.warning("the digest of receipt %s is not in the record", pk)


def find_recorded_digest(report: ReceiptReport) -> RecordedDigest | None:
    """Return the latest logged digest of a finished receipt, or None."""
    receipt = report.receipt
    if not report.is_over:
        return None
    own = AuditEntry.objects.filter(
        organization_id=receipt.organization_id,
        operation=RECEIPT_CREATED.name,
        object=str(receipt.pk),
    )
    entry = own.order_by("-seq").first()
    if entry is None:
        return None
    kept = str(entry.changes[0]["after"])
    return RecordedDigest(entry, kept, kept == compute_digest(report))


def is_digest_deleted(report: ReceiptReport) -> bool:
    """Return whether the logged digest may be past its retention period."""
    until = find_deleted_until(report.receipt.organization_id).get(SEARCHES, 0)
    ended = report.ended_at
    return ended is not None and to_microseconds(ended) < until


def compute_digest(report: ReceiptReport) -> str:
    """Return the SHA-256 of the canonical JSON, without `UNHASHED_KEYS`."""
    told = {
        name: value for name, value in receipt_data(report).items() if name not in UNHASHED_KEYS
    }
    return sha256(canonical_json(told).encode()).hexdigest()
