"""Finding entries: one organization's, newest first, a page at a time.

A page begins where the one before ended (keyset), so that the thousandth costs what
the first does and new entries shift nothing. The order is the chain's, never a
clock's. That each filter has its index is held by `tests/tenants/audit/test_plans`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Max, Min, Q, QuerySet

from tenants.audit.models import (
    BLOCK,
    CHANGES,
    NOT_DONE,
    PATIENCE,
    AuditBlock,
    AuditEntry,
    microseconds,
)

WINDOW = timedelta(days=30)  # that a search without an index looks back
MOST = 1000  # entries that are counted; what comes after is "more than"
LAST = 2**63 - 1

EXACT = "actor role region service client subject object operation ticket page".split()
SPARSE = "client subject object ticket page".split()  # indexed where not empty
NARROW = {"actor", "service", "field", *SPARSE}  # few rows are left, however old
UNINDEXED = {"role", "region", "text"}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; what is empty does not matter. All must hold."""

    actor: str = ""
    role: str = ""
    region: str = ""
    service: str = ""
    client: str = ""
    subject: str = ""
    object: str = ""
    operation: str = ""
    effects: Sequence[str] = ()  # any of them
    outcomes: Sequence[str] = ()  # any of them; "open" while it is awaited
    field: str = ""  # a member that was to be changed, by Authlete's name
    ticket: str = ""
    page: str = ""
    since: datetime | None = None
    until: datetime | None = None  # up to, and without, this moment
    text: str = ""  # in label, reason or actor

    def horizon(self, now: datetime) -> datetime | None:
        """How far is looked back although nobody said so, if not to the beginning:
        where no index helps, the whole record would have to be read."""
        named = {name for name in NARROW | UNINDEXED if getattr(self, name)}
        if self.since or named & NARROW or not named & UNINDEXED:
            return None
        return (self.until or now) - WINDOW


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
    found = _found(organization, filters, now, low, high)
    # Of two columns that say the same, the one of the index that leads.
    order = "fields__seq" if filters.field else "seq"
    rows = list(found.order_by(order if up else f"-{order}")[: size + 1])
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
    found = _found(organization, filters, now or datetime.now(UTC), 1, LAST)
    return found.order_by()[: MOST + 1].count()


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


def _found(
    organization: int, filters: Filters, now: datetime, low: int, high: int
) -> QuerySet[AuditEntry]:
    """The rows that are asked for from ``low`` to ``high``, in no order."""
    since, until = filters.since or filters.horizon(now), filters.until
    wanted: dict[str, Any] = {"organization_id": organization}
    conditions = []
    if since:
        wanted["at__gte"] = microseconds(since)
    if until:
        wanted["at__lt"] = microseconds(until)
    if since or until:
        earliest, latest = _written(since, until)
        low, high = max(low, earliest), min(high, latest)
    wanted |= {"seq__gte": low, "seq__lte": high}
    if filters.field:
        wanted |= {
            "fields__organization_id": organization,
            "fields__field": filters.field,
            "fields__seq__gte": low,
            "fields__seq__lte": high,
        }
    texts = {name: getattr(filters, name) for name in EXACT if getattr(filters, name)}
    wanted |= texts | {f"{name}__gt": "" for name in SPARSE if name in texts}
    if filters.effects:
        wanted["effect__in"] = filters.effects
        if "read" not in filters.effects:
            conditions.append(CHANGES)
    if filters.outcomes:
        conditions.append(_ended(filters.outcomes, now))
        if "done" not in filters.outcomes:
            conditions.append(NOT_DONE)
    if filters.text:
        label, reason, actor = (
            Q(**{f"{name}__icontains": filters.text})
            for name in ("label", "reason", "actor")
        )
        conditions.append(label | reason | actor)
    return AuditEntry.objects.filter(*conditions, **wanted)  # one: each costs a copy


def _ended(outcomes: Sequence[str], now: datetime) -> Q:
    """As `AuditEntry.fate` tells it."""
    late = Q(outcome="", at__lt=microseconds(now - PATIENCE))
    ended = Q(outcome__in=[one for one in outcomes if one != "open"])
    if "unknown" in outcomes:
        ended |= late
    if "open" in outcomes:
        ended |= Q(outcome="") & ~late
    return ended


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
