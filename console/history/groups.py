"""What a row of several entries expands to: each of its entries, with its undo."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from console.audit_log.entry_rows import EntryRow, build_rows, load_names
from console.history.entries import GROUP_PARAM, entry_page_path, is_undoable
from console.web.access import Member
from console.web.navigation import optional_path
from tenants.audit.models import AuditEntry
from tenants.audit.search.entries import search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission

MAX_GROUP_ENTRIES = 50  # entries that a row expands to


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """An entry of a group."""

    row: EntryRow
    path: str  # of its page; empty if the member may open none
    undo_path: str  # where to post to undo it; empty if it can't be undone


@dataclass(frozen=True, slots=True)
class ExpandedGroup:
    """The newest entries of a group."""

    entries: Sequence[GroupEntry]
    has_more: bool
    all_path: str = ""  # of a list of all its entries


def expand_group(
    member: Member, filters: EntryFilters, page: str, all_path: str = ""
) -> ExpandedGroup:
    """Return the entries of a request or job that match ``filters``, newest first."""
    organization = member.organization.pk
    found = search_entries(organization, replace(filters, page=page), size=MAX_GROUP_ENTRIES)
    rows = build_rows(found.entries, load_names(organization, found.entries))
    entries = [
        GroupEntry(row, entry_path(member, row.entry), undo_path(member, row.entry)) for row in rows
    ]
    return ExpandedGroup(entries, bool(found.older), all_path)


def entry_path(member: Member, entry: AuditEntry) -> str:
    """Return the path of the entry, or of its change without access to the audit log."""
    if member.can(ConsolePermission.AUDIT_LOG):
        return optional_path("audit:entry", member.organization.slug, entry.entry)
    return entry_page_path(entry, "change") if entry.effect != Effect.READ else ""


def undo_path(member: Member, entry: AuditEntry) -> str:
    """Return where to post to undo the entry; empty if the member can't."""
    can_undo = is_undoable(entry) and member.can(Effect.CHANGE)
    return entry_page_path(entry, "restore") if can_undo else ""


def group_query(page: str) -> str:
    """Return the query of a list that shows the entries of one request or job."""
    return f"?{urlencode({GROUP_PARAM: page})}"
