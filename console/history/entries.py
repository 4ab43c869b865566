"""The change history of a document from the audit log, newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from console.audit_log.change_descriptions import ChangeDescription
from console.audit_log.entry_groups import describe_targets, load_job_titles
from console.audit_log.entry_rows import describe_entry_changes
from console.audit_log.operation_labels import label_name, render_label
from console.audit_log.retention import RetentionGap, find_retention_gaps
from console.audit_log.search_form import WRITE_EFFECTS
from console.documents.kinds import DocumentTarget
from console.history.versions import ObjectLink, find_creation, find_original
from console.web.navigation import optional_path
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved
from tenants.audit.retention.policy import CHANGES, DESTRUCTIONS, REVEALS
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.groups import EntryGroup, search_groups
from tenants.authlete.outcome import Outcome
from tenants.organizations.roles import ConsolePermission
from tenants.versions.external_changes import EXPLAINING_OPERATIONS

# Of both kinds of document: saved from here, or elsewhere.
UNDOABLE_OPERATIONS = [
    f"{kind}.{event}" for kind in ("service", "client") for event in ("update", "changed_outside")
]
# Undone on pages of their own, as they were done.
UNDO_PAGES = {
    "client.set_lock": "lock",
    "requestable_scopes.update": "scopes",
    "requestable_scopes.update_post": "scopes",
    "requestable_scopes.delete": "scopes",
}
CREATION_OPERATIONS = [
    "client.create",
    "client.made_outside",
    "idp.create_service",
    "service.made_outside",
]
GROUP_PARAM = "group"  # names a request or job in URLs of lists
HISTORY_CATEGORIES = (REVEALS, CHANGES, DESTRUCTIONS)  # retention categories


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """Something that was done to a document, or inside of a service."""

    entry: AuditEntry
    title: str
    changes: Sequence[ChangeDescription]
    path: str  # URL of its page; empty if there is none
    undo_path: str  # where to send that it be undone; empty where it cannot be
    time_range: Sequence[datetime] = ()  # time range of an external change
    recreated_from: ObjectLink | None = None  # the deleted object that the call recreated
    group: EntryGroup | None = None  # of several entries
    group_path: str = ""  # of the list of these

    @property
    def is_creation(self) -> bool:
        """Whether the object came to be by it."""
        return self.entry.operation in CREATION_OPERATIONS

    @property
    def is_unchanged(self) -> bool:
        """Whether it was saved elsewhere, and is set as it was."""
        return is_unchanged(self.entry)

    @property
    def may_hide_outside_changes(self) -> bool:
        """Return whether an external change shortly after may be attributed to it."""
        is_unknown = self.entry.effective_outcome == Outcome.UNKNOWN
        return is_unknown and self.entry.operation in EXPLAINING_OPERATIONS


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """A page of history entries, newest first, with cursors."""

    rows: Sequence[HistoryEntry]
    newer: str
    older: str


def load_history(
    target: DocumentTarget, name: str, cursor: str = "", *, limit: int = 20
) -> HistoryPage:
    """Return the entries about the object that has this name now, without reads."""
    organization = target.audit_columns["organization_id"]
    page = search_groups(organization, history_filters(target), cursor, size=limit)
    titles = load_job_titles(organization, page.rows)
    lines = [_describe_group(target, group, name, titles) for group in page.rows]
    if not page.older and (making := find_creation(target)):
        original = find_original(target, making)
        lines.append(replace(_describe_entry(target, making, name), recreated_from=original))
    return HistoryPage(lines, page.newer, page.older)


def history_filters(target: DocumentTarget) -> EntryFilters:
    """Return the filters of the changes to an object, and of who saw its secrets."""
    object_columns = target.audit_columns
    return EntryFilters(
        region=object_columns["region"],
        service=object_columns["service"],
        client=object_columns["client"],
        effects=WRITE_EFFECTS,
    )


def history_gaps(target: DocumentTarget) -> list[RetentionGap]:
    """Return the categories whose removed entries may be missing at the start of the history."""
    return find_retention_gaps(
        target.audit_columns["organization_id"], EntryFilters(), timezone.now(), HISTORY_CATEGORIES
    )


def _describe_entry(target: DocumentTarget, entry: AuditEntry, name: str) -> HistoryEntry:
    entries = (
        entry.client != target.audit_columns["client"]
    )  # a client's entry in its service's history
    label = entry.label or (entry.client if entries else name)
    action = render_label(label_name(entry), label)
    changes = describe_entry_changes(entry)
    undo = entry_page_path(entry, "restore") if is_undoable(entry) else ""
    about = entry_page_path(entry, "change")
    return HistoryEntry(entry, action, changes, about, undo, outside_time_range(entry))


def _describe_group(
    target: DocumentTarget, group: EntryGroup, name: str, titles: Mapping[str, str]
) -> HistoryEntry:
    line = _describe_entry(target, group.entry, name)
    if group.count == 1:
        return line
    query = urlencode({GROUP_PARAM: group.page})
    line = replace(line, group=group, group_path=f"{target.path('history')}?{query}")
    if group.main_count == 1:
        return line
    changes = line.changes if group.has_equal_changes else ()
    targets = describe_targets(group) or name
    title = titles.get(group.page) or render_label(label_name(group.entry), targets)
    return replace(line, title=title, changes=changes, path="", undo_path="")


def outside_time_range(entry: AuditEntry) -> Sequence[datetime]:
    """Return when the object was last seen before an external change, and first after it."""
    if not entry.operation.endswith("_outside"):
        return ()
    times, _, _ = entry.object.partition(" ")
    first, _, last = times.partition("/")
    return [time for time in map(parse_datetime, (first, last)) if time]


def is_unchanged(entry: AuditEntry) -> bool:
    """Return whether an entry reports an external change without changed settings."""
    return entry.operation.endswith(".changed_outside") and not entry.changes


def is_undoable(entry: AuditEntry) -> bool:
    """Return whether the audit log has the earlier values of the change."""
    outcomes = (Outcome.SUCCEEDED, Outcome.UNKNOWN)
    was_set = entry.operation in (*UNDOABLE_OPERATIONS, *UNDO_PAGES)
    return was_set and entry.outcome in outcomes and bool(entry.changes)


def undo_reason(entry: AuditEntry) -> str:
    """Return the suggested reason for undoing an entry."""
    return _("Undo %(entry)s") % {"entry": entry.ticket or entry.entry}


def entry_page_path(entry: AuditEntry, page: str) -> str:
    """Return the path of a service's or client's page about an entry; empty if there is none."""
    location = (entry.organization, entry.region, entry.service)
    if entry.client:
        return optional_path(f"clients:{page}", *location, entry.client, entry.entry)
    return optional_path(f"services:{page}", *location, entry.entry)


MAX_LISTED = 5


@dataclass(frozen=True, slots=True)
class UnresolvedNotice:
    """A link to resolve an entry whose outcome is unknown."""

    entry: AuditEntry
    title: str
    path: str  # of the page that settles it; of its entry for who may only read


def list_unresolved(
    target: DocumentTarget, name: str, entry: str = ""
) -> Sequence[UnresolvedNotice]:
    """Return the newest unresolved entries about the object; of one ``entry`` if it is given."""
    # Filtering by object first would make SQLite read all entries of the object.
    numbers = find_unresolved(target.audit_columns["organization_id"]).values("seq")
    audit_entries = AuditEntry.objects.filter(seq__in=numbers, **target.audit_columns)
    entries = audit_entries.filter(entry=entry) if entry else audit_entries[:MAX_LISTED]
    return [
        UnresolvedNotice(
            row, render_label(label_name(row), row.label or name), _resolve_path(target, row)
        )
        for row in entries
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
