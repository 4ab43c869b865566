"""Finding entries: one organization's, newest first, a page at a time.

A page begins where the one before ended (keyset), so that the thousandth costs what
the first does and new entries shift nothing. The order is the chain's, never a
clock's. That each filter has its index is held by `tests/tenants/audit/test_plans`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, F, Max, Min, OuterRef, Q, QuerySet

from tenants.audit.inside import Inside
from tenants.audit.models import (
    BLOCK,
    CHANGES,
    NOT_DONE,
    PATIENCE,
    RARE,
    AuditBlock,
    AuditEntry,
    AuditField,
    microseconds,
)

WINDOW = timedelta(days=30)  # that a search without an index looks back
MOST = 1000  # entries that are counted; what comes after is "more than"
LAST = 2**63 - 1

# Any of several values; of these, the first that has some leads to the rows.
LEADING = tuple(
    "entry page mark subject client object ticket field places service actor"
    " operation code".split()
)
EXACT = (
    "actor role region service client subject mark object operation entry page ticket"
    " code address"
).split()
SPARSE = "client subject object ticket page".split()  # indexed where not empty
SELDOM = {"destroy", "reveal"}
CHANGING = {"change", *SELDOM}
# Few rows are left, however old.
NARROW = {*LEADING} - {"operation", "code"}
UNINDEXED = {"role", "address", "region", "text", "reason", "old", "new", "without"}

type Some = str | Sequence[str]  # any of them will do; none: it does not matter


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; what is empty does not matter. All must hold."""

    actor: Some = ()
    role: Some = ()
    region: Some = ()
    service: Some = ()
    places: Sequence[tuple[str, str]] = ()  # services: region, if not any, and id
    client: Some = ()
    subject: Some = ()
    mark: Some = ()  # of a subject, see `marks`
    object: Some = ()
    operation: Some = ()
    effects: Sequence[str] = ()
    outcomes: Sequence[str] = ()  # "open" while it is awaited
    code: Some = ()
    address: Some = ()  # of the browser
    field: Some = ()  # a member that was to be changed, by Authlete's name
    old: Some = ()  # in what such a member was; all of them
    new: Some = ()  # in what it was to become; all of them
    reason: Some = ()  # all of them are in it
    ticket: Some = ()
    entry: Some = ()
    page: Some = ()
    since: datetime | None = None
    until: datetime | None = None  # up to, and without, this moment
    text: Some = ()  # each in label, reason or actor
    without: "Filters | None" = None  # of which nothing may hold

    def of(self, name: str) -> tuple[Any, ...]:
        """The values of a filter, none where it does not matter."""
        given = getattr(self, name)
        return ((given,) if given else ()) if isinstance(given, str) else tuple(given)

    def horizon(self, now: datetime) -> datetime | None:
        """How far is looked back although nobody said so, if not to the beginning:
        where no index helps, the whole record would have to be read."""
        named = {name for name in NARROW | UNINDEXED if getattr(self, name)}
        if self.since or named & NARROW or not named & UNINDEXED:
            return None
        return (self.until or now) - WINDOW

    def alternatives(self) -> "list[Filters]":
        """The same as searches of one value in the filter that leads: several, with
        an index for one, would be read and sorted as a whole."""
        for name in LEADING:
            if found := self.of(name):
                break
        else:
            name, found = "effects", self.of("effects") if self.is_seldom else ()
        if len(found) < 2:
            return [self]
        single: list[dict[str, Any]] = [{name: (one,)} for one in found]
        return [replace(self, **one) for one in single]

    @property
    def is_seldom(self) -> bool:
        """Whether nothing leads to the rows but that what they did is seldom done."""
        named = any(map(self.of, LEADING))
        return bool(self.effects) and {*self.effects} <= SELDOM and not named

    @property
    def is_failed(self) -> bool:
        return bool(self.outcomes) and "done" not in self.outcomes


@dataclass(frozen=True, slots=True)
class Page:
    """Some entries, newest first."""

    entries: list[AuditEntry] = field(default_factory=list)
    older: str = ""  # the cursor of the page that follows, empty at the end
    newer: str = ""
    horizon: datetime | None = None  # see `Filters.horizon`


