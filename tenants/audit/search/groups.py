"""Search groups of entries, newest first, in pages.

A group is what one request or job wrote: the matching entries that share a page id. It
stands where its newest matching entry stands, so paging is by that entry's place in the chain.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any

from django.db.models import Case, CharField, Count, F, Max, Min, Q, QuerySet, Value, When

from tenants.audit.events import EVENTS
from tenants.audit.models import OUTCOME_TIMEOUT, AuditEntry, to_microseconds
from tenants.audit.search.entries import matching_entries, select_nearest
from tenants.audit.search.filters import ALL_ENTRIES, EntryFilters
from tenants.audit.search.paging import SearchPage, load_page
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome

EFFECT_ORDER = list(Effect)  # from harmless to destructive


@dataclass(slots=True)
class EntryGroup:
    """Matching entries of one request or job; a single entry if it wrote no other."""

    page: str  # id of the request or job; empty for an entry of neither
    newest: int  # sequence number of the newest entry
    entry: AuditEntry = field(default_factory=AuditEntry)  # the newest of the main operation
    count: int = 1
    main_count: int = 1  # entries of the main operation
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    regions: Sequence[str] = ()
    service_count: int = 0
    client_count: int = 0
    has_equal_changes: bool = True  # all entries of the main operation change the same


def search_groups(
    organization: int,
    filters: EntryFilters = ALL_ENTRIES,
    cursor: str = "",
    *,
    size: int = 50,
    now: datetime | None = None,
) -> SearchPage[EntryGroup]:
    """Return a page of groups of the entries that match ``filters``.

    An invalid ``cursor`` returns the first page.
    """
    now = now or datetime.now(UTC)
    search = _GroupSearch(organization, filters, now)
    page = load_page(
        organization, cursor, size, filters.horizon(now), search.nearest, attrgetter("newest")
    )
    _load_details(organization, page.rows, filters, now)
    return page


@dataclass(slots=True)
class _GroupSearch:
    """Walks the matching entries and leaves out those of groups that it has seen."""

    organization: int
    filters: EntryFilters
    now: datetime
    pages: set[str] = field(default_factory=set)

    def nearest(self, low: int, high: int, limit: int, *, ascending: bool) -> list[EntryGroup]:
        """Return the groups whose newest entry is between ``low`` and ``high``, nearest first."""
        groups: dict[int, EntryGroup] = {}
        first, last = low, high
        while True:
            rows = self._select_rows(first, last, limit, ascending=ascending)
            new_pages = {page for _seq, page in rows if page} - self.pages
            self.pages |= new_pages
            for group in _summarize(self.organization, self.filters, self.now, new_pages):
                if low <= group.newest <= high:
                    groups[group.newest] = group
            groups |= {seq: EntryGroup("", seq) for seq, page in rows if not page}
            numbers = sorted(groups, reverse=not ascending)
            if len(rows) < limit:
                return [groups[seq] for seq in numbers[:limit]]
            # A group beyond the last row that was read may not be the next one.
            edge = rows[-1][0]
            near = [seq for seq in numbers if (seq <= edge if ascending else seq >= edge)]
            if len(near) >= limit:
                return [groups[seq] for seq in near[:limit]]
            first, last = (edge + 1, last) if ascending else (first, edge - 1)

    def _select_rows(
        self, low: int, high: int, limit: int, *, ascending: bool
    ) -> list[tuple[int, str]]:
        rows = select_nearest(
            self.organization,
            self.filters,
            self.now,
            low,
            high,
            ascending=ascending,
            limit=limit,
            without_pages=self.pages,
        )
        return sorted(rows.values_list("seq", "page"), key=itemgetter(0), reverse=not ascending)


def _select_members(
    organization: int, filters: EntryFilters, now: datetime, pages: Collection[str]
) -> QuerySet[AuditEntry]:
    """Select the matching entries of some pages.

    The pages are found on their own, so that their index leads whatever the filters are.
    """
    members = AuditEntry.objects.filter(organization_id=organization, page__in=pages, page__gt="")
    matching = matching_entries(organization, filters, now)
    return matching.filter(seq__in=members.order_by().values("seq")).order_by()


def _summarize(
    organization: int, filters: EntryFilters, now: datetime, pages: Collection[str]
) -> list[EntryGroup]:
    """Return the groups of some pages, without their entries and targets."""
    if not pages:
        return []
    late = Q(outcome="", at__lt=to_microseconds(now - OUTCOME_TIMEOUT))
    final_outcome = Case(
        When(late, then=Value(Outcome.UNKNOWN.value)),
        When(outcome="", then=Value(Outcome.OPEN.value)),
        default=F("outcome"),
        output_field=CharField(),
    )
    rows = (
        _select_members(organization, filters, now, pages)
        .annotate(ending=final_outcome)
        .values("page", "operation", "effect", "ending")
        .annotate(number=Count("seq"), last=Max("seq"), least=Min("changed"), most=Max("changed"))
    )
    by_page: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_page.setdefault(row["page"], []).append(row)
    return [_build_group(page, members) for page, members in by_page.items()]


def _build_group(page: str, rows: Sequence[Mapping[str, Any]]) -> EntryGroup:
    """Build a group from its numbers by operation and outcome."""
    numbers: Counter[tuple[str, str]] = Counter()
    outcomes: Counter[Outcome] = Counter()
    for row in rows:
        numbers[row["operation"], row["effect"]] += row["number"]
        is_known = row["ending"] in set(Outcome)
        outcomes[Outcome(row["ending"]) if is_known else Outcome.UNKNOWN] += row["number"]
    main = max(numbers, key=lambda pair: _rank(pair[0], pair[1], numbers[pair]))
    main_rows = [row for row in rows if (row["operation"], row["effect"]) == main]
    return EntryGroup(
        page,
        max(row["last"] for row in rows),
        AuditEntry(seq=max(row["last"] for row in main_rows)),
        numbers.total(),
        numbers[main],
        dict(outcomes),
        has_equal_changes=len({row[bound] for row in main_rows for bound in ("least", "most")})
        == 1,
    )


def _rank(operation: str, effect: str, number: int) -> tuple[int, bool, int, str]:
    """Order operations by how well they stand for a group."""
    rank = EFFECT_ORDER.index(Effect(effect)) if effect in EFFECT_ORDER else 0
    return (rank, operation not in EVENTS, number, operation)


def _load_details(
    organization: int, groups: Sequence[EntryGroup], filters: EntryFilters, now: datetime
) -> None:
    """Load the entries of groups, and what larger groups were about."""
    for group in groups:
        group.entry.seq = group.entry.seq or group.newest
    numbers = [group.entry.seq for group in groups]
    entries = AuditEntry.objects.filter(organization_id=organization, seq__in=numbers).order_by()
    by_seq = {entry.seq: entry for entry in entries}
    for group in groups:
        group.entry = by_seq.get(group.entry.seq, group.entry)
        group.outcomes = group.outcomes or {group.entry.effective_outcome: 1}
        group.regions = [group.entry.region] if group.entry.region else []
    larger = {group.page: group for group in groups if group.count > 1}
    if not larger:
        return
    rows = (
        _select_members(organization, filters, now, larger)
        .values("page", "region")
        .annotate(
            services=Count("service", distinct=True, filter=~Q(service="")),
            clients=Count("client", distinct=True, filter=~Q(client="")),
        )
        .order_by("page", "region")
    )
    for group in larger.values():
        group.regions = []
    for row in rows:
        group = larger[row["page"]]
        if row["region"]:
            group.regions = [*group.regions, row["region"]]
        group.service_count += row["services"]
        group.client_count += row["clients"]
