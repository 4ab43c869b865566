"""What the audit log holds about the calls of a job's item, whatever the item's row says."""

from django.db.models import QuerySet

from tenants.audit.models import IS_CHANGE, AuditEntry
from tenants.authlete.outcome import Outcome
from tenants.jobs.models import Item, Job


def log_object(item: Item) -> str:
    """Return the ``object`` of the entries of all calls of an item."""
    return f"{item.job_id}/{item.position}"


def start_hints(item: Item) -> dict[str, object]:
    """Return the hints stored with each call: which start of the item it belongs to."""
    return {"start": item.starts, "lease": str(item.lease)}


def was_started(job: Job, item: Item) -> bool:
    """Return whether this start, or a later one, has made a call already."""
    newest = _item_entries(job, item).first()
    return newest is not None and newest.reconciliation_hints.get("start", 0) >= item.starts


def find_change(job: Job, item: Item) -> str:
    """Return the entry of the last call, in any start, that may have changed something; or ""."""
    harmless = (Outcome.REJECTED, Outcome.NOT_SENT)
    changes = _item_entries(job, item).filter(IS_CHANGE).exclude(outcome__in=harmless)
    return changes.values_list("entry", flat=True).first() or ""


def was_recovered(job: Job, item: Item) -> bool:
    """Return whether a slice after that of a running item has made calls.

    Each slice first recovers what the one before left running, so the row is an older one.
    """
    if not was_started(job, item):
        return False
    calls = AuditEntry.objects.filter(
        organization_id=job.organization_id, page=str(job.pk), page__gt="", known__contains="lease"
    )
    newest = calls.first()
    return newest is not None and newest.reconciliation_hints.get("lease") != str(item.lease)


def _item_entries(job: Job, item: Item) -> QuerySet[AuditEntry]:
    return AuditEntry.objects.filter(
        organization_id=job.organization_id, object=log_object(item), object__gt=""
    )
