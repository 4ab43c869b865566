"""Expand a group row into its entries, each with an undo link."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from console.audit_log.entry_rows import EntryRow, build_rows, load_names
from console.audit_log.search_language import CURSOR
from console.history.entries import GROUP_PARAM, entry_page_path, is_undoable
from console.lists.query import replace_params
from console.web.access import ConsoleRequest, Member
from console.web.navigation import optional_path
from tenants.audit.models import AuditEntry
from tenants.audit.search.entries import search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission

ENTRIES_PER_STEP = 50  # that a row, and then "Show more", expands to


@dataclass(frozen=True, slots=True)
class GroupEntry:
    """An entry of a group."""

    row: EntryRow
    path: str  # of its page; empty if the member may open none
    undo_path: str  # where to post to undo it; empty if it can't be undone


@dataclass(frozen=True, slots=True)
class ExpandedGroup:
    """Some entries of a group."""

    entries: Sequence[GroupEntry]
    more_path: str  # URL of the next entries; empty if there are none


def expand_group(
    request: ConsoleRequest, member: Member, filters: EntryFilters, page: str
) -> ExpandedGroup:
    """Return entries of a request or job that match ``filters``, newest first.

    Starts at the cursor in the parameters of ``request``.
    """
    organization, cursor = member.organization.pk, request.GET.get(CURSOR, "")
    filters = replace(filters, page=page)
    result = search_entries(organization, filters, cursor, size=ENTRIES_PER_STEP)
    rows = build_rows(result.rows, load_names(organization, result.rows))
    entries = [
        GroupEntry(row, entry_path(member, row.entry), undo_path(member, row.entry)) for row in rows
    ]
    query = replace_params(request.GET, **{CURSOR: result.older})
    return ExpandedGroup(entries, f"{request.path}{query}" if result.older else "")


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
