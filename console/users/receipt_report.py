"""Receipts with their calls and jobs, as shown to a reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Max
from django.utils.safestring import SafeString

from console.audit_log.operation_labels import render_label
from console.models import Receipt
from console.templatetags.text import mask
from console.users.receipt_lines import ReceiptLine, ReceiptProblem, ServiceReceipt
from console.web.access import Member
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.reconciliation.resolutions import Resolution, find_resolutions
from tenants.audit.search.entries import search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.crypto.vault import UnsealError
from tenants.jobs.control import select_retryable_items
from tenants.jobs.models import (
    ACTIVE_JOB_STATES,
    UNFINISHED_ITEM_STATES,
    Item,
    ItemState,
    Job,
    JobState,
)
from tenants.organizations.regions import get_regions
from tenants.organizations.roles import ConsolePermission

MAX_CALLS = 10_000  # listed in one receipt
BATCH_SIZE = 500  # rows of the record
CONFIRMED_STATES = (ItemState.SUCCEEDED, ItemState.UNCHANGED)


@dataclass(frozen=True, slots=True)
class ReceiptCall:
    """A revoking call and its rows in the audit log."""

    entry: AuditEntry
    mac: str  # of the row that it began with
    outcome_mac: str  # MAC of the outcome row; "" without an outcome
    resolution: Resolution | None = None  # where that was found out later

    @property
    def description(self) -> SafeString:
        entry = self.entry
        return render_label(entry.operation, entry.label or entry.client)

    @property
    def short_mac(self) -> str:
        """Enough of the last mac to compare by eye."""
        mac = self.outcome_mac or self.mac
        return " ".join(mac[start : start + 4] for start in range(0, 16, 4))


@dataclass(frozen=True, slots=True)
class UnconfirmedService:
    """A service or region whose revocation isn't confirmed, and why."""

    region: str
    service_id: int  # 0: the region's services are not known
    name: str
    problems: Sequence[ReceiptProblem] = ()
    item: Item | None = None


@dataclass(frozen=True)
class ReceiptReport:
    """A receipt with its services, calls and job, for one reader."""

    receipt: Receipt
    subject: str  # as the reader may see it
    services: Sequence[ServiceReceipt]
    calls: Sequence[ReceiptCall]  # none are read while a job is at it
    job: Job | None
    items: Sequence[Item]  # of the job, that did not go well, or not yet
    total: int  # of the job's items

    @property
    def is_over(self) -> bool:
        """Whether nothing is running any more, also after a cancellation."""
        running = any(item.state == ItemState.RUNNING for item in self.items)
        return self.ended_at is not None and not running

    @property
    def is_running(self) -> bool:
        """Whether the job is active and not waiting."""
        return _is_running(self.job)

    @property
    def waiting_since(self) -> datetime | None:
        """When a waiting job last made progress, or None."""
        job = self.job
        if job is None or job.is_over or self.is_running:
            return None
        ended = Item.objects.filter(job=job).aggregate(at=Max("ended_at"))["at"]
        return ended or job.started_at

    @property
    def can_retry(self) -> bool:
        """Whether the job has ended and has items to retry."""
        job = self.job
        return job is not None and job.is_over and select_retryable_items(job).exists()

    @property
    def ended_at(self) -> datetime | None:
        return self.job.ended_at if self.job else self.receipt.ended_at

    @property
    def is_confirmed(self) -> bool:
        """Whether nothing is left in any service; False if none was checked."""
        return self.is_over and bool(self.services) and not self.unconfirmed

    @property
    def unconnected_regions(self) -> list[str]:
        """Return the regions that a revocation of all access couldn't include."""
        names = [name for name in get_regions() if name not in self.receipt.regions]
        return names if self.receipt.everything else []

    @cached_property
    def lines(self) -> list[tuple[ServiceReceipt, ReceiptLine]]:
        return [(service, line) for service in self.services for line in service.lines.values()]

    @cached_property
    def services_without_apps(self) -> list[ServiceReceipt]:
        """Checked services without tokens of the user."""
        return [service for service in self.services if service.row.is_proven and not service.lines]

    @cached_property
    def unconfirmed(self) -> list[UnconfirmedService]:
        """Services that aren't confirmed, or not processed yet."""
        return list(self._iter_unconfirmed())

    def _iter_unconfirmed(self) -> Iterator[UnconfirmedService]:
        receipts = {
            (service.row.region, service.row.service_id): service for service in self.services
        }
        for item in self.items:
            receipt = receipts.pop((item.region, item.service_id), None)
            troubles = receipt.problems if receipt else ()
            yield UnconfirmedService(item.region, item.service_id, item.label, troubles, item)
        for receipt in receipts.values():
            if not receipt.row.is_proven:
                row = receipt.row
                yield UnconfirmedService(row.region, row.service_id, row.name, receipt.problems)

    @property
    def attempted(self) -> int:
        return self.total - sum(item.state in UNFINISHED_ITEM_STATES for item in self.items)

    # Sums over all lines; lines that couldn't be counted are reported separately.

    @property
    def live_before(self) -> int:
        return sum(line.live or 0 for _location, line in self.lines)

    @property
    def expired_before(self) -> int:
        return sum(line.expired or 0 for _location, line in self.lines)

    @property
    def unread_before(self) -> int:
        return sum(line.unseen for _location, line in self.lines)

    @property
    def uncounted_apps(self) -> int:
        """Return the number of apps with an unknown number of tokens before or revoked."""
        return sum(
            line.tokens_before is None or line.revoked_count is None
            for _location, line in self.lines
        )

    @property
    def revoked_tokens(self) -> int:
        return sum(line.revoked_count or 0 for _location, line in self.lines)

    @property
    def apps_without_scopes(self) -> int:
        return sum(line.scopes_removed for _location, line in self.lines)

    @property
    def live_after(self) -> int:
        """Return the number of live tokens found afterwards."""
        return sum(line.live_left or 0 for _location, line in self.lines)


