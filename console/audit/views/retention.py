"""Retention periods, deletions, and tombstones of deleted entries."""

from uuid import UUID

from django.http import Http404, HttpResponse

from console.audit.read_tracking import log_read
from console.audit_log import retention as audit_log_retention
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.responses import render_page
from tenants.audit.events import AUDIT_EXPIRE, VERSIONS_EXPIRE
from tenants.organizations.roles import ConsolePermission


@organization_page(ConsolePermission.AUDIT_LOG)
def retention(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Show retention periods and this organization's deletions."""
    unwritten = not log_read(member, "what is kept")
    removals = audit_log_retention.list_removals(member.organization.pk)
    context = {
        "member": member,
        "unwritten": unwritten,
        "kinds": list(audit_log_retention.retention_by_category(member.organization.pk)),
        "versions": audit_log_retention.version_retention(),
        "total": removals[0].total if removals else 0,
        "removals": removals[: audit_log_retention.MAX_LISTED_REMOVALS],
        "more": len(removals) > audit_log_retention.MAX_LISTED_REMOVALS,
        "operation": AUDIT_EXPIRE.name,
        "of_versions": VERSIONS_EXPIRE.name,
    }
    return render_page(request, "audit/retention.html", context)


def deleted_entry(request: ConsoleRequest, member: Member, entry: UUID) -> HttpResponse:
    """Show what is left of a deleted entry; raise `Http404` if it never existed."""
    remains = audit_log_retention.find_removed_entry(member.organization.pk, str(entry))
    if remains is None:
        raise Http404
    context = {
        "member": member,
        "unwritten": not log_read(member, remains.entry),
        "removed_entry": remains,
    }
    return render_page(request, "audit/deleted_entry.html", context, status=410)
