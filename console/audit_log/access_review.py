"""Review who had which role on a day, and when they were last active.

Computed backwards from the current members by undoing later role changes, and compared with the
entries before that day.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Self

from django.utils.translation import gettext as _

from console.audit_log.entry_rows import build_row
from console.audit_log.export_formats import format_time
from console.lists import csv_cells
from console.web.labels import PERMISSION_LABELS, ROLE_LABELS
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.retention.policy import ACCESS
from tenants.audit.retention.runs import find_deleted_until
from tenants.audit.search.entries import search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.authlete.outcome import Outcome
from tenants.models import Membership, Organization
from tenants.organizations.roles import PERMISSIONS_BY_ROLE, Role

DORMANT_AFTER = timedelta(days=90)  # without an entry
ROLE_EVENTS = ("member.add", "member.change", "member.remove")
ACCESS_REVIEW_COLUMNS = (
    "person name role may since given_by last_used dormant closed_now changed_since"
    " untold as_of last_used_removed_before roles_removed_before"
).split()


@dataclass(frozen=True, slots=True)
class AccessReviewRow:
    """The role and activity of one person."""

    username: str
    name: str
    role: str
    role_entry: AuditEntry | None  # the entry that granted the role
    last_entry: AuditEntry | None  # last retained activity before the review time
    deleted_before: datetime | None  # entries before this were removed
    is_dormant: bool | None  # None: unknown, because entries were removed
    is_closed: bool  # whether the account is closed now
    later_changes: Sequence[str]  # descriptions of role changes since, oldest first
    is_unconfirmed: bool  # the audit log doesn't confirm the role

    @property
    def role_label(self) -> str:
        return str(ROLE_LABELS.get(self.role, self.role))

    @property
    def permissions(self) -> list[str]:
        allowed = PERMISSIONS_BY_ROLE.get(Role(self.role), ()) if self.role in Role else ()
        return [str(words) for need, words in PERMISSION_LABELS.items() if need in allowed]


@dataclass(frozen=True, slots=True)
class AccessReview:
    """The members and roles of an organization at a point in time."""

    organization: Organization
    as_of: datetime
    deleted_before: datetime | None  # latest removal of any entries
    roles_deleted_before: datetime | None  # latest removal of membership entries

    @classmethod
    def load(cls, organization: Organization, moment: datetime) -> Self:
        deleted_until = {
            kind: datetime.fromtimestamp(time / 1_000_000, UTC)
            for kind, time in find_deleted_until(organization.pk).items()
        }
        latest = max(deleted_until.values(), default=None)
        return cls(organization, moment, latest, deleted_until.get(ACCESS))

    @property
    def may_miss_members(self) -> bool:
        """Whether former members or roles may be missing."""
        return self.roles_deleted_before is not None and self.as_of < self.roles_deleted_before

    def list_rows(self) -> Iterator[AccessReviewRow]:
        """Yield a row for everyone who was a member then, sorted by username."""
        changed: dict[str, list[AuditEntry]] = defaultdict(list)
        entries = AuditEntry.objects.filter(
            organization_id=self.organization.pk,
            operation__in=ROLE_EVENTS,
            outcome=Outcome.SUCCEEDED,
        )
        for entry in entries.order_by("seq"):
            changed[entry.object].append(entry)
        members = Membership.objects.filter(organization=self.organization)
        now = {member.user.get_username(): member for member in members.select_related("user")}
        for person in sorted(changed.keys() | now.keys()):
            if row := self._build_row(person, now.get(person), changed[person]):
                yield row

    def _build_row(
        self, person: str, member: Membership | None, role_entries: Sequence[AuditEntry]
    ) -> AccessReviewRow | None:
        limit = to_microseconds(self.as_of)
        earlier = [entry for entry in role_entries if entry.at < limit]
        later = [entry for entry in role_entries if entry.at >= limit]
        role = _role_in_entry(later[0], "before") if later else member.role if member else ""
        if not role:
            return None
        grant = earlier[-1] if earlier else None
        last = self._find_last_entry(person)
        removed = self._deleted_before(last)
        return AccessReviewRow(
            person,
            member.user.get_full_name() if member else "",
            role,
            grant,
            last,
            removed,
            is_dormant=self._is_dormant(last or grant, removed),
            is_closed=member is not None and not member.user.is_active,
            later_changes=[_describe_role_change(entry) for entry in later],
            is_unconfirmed=grant is None or _role_in_entry(grant, "after") != role,
        )

    def _find_last_entry(self, person: str) -> AuditEntry | None:
        filters = EntryFilters(actor=(person,), until=self.as_of)
        page = search_entries(self.organization.pk, filters, size=1)
        return next(iter(page.rows), None)

    def _deleted_before(self, last: AuditEntry | None) -> datetime | None:
        if self.deleted_before is None or (last and last.time >= self.deleted_before):
            return None
        return min(self.deleted_before, self.as_of)

    def _is_dormant(
        self, last_entry: AuditEntry | None, deleted_before: datetime | None
    ) -> bool | None:
        since = self.as_of - DORMANT_AFTER
        if last_entry and last_entry.time >= since:
            return False
        return None if deleted_before and deleted_before > since else True

    def to_csv(self, rows: Iterable[AccessReviewRow]) -> Iterator[str]:
        """Yield CSV lines, one per person; times are ISO 8601 in UTC."""
        yield from csv_cells.csv_lines([ACCESS_REVIEW_COLUMNS])
        yield from csv_cells.csv_lines(map(self._to_cells, rows))

    def _to_cells(self, row: AccessReviewRow) -> list[object]:
        dormant = {True: _("yes"), False: "", None: _("unknown")}
        return [
            row.username,
            row.name,
            row.role,
            "; ".join(row.permissions),
            format_time(row.role_entry.at) if row.role_entry else "",
            row.role_entry.actor if row.role_entry else "",
            format_time(row.last_entry.at) if row.last_entry else "",
            dormant[row.is_dormant],
            _("yes") if row.is_closed else "",
            "; ".join(row.later_changes),
            _("yes") if row.is_unconfirmed else "",
            *map(_format_time, (self.as_of, row.deleted_before, self.roles_deleted_before)),
        ]


def _format_time(moment: datetime | None) -> str:
    return format_time(to_microseconds(moment)) if moment else ""


def _role_in_entry(entry: AuditEntry, key: str) -> str:
    """Return the role before or after a change, or ""."""
    changes = json.loads(entry.changed)
    roles = (change[key] for change in changes if change["field"] == "role")
    return next(roles, None) or ""


def _describe_role_change(entry: AuditEntry) -> str:
    row = build_row(entry, {})
    change = next(iter(row.changes), None)
    role = f": {change.before} → {change.after}" if change else ""
    return f"{entry.time:%Y-%m-%d} {row.title}{role}"
