"""A receipt as JSON data."""

import logging
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from console.models import Receipt
from console.users.receipt_lines import ReceiptLine, ReceiptProblem, ServiceReceipt
from console.users.receipt_report import (
    ReceiptCall,
    ReceiptReport,
    UnconfirmedService,
    build_report,
)
from tenants.audit.actor import Actor
from tenants.audit.events import RECEIPT_CREATED
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.reconciliation.resolutions import Resolution
from tenants.audit.recorder import record_event
from tenants.audit.records import canonical_json
from tenants.audit.retention.policy import SEARCHES
from tenants.audit.retention.runs import find_deleted_until
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.crypto.vault import UnsealError


def receipt_data(report: ReceiptReport) -> dict[str, Any]:
    """Return the content of a receipt as JSON data."""
    receipt = report.receipt
    return {
        "receipt": str(receipt.pk),
        "organization": receipt.organization.slug,
        "subject": report.subject,
        "what": "everything" if receipt.everything else "one app",
        "by": receipt.actor,
        "ticket": receipt.ticket,
        "reason": receipt.reason,
        "begun_at": receipt.created_at.isoformat(timespec="seconds"),
        "ended_at": (report.ended_at.isoformat(timespec="seconds") if report.ended_at else None),
        "proven": report.is_confirmed,
        "tokens": {
            "live_before": report.live_before,
            "expired_before": report.expired_before,
            "not_looked_at_before": report.unread_before,
            "ended": report.revoked_tokens,
            "live_after": report.live_after,
            "apps_not_counted": report.uncounted_apps,
        },
        "scopes_forgotten": report.apps_without_scopes,
        "regions": receipt.regions,
        "regions_not_connected": report.unconnected_regions,
        "services": [_service_data(service) for service in report.services],
        "not_proven": [
            _unconfirmed_data(unconfirmed_service) for unconfirmed_service in report.unconfirmed
        ],
        "calls": [_call_data(call) for call in report.calls],
    }


def _service_data(receipt: ServiceReceipt) -> dict[str, Any]:
    row = receipt.row
    return {
        "region": row.region,
        "service": row.service_id,
        "name": row.name,
        "proven": row.is_proven,
        "looked_at": (row.ended_at.isoformat(timespec="seconds") if row.ended_at else None),
        "apps": [_app_data(line) for line in receipt.lines.values()],
        "trouble": _problem_data(receipt.problem) if receipt.problem else None,
    }


def _app_data(line: ReceiptLine) -> dict[str, Any]:
    return {
        "client": line.client_id,
        "name": line.name,
        "before": {
            "live": line.live,
            "expired": line.expired,
            "not_looked_at": line.unseen,
            "granted_scopes": line.granted,
        },
        "ended": line.revoked_count,
        "ended_by_difference": not line.is_counted,
        "scopes_forgotten": line.scopes_removed,
        "after": {
            "live": line.live_left,
            "listed": line.left,
            "scopes_remembered": line.remembered,
        },
        "proven": line.is_confirmed,
        "troubles": [_problem_data(trouble) for trouble in line.troubles],
    }


def _unconfirmed_data(service: UnconfirmedService) -> dict[str, Any]:
    return {
        "region": service.region,
        "service": service.service_id or None,
        "name": service.name,
        "state": service.item.state if service.item else None,
        "why": [trouble.message for trouble in service.problems]
        or ([service.item.text] if service.item and service.item.text else []),
    }


def _problem_data(problem: ReceiptProblem) -> dict[str, Any]:
    return {
        "what": problem.what,
        "message": problem.message,
        "status": problem.status,
        "code": problem.code,
        "request_id": problem.request_id,
    }


def _resolution_data(resolution: Resolution) -> dict[str, Any]:
    """Return who resolved the unknown outcome, and when."""
    by = resolution.by
    return {"by": by.actor, "at": by.time.isoformat(), "entry": by.entry}


def _call_data(call: ReceiptCall) -> dict[str, Any]:
    entry = call.entry
    return {
        "request_id": entry.entry,
        "operation": entry.operation,
        "region": entry.region,
        "service": entry.service,
        "client": entry.client,
        "outcome": entry.effective_outcome.value or "open",
        "settled": _resolution_data(call.resolution) if call.resolution else None,
        "status": entry.status,
        "code": entry.code,
        "at": entry.time.isoformat(),
        "mac": call.mac,
        "outcome_mac": call.outcome_mac or None,
    }


log = logging.getLogger(__name__)

# Excluded from files: values that depend on the reader or are in the audit log.
UNHASHED_KEYS = ("organization", "subject", "regions_not_connected", "calls", "noted")


@dataclass(frozen=True, slots=True)
class RecordedDigest:
    """The logged digest, and whether the receipt still matches."""

    entry: AuditEntry
    digest: str
    matches: bool


def log_receipt_digest(actor: Actor, pk: UUID) -> None:
    """Log the digest of a finished receipt; a failure is ignored."""
    receipt = Receipt.objects.get(pk=pk)
    try:
        record_event(
            actor,
            RECEIPT_CREATED,
            object=str(pk),
            subject=receipt.subject,
            reason=receipt.reason,
            ticket=receipt.ticket,
            changes=[FieldChange("digest", None, compute_digest(build_report(receipt)))],
        )
    except (AuditUnavailableError, UnsealError):
        log.warning("the audit log does not contain the digest of receipt %s", pk)


def find_recorded_digest(report: ReceiptReport) -> RecordedDigest | None:
    """Return the latest logged digest of a finished receipt, or None."""
    receipt = report.receipt
    if not report.is_over:
        return None
    entries = AuditEntry.objects.filter(
        organization_id=receipt.organization_id,
        operation=RECEIPT_CREATED.name,
        object=str(receipt.pk),
    )
    entry = entries.order_by("-seq").first()
    if entry is None:
        return None
    stored = str(entry.changes[0]["after"])
    return RecordedDigest(entry, stored, stored == compute_digest(report))


def is_digest_deleted(report: ReceiptReport) -> bool:
    """Return whether the logged digest may be past its retention period."""
    until = find_deleted_until(report.receipt.organization_id).get(SEARCHES, 0)
    ended = report.ended_at
    return ended is not None and to_microseconds(ended) < until


def compute_digest(report: ReceiptReport) -> str:
    """Return the SHA-256 of the canonical JSON, without `UNHASHED_KEYS`."""
    details = {
        name: value for name, value in receipt_data(report).items() if name not in UNHASHED_KEYS
    }
    return sha256(canonical_json(details).encode()).hexdigest()
