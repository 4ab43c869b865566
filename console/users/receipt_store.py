"""Create and close receipts."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.utils import timezone

from console.models import Lookup, Receipt, ReceiptService
from console.users.connected_apps import RegionResult, RevokedApp
from console.users.lookups import OpenLookup
from console.users.receipt_lines import ServiceReceipt
from console.web.access import Member
from tenants.audit.events import SUBJECT_REVOKE_ALL
from tenants.audit.models import AuditEntry
from tenants.jobs.models import Job
from tenants.organizations.regions import Region
from tenants.organizations.roles import ConsolePermission


def create_receipt(
    member: Member,
    lookup: OpenLookup,
    reason: str,
    ticket: str,
    *,
    regions: Iterable[Region],
    revokes_all: bool = False,
) -> Receipt:
    """Create the receipt of a revocation that is about to start."""
    receipt = Receipt(
        organization=member.organization,
        maker=member.user,
        actor=member.user.get_username(),
        everything=revokes_all,
        regions=[region.name for region in regions],
        reason=reason,
        ticket=ticket,
        page="" if revokes_all else member.page_id,
        lookup=lookup.lookup.pk,
    )
    receipt.seal_subject(lookup.subject).save(force_insert=True)
    return receipt


def close_receipt(receipt: Receipt) -> None:
    """Set the end time of a receipt."""
    Receipt.objects.filter(pk=receipt.pk).update(ended_at=timezone.now())


def link_job(receipt: Receipt, job: Job) -> None:
    """Its calls are found under the job's id, as all that a job does."""
    if receipt.job is None:
        receipt.job, receipt.page = job.pk, str(job.pk)
        receipt.save(update_fields=["job", "page"])


def attach_revoked_apps(lookup: Lookup, results: Iterable[RegionResult]) -> None:
    """Add apps revoked from this lookup that aren't connected again."""
    for result in results:
        connected = {(app.service.service_id, app.client.client_id) for app in result.apps}
        revoked_apps = _revoked_apps(lookup, result.region.name)
        result.revoked_apps = [app for key, app in revoked_apps.items() if key not in connected]


def _revoked_apps(lookup: Lookup, region: str) -> dict[tuple[int, int], RevokedApp]:
    """By service and client, each as it was tried last."""
    rows = ReceiptService.objects.filter(
        ended_at__isnull=False, receipt__lookup=lookup.pk, region=region
    )
    return {
        (receipt_service.service_id, line.client_id): (receipt_service, line)
        for receipt_service in rows.order_by("ended_at")
        for line in ServiceReceipt.from_row(receipt_service).lines.values()
    }


def can_open_receipts(member: Member) -> bool:
    """Return whether a member may open receipts."""
    return member.can(ConsolePermission.USERS) or member.can(ConsolePermission.AUDIT_LOG)


def get_receipt(member: Member, pk: UUID) -> Receipt:
    """Return a receipt; raises `PermissionDenied` and `Http404`."""
    if not can_open_receipts(member):
        raise PermissionDenied
    return get_object_or_404(Receipt, pk=pk, organization=member.organization)


def receipt_for_job(member: Member, job: Job) -> Receipt | None:
    """Return the receipt of a job, if the member may open it."""
    receipts = Receipt.objects.filter(organization=member.organization)
    return receipts.filter(job=job.pk).first() if can_open_receipts(member) else None


def receipts_by_entry(member: Member, entries: Iterable[AuditEntry]) -> Mapping[str, Receipt]:
    """Return the receipts that entries belong to, by entry ID."""
    entries = list(entries)
    pages = {entry.page for entry in entries if entry.page}
    started = {
        entry.entry: entry.object for entry in entries if entry.operation == SUBJECT_REVOKE_ALL.name
    }
    receipts = Receipt.objects.filter(organization=member.organization)
    rows = list(receipts.filter(Q(page__in=pages) | Q(pk__in=started.values())))
    by_page = {row.page: row for row in rows}
    by_id = {str(row.pk): row for row in rows}
    receipt_of_entry = {
        entry.entry: by_id.get(started.get(entry.entry, "")) or by_page.get(entry.page)
        for entry in entries
    }
    return {entry: receipt for entry, receipt in receipt_of_entry.items() if receipt}
