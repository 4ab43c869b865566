"""Describe retention periods and removals of audit entries."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from typing import NamedTuple

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from console.audit_log.change_descriptions import ChangeDescription
from console.audit_log.event_labels import EVENT_EFFECTS
from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.integrity.chain_position import ChainPosition, find_row_position
from tenants.audit.integrity.tombstones import entry_id_to_microseconds
from tenants.audit.models import AuditEntry
from tenants.audit.retention import policy
from tenants.audit.retention.runs import (
    RetentionRun,
    find_deleted_entry,
    find_deleted_until,
    list_runs,
    try_read_run,
)
from tenants.audit.search.filters import EntryFilters

DAYS_PER_YEAR = 365.25  # days
YEAR_TOLERANCE_DAYS = 2  # tolerance of a period shown in years
MAX_LISTED_REMOVALS = 20


class EntryCategory(NamedTuple):
    """A category of entries with its own retention period."""

    label: str | Promise
    description: str | Promise  # which entries


CATEGORIES: Mapping[str, EntryCategory] = {
    policy.READS: EntryCategory(
        gettext_lazy("Reads"), gettext_lazy("Calls and events that only read.")
    ),
    policy.SIGN_INS: EntryCategory(
        gettext_lazy("Sign-ins and rejections"),
        gettext_lazy("Sign-ins, sessions, passwords, 2FA, and actions that Meridian rejected."),
    ),
    policy.SEARCHES: EntryCategory(
        gettext_lazy("Searches and exports"),
        gettext_lazy("Audit log access, user and token lookups, exports, and receipts."),
    ),
    policy.REVEALS: EntryCategory(
        gettext_lazy("Reveals"), gettext_lazy("Other calls and events that reveal data.")
    ),
    policy.CHANGES: EntryCategory(
        gettext_lazy("Changes"), gettext_lazy("Other calls and events that change data.")
    ),
    policy.DESTRUCTIONS: EntryCategory(
        gettext_lazy("Deletions"), gettext_lazy("Other calls and events that delete or revoke.")
    ),
    policy.ACCESS: EntryCategory(
        gettext_lazy("Access"),
        gettext_lazy(
            "Members, organizations, credentials and encryption keys. Source of the access review."
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class CategoryRetention:
    """The retention period of a category, and its removals."""

    category: EntryCategory
    period: str  # in words
    removed_count: int
    removed_before: datetime | None  # entries before this were removed


@dataclass(frozen=True, slots=True)
class RetentionRemoval:
    """A retention run and its description."""

    entry: AuditEntry
    descriptions: Sequence[ChangeDescription]  # removed entries per category
    row_count: int
    total: int  # entries removed by this and all earlier runs
    digest: str


@dataclass(frozen=True, slots=True)
class RemovedEntry:
    """A removed entry, as far as its tombstone shows it."""

    entry: str
    started_at: datetime
    category: str
    removal_entry: AuditEntry  # the entry of its removal
    retention_days: int  # retention of its category at removal
    chain_position: ChainPosition  # position of its tombstone

    @property
    def label(self) -> str:
        return category_label(self.category)

    @property
    def period(self) -> str:
        return format_period(self.retention_days)


class RetentionGap(NamedTuple):
    """Categories whose entries before a time were removed."""

    labels: str
    removed_before: datetime


def retention_by_category(organization: int) -> Iterator[CategoryRetention]:
    """Yield the retention period and the removals of each category."""
    counted: Counter[str] = Counter()
    for _entry, run in list_runs(organization):
        counted.update(run.entries)
    until = find_deleted_until(organization)
    for kind, days in policy.load_retention_policy().items():
        moment = _from_microseconds(until[kind]) if kind in until else None
        yield CategoryRetention(CATEGORIES[kind], format_period(days), counted[kind], moment)


def version_retention() -> str:
    """Return how long versions of services and clients are kept."""
    return format_period(policy.parse_retention_days(settings.VERSIONS_KEEP))


def list_removals(organization: int) -> list[RetentionRemoval]:
    """Return the newest removals: up to `MAX_LISTED_REMOVALS`, plus one if there are more."""
    runs = islice(list_runs(organization), MAX_LISTED_REMOVALS + 1)
    return [describe_removal(entry, run) for entry, run in runs]


def describe_removal(entry: AuditEntry, run: RetentionRun) -> RetentionRemoval:
    """Describe a removal from its audit entry."""
    values = run.values
    parts = [_describe_count(kind, n, run.days.get(kind, 0)) for kind, n in run.entries.items()]
    return RetentionRemoval(
        entry, parts, values.get("rows", 0), run.deleted_total, str(values.get("digest", ""))
    )


def removal_from_entry(entry: AuditEntry) -> RetentionRemoval | None:
    """Return the removal that an entry reports; None for any other entry."""
    run = try_read_run(entry) if entry.operation == AUDIT_EXPIRE.name else None
    return describe_removal(entry, run) if run else None


def find_removed_entry(organization: int, entry: str) -> RemovedEntry | None:
    """Return what is known of a removed entry; None if the organization never had it."""
    deleted_entry = find_deleted_entry(organization, entry)
    if deleted_entry is None:
        return None
    begun_at = _from_microseconds(entry_id_to_microseconds(entry))
    position = find_row_position(deleted_entry.row.seq)
    return RemovedEntry(
        entry,
        begun_at,
        deleted_entry.tombstone.kind,
        deleted_entry.by,
        deleted_entry.days,
        position,
    )


def _describe_count(category: str, count: int, days: int) -> ChangeDescription:
    details = {"count": count, "period": format_period(days)}
    now = _("%(count)d, kept for %(period)s") % details
    return ChangeDescription(f"entries.{category}", category_label(category), "", "", now)


def category_label(category: str) -> str:
    """Return the label of a category; if it is no longer declared, its stored name."""
    return str(CATEGORIES[category].label) if category in CATEGORIES else category


def format_period(days: int) -> str:
    """Format a number of days; 0 is forever."""
    if not days:
        return _("forever")
    years = round(days / DAYS_PER_YEAR)
    if years and abs(days - years * DAYS_PER_YEAR) <= YEAR_TOLERANCE_DAYS:
        return ngettext("%(n)d year", "%(n)d years", years) % {"n": years}
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


def find_retention_gaps(
    organization: int,
    filters: EntryFilters,
    now: datetime,
    categories: Collection[str] = frozenset(CATEGORIES),
) -> list[RetentionGap]:
    """Return the categories of which a search may miss removed entries.

    Categories that were removed up to the same day are grouped.
    """
    starts_at, expected = (
        filters.since or filters.horizon(now),
        _matching_categories(filters) & {*categories},
    )
    gaps_by_day: dict[date, list[tuple[str, datetime]]] = {}
    for kind, until in find_deleted_until(organization).items():
        moment = _from_microseconds(until)
        if kind in expected and (starts_at is None or starts_at < moment):
            gaps_by_day.setdefault(moment.date(), []).append((category_label(kind), moment))
    return [
        RetentionGap("; ".join(name for name, _until in gaps), max(until for _name, until in gaps))
        for _day, gaps in sorted(gaps_by_day.items())
    ]


def _matching_categories(filters: EntryFilters) -> set[str]:
    """Return the categories whose entries a search can match."""
    operations, effects = filters.get_values("operation"), filters.effects
    return {
        policy.get_category(name, effect)
        for name, effect in EVENT_EFFECTS.items()
        if (name in operations or not operations) and (effect in effects or not effects)
    }


def _from_microseconds(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)
