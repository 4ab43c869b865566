"""Find receipts by ID, job or audit entry.

They are never listed, since that would be a list of people.
"""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404

from console.models import Receipt
from console.web.access import Member
from tenants.audit.events import SUBJECT_REVOKE_ALL
from tenants.audit.models import AuditEntry
from tenants.jobs.models import Job
from tenants.organizations.roles import ConsolePermission


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
    own = Receipt.objects.filter(organization=member.organization)
    return own.filter(job=job.pk).first() if can_open_receipts(member) else None


def receipts_by_entry(member: Member, entries: Iterable[AuditEntry]) -> Mapping[str, Receipt]:
    """Return the receipts that entries belong to, by entry ID."""
    told = list(entries)
    pages = {one.page for one in told if one.page}
    begun = {one.entry: one.object for one in told if one.operation == SUBJECT_REVOKE_ALL.name}
    own = Receipt.objects.filter(organization=member.organization)
    rows = list(own.filter(Q(page__in=pages) | Q(pk__in=begun.values())))
    by_page = {one.page: one for one in rows}
    by_id = {str(one.pk): one for one in rows}
    found = {
        one.entry: by_id.get(begun.get(one.entry, "")) or by_page.get(one.page) for one in told
    }
    return {entry: one for entry, one in found.items() if one}