def build_report(receipt: Receipt, reader: Member | None = None) -> ReceiptReport:
    """Build the report for ``reader``; without a reader, the subject is left out."""
    job = Job.objects.filter(pk=receipt.job).first() if receipt.job else None
    items = Item.objects.filter(job=receipt.job) if job else Item.objects.none()
    return ReceiptReport(
        receipt,
        _visible_subject(reader, receipt) if reader else "",
        [ServiceReceipt.from_row(row) for row in receipt.services.all()],
        [] if _is_running(job) else _load_calls(receipt),
        job,
        list(items.exclude(state__in=CONFIRMED_STATES)),
        items.count(),
    )


def is_receipt_confirmed(receipt: Receipt) -> bool:
    """Return `ReceiptReport.is_confirmed` without building the report."""
    if not receipt.services.exists() or receipt.services.filter(is_proven=False).exists():
        return False
    if not receipt.job:
        return receipt.ended_at is not None
    if Item.objects.filter(job=receipt.job).exclude(state__in=CONFIRMED_STATES).exists():
        return False
    return Job.objects.filter(pk=receipt.job, ended_at__isnull=False).exists()


def _is_running(job: Job | None) -> bool:
    if job is None or job.state not in ACTIVE_JOB_STATES:
        return False
    return job.state == JobState.RUNNING or not job.error


def _visible_subject(member: Member, receipt: Receipt) -> str:
    """Return the subject, masked for anyone but the receipt's creator."""
    try:
        subject = receipt.subject
    except UnsealError:
        return ""
    can_see_subject = receipt.maker_id == member.user.pk and member.can(ConsolePermission.USERS)
    return subject if can_see_subject else mask(subject)


def _load_calls(receipt: Receipt) -> list[ReceiptCall]:
    if not receipt.page:
        return []
    filters = EntryFilters(page=receipt.page, effects=("destroy",))
    entries = search_entries(receipt.organization_id, filters, size=MAX_CALLS).rows
    macs = _load_macs([entry.seq for entry in entries])
    macs |= _load_macs([entry.outcome_seq for entry in entries if entry.outcome_seq])
    resolutions = find_resolutions(receipt.organization_id, [entry.entry for entry in entries])
    return [
        ReceiptCall(
            entry,
            macs.get(entry.seq, ""),
            macs.get(entry.outcome_seq or 0, ""),
            resolutions.get(entry.entry),
        )
        for entry in reversed(entries)
    ]


def _load_macs(positions: Sequence[int]) -> dict[int, str]:
    macs: dict[int, str] = {}
    for start in range(0, len(positions), BATCH_SIZE):
        rows = AuditRecord.objects.filter(seq__in=positions[start : start + BATCH_SIZE])
        macs |= dict(rows.values_list("seq", "mac"))
    return macs
