"""Search an organization's entries, newest first, in pages.

Pages use a keyset cursor in chain order, so late pages cost the same and new entries shift
nothing. Each filter has an index (tests/tenants/audit/search/test_query_plans.py).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet

from tenants.audit.models import (
    HAS_ERROR_STATUS,
    IS_CHANGE,
    IS_RARE,
    NOT_SUCCEEDED,
    OUTCOME_TIMEOUT,
    ROWS_PER_BLOCK,
    AuditBlock,
    AuditEntry,
    AuditField,
    to_microseconds,
)
from tenants.audit.search.change_values import ChangeValueMatch
from tenants.audit.search.filters import ALL_ENTRIES, NARROW_FILTERS, RARE_EFFECTS, EntryFilters
from tenants.audit.search.paging import MAX_SEQ, SearchPage, load_page
from tenants.audit.search.text_normalization import case_variants

MAX_COUNTED = 1000  # more are shown as "more than"

EXACT_FILTERS = (
    "actor role region service client subject mark object operation entry page ticket code address"
).split()
SPARSE_COLUMNS = "client subject object ticket page address".split()  # indexed where not empty
CHANGE_EFFECTS = {"change", *RARE_EFFECTS}


def search_entries(
    organization: int,
    filters: EntryFilters = ALL_ENTRIES,
    cursor: str = "",
    *,
    size: int = 50,
    now: datetime | None = None,
) -> SearchPage[AuditEntry]:
    """Return a page of entries that match ``filters``.

    An invalid ``cursor`` returns the first page.
    """
    now, get_seq = now or datetime.now(UTC), attrgetter("seq")

    def select(low: int, high: int, limit: int, *, ascending: bool) -> list[AuditEntry]:
        near = select_nearest(
            organization, filters, now, low, high, ascending=ascending, limit=limit
        )
        return sorted(near, key=get_seq, reverse=not ascending)

    return load_page(organization, cursor, size, filters.horizon(now), select, get_seq)


def find_last_seq(organization: int) -> int:
    """Return the sequence number of the organization's last entry, or 0."""
    entries = AuditEntry.objects.filter(organization_id=organization)
    return entries.aggregate(last=Max("seq"))["last"] or 0