def search(
    organization: int,
    filters: Filters = Filters(),
    cursor: str = "",
    *,
    size: int = 50,
    now: datetime | None = None,
) -> Page:
    """The entries of an organization that ``filters`` asks for.

    ``cursor`` is one that a page gave; anything else is read as the first page.
    """
    now = now or datetime.now(UTC)
    up, seq = _read(cursor)
    low, high = (seq + 1, LAST) if up else (1, seq - 1)
    rows = _first(organization, filters, now, low, high, up=up, most=size + 1)
    beyond, rows = len(rows) > size, rows[:size]
    if up:
        rows.reverse()
    is_last, is_first = (False, not beyond) if up else (not beyond, seq > LAST)
    return Page(
        rows,
        older="" if is_last or not rows else f"o{rows[-1].seq:x}",
        newer="" if is_first or not rows else f"n{rows[0].seq:x}",
        horizon=filters.horizon(now),
    )


def count(
    organization: int,
    filters: Filters = Filters(),
    *,
    now: datetime | None = None,
) -> int:
    """How many there are; `MOST` + 1 when there are more than that."""
    now = now or datetime.now(UTC)
    parts = [
        _found(organization, one, now, 1, LAST).order_by()[: MOST + 1]
        for one in filters.alternatives()
    ]
    if len(parts) == 1:
        return parts[0].count()
    numbers = {seq for part in parts for seq in part.values_list("seq", flat=True)}
    return min(len(numbers), MOST + 1)


def history(
    organization: int,
    region: str,
    service: str,
    cursor: str = "",
    *,
    client: str = "",
    size: int = 50,
) -> Page:
    """What was done to a service, or to one client of it, and who saw a secret of it;
    reads are left out."""
    effects = ("change", "destroy", "reveal")
    filters = Filters(region=region, service=service, client=client, effects=effects)
    return search(organization, filters, cursor, size=size)


def _read(cursor: str) -> tuple[bool, int]:
    """Whether newer entries are meant, and from which one on."""
    try:
        seq = int(cursor[1:], 16)
    except ValueError:
        seq = 0
    known = cursor[:1] in ("n", "o") and 0 < seq <= LAST
    return (cursor[0] == "n", seq) if known else (False, LAST + 1)


def _first(
    organization: int,
    filters: Filters,
    now: datetime,
    low: int,
    high: int,
    *,
    up: bool,
    most: int,
) -> list[AuditEntry]:
    """The rows nearest to where a page begins, in the order in which it goes on."""
    found = []
    for one in filters.alternatives():
        # Of two columns that say the same, the one of the index that leads.
        order = "fields__seq" if _leads_by_field(one) else "seq"
        rows = _found(organization, one, now, low, high)
        found.append(rows.order_by(order if up else f"-{order}")[:most])
    if len(found) == 1:
        return list(found[0])
    numbers = {seq for rows in found for seq in rows.values_list("seq", flat=True)}
    wanted = sorted(numbers, reverse=not up)[:most]
    own = AuditEntry.objects.filter(organization_id=organization, seq__in=wanted)
    return sorted(own.order_by(), key=lambda row: row.seq, reverse=not up)


def _leads_by_field(filters: Filters) -> bool:
    return len(filters.of("field")) == 1


def _found(
    organization: int, filters: Filters, now: datetime, low: int, high: int
) -> QuerySet[AuditEntry]:
    """The rows that are asked for from ``low`` to ``high``, in no order."""
    since, until = filters.since or filters.horizon(now), filters.until
    wanted: dict[str, Any] = {"organization_id": organization}
    if since:
        wanted["at__gte"] = microseconds(since)
    if until:
        wanted["at__lt"] = microseconds(until)
    if since or until:
        earliest, latest = _written(since, until)
        low, high = max(low, earliest), min(high, latest)
    wanted |= {"seq__gte": low, "seq__lte": high}
    if _leads_by_field(filters):
        wanted |= {
            "fields__organization_id": organization,
            "fields__field": filters.of("field")[0],
            "fields__seq__gte": low,
            "fields__seq__lte": high,
        }
    sparse = SPARSE if any(map(filters.of, NARROW)) else [*SPARSE, "code"]
    wanted |= {f"{name}__gt": "" for name in sparse if filters.of(name)}
    conditions = [
        *_conditions(filters, now, is_joined=_leads_by_field(filters)),
        *_of_indexes(filters),
    ]
    if filters.without:
        conditions += [~one for one in _conditions(filters.without, now)]
    return AuditEntry.objects.filter(*conditions, **wanted)  # one: each costs a copy


