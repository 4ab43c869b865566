"""What was sent to change an object, and nobody knows whether it did."""

from collections.abc import Sequence
from dataclasses import dataclass

from console.audit_log.operation_labels import label_name, render_label
from console.documents.kinds import DocumentTarget
from console.web.navigation import optional_path
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved
from tenants.organizations.roles import ConsolePermission

MAX_LISTED = 5


@dataclass(frozen=True, slots=True)
class UnresolvedNotice:
    entry: AuditEntry
    title: str
    path: str  # of the page that settles it; of its entry for who may only read


def list_unresolved(
    target: DocumentTarget, name: str, entry: str = ""
) -> Sequence[UnresolvedNotice]:
    """The newest of what is unknown of what is called ``name``; of one ``entry``,
    where one is named."""
    # Asked for by its place, SQLite would read all that was done there.
    numbers = find_unresolved(target.audit_columns["organization_id"]).values("seq")
    found = AuditEntry.objects.filter(seq__in=numbers, **target.audit_columns)
    entries = found.filter(entry=entry) if entry else found[:MAX_LISTED]
    return [
        UnresolvedNotice(
            one,
            render_label(label_name(one), one.label or name),
            _resolve_path(target, one),
        )
        for one in entries
    ]


def _resolve_path(target: DocumentTarget, entry: AuditEntry) -> str:
    member = target.workspace.member
    if member.role.has_permission(ConsolePermission.ADMINISTRATION):
        page = "resolve"
    elif member.role.has_permission(ConsolePermission.AUDIT_LOG):
        page = "entry"
    else:
        return ""
    return optional_path(f"audit:{page}", member.organization.slug, entry.entry)