def iterate_columns(
    organization: int,
    filters: EntryFilters,
    names: Sequence[str],
    *,
    size: int,
    last_seq: int = MAX_SEQ,
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield columns of matching entries in batches, newest first.

    The first column must be ``seq``. Skips model instances, which would double the time.
    """
    now, high = datetime.now(UTC), last_seq
    while high:
        near = select_nearest(organization, filters, now, 1, high, ascending=False, limit=size)
        rows = sorted(near.values_list(*names), key=itemgetter(0), reverse=True)
        if rows:
            yield rows
        high = rows[-1][0] - 1 if len(rows) == size else 0


def count_entries(
    organization: int,
    filters: EntryFilters = ALL_ENTRIES,
    *,
    now: datetime | None = None,
    last_seq: int = MAX_SEQ,
) -> int:
    """Count matching entries up to ``last_seq``, at most `MAX_COUNTED` + 1."""
    now = now or datetime.now(UTC)
    parts = [
        matching_entries(organization, alternative, now, (1, last_seq)).order_by()[
            : MAX_COUNTED + 1
        ]
        for alternative in filters.split_alternatives()
    ]
    if len(parts) == 1:
        return parts[0].count()
    numbers = {seq for part in parts for seq in part.values_list("seq", flat=True)}
    return min(len(numbers), MAX_COUNTED + 1)


def select_nearest(
    organization: int,
    filters: EntryFilters,
    now: datetime,
    low: int,
    high: int,
    *,
    ascending: bool,
    limit: int,
    without_pages: Collection[str] = (),
) -> QuerySet[AuditEntry]:
    """Select the rows nearest to the page's start, in any order."""
    entrieses = []
    for alternative in filters.split_alternatives():
        # Of two columns that say the same, the one of the index that leads.
        order = "fields__seq" if _leads_by_field(alternative) else "seq"
        rows = matching_entries(organization, alternative, now, (low, high))
        if without_pages:
            rows = rows.filter(~Q(page__in=without_pages))
        entrieses.append(rows.order_by(order if ascending else f"-{order}")[:limit])
    if len(entrieses) == 1:
        return entrieses[0]
    numbers = {seq for rows in entrieses for seq in rows.values_list("seq", flat=True)}
    expected = sorted(numbers, reverse=not ascending)[:limit]
    entries = AuditEntry.objects.filter(organization_id=organization, seq__in=expected)
    return entries.order_by()


def _leads_by_field(filters: EntryFilters) -> bool:
    return len(filters.get_values("field")) == 1


def matching_entries(
    organization: int,
    filters: EntryFilters,
    now: datetime,
    seq_range: tuple[int, int] | None = None,
) -> QuerySet[AuditEntry]:
    """Select matching rows, in any order; first and last number lead to indexes in page order."""
    since, until = filters.since or filters.horizon(now), filters.until
    expected: dict[str, Any] = {"organization_id": organization}
    if since:
        expected["at__gte"] = to_microseconds(since)
    if until:
        expected["at__lt"] = to_microseconds(until)
    if since or until:
        earliest, latest = find_seq_range(expected.get("at__gte"), expected.get("at__lt"))
        low, high = seq_range or (1, MAX_SEQ)
        seq_range = max(low, earliest), min(high, latest)
    in_range = dict(zip(("seq__gte", "seq__lte"), seq_range or (), strict=False))
    expected |= in_range
    if _leads_by_field(filters):
        expected |= {
            "fields__organization_id": organization,
            "fields__field": filters.get_values("field")[0],
            **{f"fields__{name}": value for name, value in in_range.items()},
        }
    sparse = (
        SPARSE_COLUMNS
        if any(map(filters.get_values, NARROW_FILTERS))
        else [*SPARSE_COLUMNS, "code"]
    )
    expected |= {f"{name}__gt": "" for name in sparse if filters.get_values(name)}
    if filters.clients:
        expected["client__gt"] = ""
    conditions = [
        *_conditions(filters, now, is_joined=_leads_by_field(filters)),
        *_index_hints(filters),
    ]
    if filters.without:
        conditions += [~condition for condition in _exclusion_conditions(filters.without, now)]
    return AuditEntry.objects.filter(*conditions, **expected)  # one: each costs a copy


def _index_hints(filters: EntryFilters) -> Iterator[Q]:
    """Yield redundant conditions of partial indexes for SQLite.

    PostgreSQL infers them; repeated conditions would distort its estimates.
    """
    if connection.vendor == "postgresql":
        return
    if filters.is_rare:
        yield IS_RARE
    elif filters.wants_error_status:
        yield HAS_ERROR_STATUS
    elif filters.excludes_succeeded:  # of both, there are fewer of these
        yield NOT_SUCCEEDED
    elif filters.effects and "read" not in filters.effects:
        yield IS_CHANGE


def _conditions(filters: EntryFilters, now: datetime, *, is_joined: bool = False) -> Iterator[Q]:
    """Yield the condition of each filter except times.

    The field filter is skipped if rows are joined by it.
    """
    for name in EXACT_FILTERS:
        match filters.get_values(name):
            case (value,):
                yield Q(**{name: value})
            case (_, _, *_) as several:
                yield Q(**{f"{name}__in": several})
    for name, pairs in (("service", filters.places), ("client", filters.clients)):
        if pairs:
            yield _any_of(
                Q(**{name: value}, region=region) if region else Q(**{name: value})
                for region, value in pairs
            )
    if {*filters.effects} == CHANGE_EFFECTS and not filters.excludes_succeeded:
        yield IS_CHANGE
    elif filters.effects:
        yield Q(effect__in=filters.effects)
    if filters.outcomes:
        yield _outcome_condition(filters.outcomes, now)
    if filters.calls_only:
        yield ~Q(path="")
    if filters.get_values("status"):
        yield _any_of(map(_status_condition, filters.get_values("status")))
    for text in filters.get_values("reason"):
        yield _contains(text, "reason")
    for text in filters.get_values("text"):
        condition = _contains(text, "label", "reason", "ticket", "actor")
        yield condition | Q(actor__in=filters.people[text]) if filters.people else condition
    if filters.get_values("field") and not is_joined:
        yield Q(
            Exists(
                AuditField.objects.filter(
                    organization_id=OuterRef("organization_id"),
                    seq=OuterRef("seq"),
                    field__in=filters.get_values("field"),
                )
            )
        )
    if filters.get_values("old") or filters.get_values("new"):
        fields, old, new = map(filters.get_values, ("field", "old", "new"))
        value_match = ChangeValueMatch(F("changed"), fields, old, new, filters.meanings)
        yield ~Q(changed="[]") & Q(value_match)


def _exclusion_conditions(excluded: EntryFilters, now: datetime) -> Iterator[Q]:
    """Yield the condition of each excluded value."""
    excluded_values = {name: excluded.get_values(name) for name in ("old", "new")}
    yield from _conditions(replace(excluded, old=(), new=(), request=()), now)
    for name, values in excluded_values.items():
        for value in values:
            single = EntryFilters(**{name: value}, meanings=excluded.meanings)
            yield from _conditions(single, now)
    if requests := excluded.get_values("request"):
        yield Q(entry__in=requests) | Q(page__in=requests)


def _contains(text: str, *columns: str) -> Q:
    """Match columns that contain a text, ignoring case."""
    return _any_of(
        Q(**{f"{column}__icontains": variant})
        for column in columns
        for variant in case_variants(text)
    )


def _any_of(conditions: Iterator[Q]) -> Q:
    combined = Q()
    for condition in conditions:
        combined |= condition
    return combined


def _status_condition(status: str) -> Q:
    if not status.endswith("xx"):
        return Q(status=int(status))
    first = int(status[0]) * 100
    return Q(status__gte=first, status__lt=first + 100)


def _outcome_condition(outcomes: Sequence[str], now: datetime) -> Q:
    """Match effective outcomes, see `AuditEntry.effective_outcome`."""
    # The outcome comes first: an index covers it.
    late = Q(outcome="") & Q(at__lt=to_microseconds(now - OUTCOME_TIMEOUT))
    ended = Q(outcome__in=[outcome for outcome in outcomes if outcome != "open"])
    if "unknown" in outcomes:
        ended |= late
    if "open" in outcomes:
        ended |= Q(outcome="") & ~late
    return ended


def find_last_seq_before(moment: int) -> int:
    """Return the last row that can have begun before ``moment`` (microseconds), or 0."""
    aggregate = AuditBlock.objects.filter(earliest__lt=moment).aggregate(last=Max("block"))
    return 0 if aggregate["last"] is None else (aggregate["last"] + 1) * ROWS_PER_BLOCK - 1


def find_seq_range(since: int | None, until: int | None) -> tuple[int, int]:
    """Return the range of rows written between two times (microseconds since 1970).

    The range is empty if its start exceeds its end.
    """
    blocks = AuditBlock.objects.all()
    if since is not None:
        blocks = blocks.filter(latest__gte=since)
    if until is not None:
        blocks = blocks.filter(earliest__lt=until)
    first, last = blocks.aggregate(Min("block"), Max("block")).values()
    return (1, 0) if first is None else (first * ROWS_PER_BLOCK, (last + 1) * ROWS_PER_BLOCK - 1)