def _of_indexes(filters: Filters) -> Iterator[Q]:
    """What partial indexes want to read, word for word, though it follows.

    PostgreSQL proves it by itself. Told twice, it expects fewer rows than there are,
    and sorts them all instead of going along the index to the first few.
    """
    if connection.vendor == "postgresql":
        return
    if filters.is_seldom:
        yield RARE
    elif filters.is_failed:  # of both, there are fewer of these
        yield NOT_DONE
    elif filters.effects and "read" not in filters.effects:
        yield CHANGES


def _conditions(
    filters: Filters, now: datetime, *, is_joined: bool = False
) -> Iterator[Q]:
    """What each filter asks of a row, but for the times, and for the field where the
    rows are joined by it."""
    for name in EXACT:
        match filters.of(name):
            case (one,):
                yield Q(**{name: one})
            case (_, _, *_) as several:
                yield Q(**{f"{name}__in": several})
    if filters.places:
        yield _any(
            Q(service=one, region=region) if region else Q(service=one)
            for region, one in filters.places
        )
    if {*filters.effects} == CHANGING and not filters.is_failed:
        yield CHANGES
    elif filters.effects:
        yield Q(effect__in=filters.effects)
    if filters.outcomes:
        yield _ended(filters.outcomes, now)
    for part in filters.of("reason"):
        yield Q(reason__icontains=part)
    for part in filters.of("text"):
        columns = ("label", "reason", "actor")
        yield _any(Q(**{f"{one}__icontains": part}) for one in columns)
    if filters.of("field") and not is_joined:
        yield Q(
            Exists(
                AuditField.objects.filter(
                    organization_id=OuterRef("organization_id"),
                    seq=OuterRef("seq"),
                    field__in=filters.of("field"),
                )
            )
        )
    if filters.of("old") or filters.of("new"):
        inside = Inside(
            F("changed"), filters.of("field"), filters.of("old"), filters.of("new")
        )
        yield ~Q(changed="[]") & Q(inside)


def _any(conditions: Iterator[Q]) -> Q:
    found = Q()
    for one in conditions:
        found |= one
    return found


def _ended(outcomes: Sequence[str], now: datetime) -> Q:
    """As `AuditEntry.fate` tells it."""
    # The outcome first: an index tells it, and most rows need not be read.
    late = Q(outcome="") & Q(at__lt=microseconds(now - PATIENCE))
    ended = Q(outcome__in=[one for one in outcomes if one != "open"])
    if "unknown" in outcomes:
        ended |= late
    if "open" in outcomes:
        ended |= Q(outcome="") & ~late
    return ended


def begun_before(moment: int) -> int:
    """The last row that can have been begun before a moment, in microseconds since
    1970; 0 where none was."""
    found = AuditBlock.objects.filter(earliest__lt=moment).aggregate(last=Max("block"))
    return 0 if found["last"] is None else (found["last"] + 1) * BLOCK - 1


def _written(since: datetime | None, until: datetime | None) -> tuple[int, int]:
    """Between which rows lie all that say they were written then; none where the
    first is above the second."""
    blocks = AuditBlock.objects.all()
    if since:
        blocks = blocks.filter(latest__gte=microseconds(since))
    if until:
        blocks = blocks.filter(earliest__lt=microseconds(until))
    first, last = blocks.aggregate(Min("block"), Max("block")).values()
    return (1, 0) if first is None else (first * BLOCK, (last + 1) * BLOCK - 1)
