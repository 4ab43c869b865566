"""Filters of an entry search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

DEFAULT_WINDOW = timedelta(days=30)  # that a search without an index looks back
NO_MATCH = ("-",)  # an id that nothing has

# Any of several values; of these, the first that has some leads to the rows.
LEADING_FILTERS = tuple(
    "entry page mark subject clients client object ticket field places service actor"
    " address operation code".split()
)
RARE_EFFECTS = {"destroy", "reveal"}
# Few rows are left, however old.
NARROW_FILTERS = {*LEADING_FILTERS, "request"} - {"operation", "code"}
# A search with one of these lists entries instead of groups.
SINGLE_ENTRY_FILTERS = "text reason field old new code status entry page request".split()
UNINDEXED_FILTERS = {"role", "region", "status", "text", "reason", "old", "new", "without"}

type FilterValues = str | Sequence[str]  # any of them will do; none: it does not matter


@dataclass(frozen=True, slots=True)
class ValueSynonym:
    """JSON that a searched word may stand for."""

    text: str
    fields: tuple[str, ...] = ()  # whose value it is; none: of any
    is_whole: bool = True  # all of the value, or a part of it


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """Search filters; empty ones don't apply, and all others must match."""

    actor: FilterValues = ()
    role: FilterValues = ()
    region: FilterValues = ()
    service: FilterValues = ()
    places: Sequence[tuple[str, str]] = ()  # services: region, if not any, and id
    client: FilterValues = ()
    clients: Sequence[tuple[str, str]] = ()  # region, if not any, and id
    subject: FilterValues = ()
    mark: FilterValues = ()  # of a subject, see `marks`
    object: FilterValues = ()
    operation: FilterValues = ()
    effects: Sequence[str] = ()
    outcomes: Sequence[str] = ()  # "open" while it is awaited
    calls_only: bool = False  # no local events
    code: FilterValues = ()
    status: FilterValues = ()  # of HTTP: 404, or 4xx for all that begin like it
    address: FilterValues = ()  # of the browser
    field: FilterValues = ()  # a member that was to be changed, by Authlete's name
    old: FilterValues = ()  # texts in the previous value; all must match
    new: FilterValues = ()  # texts in the new value; all must match
    # What values of `old` and `new` stand for besides themselves.
    meanings: Mapping[str, Sequence[ValueSynonym]] = MappingProxyType({})
    reason: FilterValues = ()  # all of them are in it
    ticket: FilterValues = ()
    entry: FilterValues = ()
    page: FilterValues = ()
    request: FilterValues = ()  # of an entry, or of the page that made several
    since: datetime | None = None
    until: datetime | None = None  # up to, and without, this moment
    text: FilterValues = ()  # each in label, reason or actor
    # By such a text, who is meant besides: those whose name has it, as a query.
    people: Mapping[str, QuerySet[Any, Any]] = MappingProxyType({})
    without: "EntryFilters | None" = None  # excluded values

    def get_values(self, name: str) -> tuple[Any, ...]:
        """Return the values of a filter."""
        given = getattr(self, name)
        return ((given,) if given else ()) if isinstance(given, str) else tuple(given)

    def horizon(self, now: datetime) -> datetime | None:
        """Return the default start of a search that no index supports.

        Such a search would otherwise read the whole log.
        """
        named = {name for name in NARROW_FILTERS | UNINDEXED_FILTERS if getattr(self, name)}
        if self.wants_error_status:
            named.discard("status")
        if self.since or named & NARROW_FILTERS or not named & UNINDEXED_FILTERS:
            return None
        return (self.until or now) - DEFAULT_WINDOW

    def split_alternatives(self) -> "list[EntryFilters]":
        """Split into searches with one value of the leading filter.

        Indexes serve one value in order; several would be read and sorted as a whole.
        """
        if self.request:
            return self._split_requests()
        for name in LEADING_FILTERS:
            if values := self.get_values(name):
                break
        else:
            name, values = "effects", self.get_values("effects") if self.is_rare else ()
        if len(values) < 2:
            return [self]
        single: list[dict[str, Any]] = [{name: (one,)} for one in values]
        return [replace(self, **one) for one in single]

    def _split_requests(self) -> "list[EntryFilters]":
        """Split a request filter, since entries and pages have separate indexes."""
        asked, rest = self.get_values("request"), replace(self, request=())
        entries, pages = (
            [one for one in asked if not self.get_values(name) or one in self.get_values(name)]
            for name in ("entry", "page")
        )
        return [
            *(replace(rest, entry=(entry,)) for entry in entries),
            *(replace(rest, page=(page,)) for page in pages),
        ] or [replace(rest, entry=NO_MATCH)]

    @property
    def names_single_entries(self) -> bool:
        """Return whether a filter is about words, values or ids of single entries."""
        return any(map(self.get_values, SINGLE_ENTRY_FILTERS))

    @property
    def is_rare(self) -> bool:
        """Return whether only rare effects narrow the search."""
        named = any(map(self.get_values, LEADING_FILTERS))
        return bool(self.effects) and {*self.effects} <= RARE_EFFECTS and not named

    @property
    def excludes_succeeded(self) -> bool:
        return bool(self.outcomes) and "done" not in self.outcomes

    @property
    def wants_error_status(self) -> bool:
        """Return whether only error statuses match."""
        values = self.get_values("status")
        return bool(values) and all(one[0] in "45" for one in values)


ALL_ENTRIES = EntryFilters()
