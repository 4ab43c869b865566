"""Filters of an entry search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

DEFAULT_WINDOW = timedelta(days=30)  # searched by default without an index
NO_MATCH = ("-",)  # an id that doesn't exist

# Filters with an index. The first one with values selects the rows.
LEADING_FILTERS = tuple(
    "entry page mark subject clients client object ticket field places service actor"
    " address operation code".split()
)
RARE_EFFECTS = {"destroy", "reveal"}
# Filters that leave few rows, so no default start is needed.
NARROW_FILTERS = {*LEADING_FILTERS, "request"} - {"operation", "code"}
# A search with one of these lists entries instead of groups.
SINGLE_ENTRY_FILTERS = "field old new code status entry page request".split()
UNINDEXED_FILTERS = {"role", "region", "status", "text", "reason", "old", "new", "without"}

type FilterValues = str | Sequence[str]  # any value matches; empty: no filter


@dataclass(frozen=True, slots=True)
class ValueSynonym:
    """JSON that a searched word may stand for."""

    text: str
    fields: tuple[str, ...] = ()  # fields whose values are meant; empty: any
    is_whole: bool = True  # the whole value, or a part of it


@dataclass(frozen=True, slots=True)
class EntryFilters:
    """Search filters; empty ones don't apply, and all others must match."""

    actor: FilterValues = ()
    role: FilterValues = ()
    region: FilterValues = ()
    service: FilterValues = ()
    places: Sequence[tuple[str, str]] = ()  # services: region ("" for any) and id
    client: FilterValues = ()
    clients: Sequence[tuple[str, str]] = ()  # region ("" for any) and id
    subject: FilterValues = ()
    mark: FilterValues = ()  # fingerprint of a subject, see `subject_index`
    object: FilterValues = ()
    operation: FilterValues = ()
    effects: Sequence[str] = ()
    outcomes: Sequence[str] = ()  # "open" while no outcome is recorded
    calls_only: bool = False  # no local events
    code: FilterValues = ()
    status: FilterValues = ()  # HTTP status: 404, or 4xx for a class
    address: FilterValues = ()  # IP address of the browser
    field: FilterValues = ()  # a changed member, by Authlete's name
    old: FilterValues = ()  # texts in the previous value; all must match
    new: FilterValues = ()  # texts in the new value; all must match
    # Synonyms of the values of `old` and `new`.
    meanings: Mapping[str, Sequence[ValueSynonym]] = MappingProxyType({})
    reason: FilterValues = ()  # texts in the reason; all must match
    ticket: FilterValues = ()
    entry: FilterValues = ()
    page: FilterValues = ()
    request: FilterValues = ()  # id of an entry, or of the page that wrote several
    since: datetime | None = None
    until: datetime | None = None  # exclusive
    text: FilterValues = ()  # texts in label, reason, ticket or actor; all must match
    # By text, a query for the email addresses of people whose name contains it.
    people: Mapping[str, QuerySet[Any, Any]] = MappingProxyType({})
    without: "EntryFilters | None" = None  # excluded values

    def get_values(self, name: str) -> tuple[Any, ...]:
        """Return the values of a filter."""
        value = getattr(self, name)
        return ((value,) if value else ()) if isinstance(value, str) else tuple(value)

    def horizon(self, now: datetime) -> datetime | None:
        """Return the default start of a search that no index supports.

        Such a search would otherwise read the whole log.
        """
        names = {name for name in NARROW_FILTERS | UNINDEXED_FILTERS if getattr(self, name)}
        if self.wants_error_status:
            names.discard("status")
        if self.since or names & NARROW_FILTERS or not names & UNINDEXED_FILTERS:
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
        single: list[dict[str, Any]] = [{name: (value,)} for value in values]
        return [replace(self, **values) for values in single]

    def _split_requests(self) -> "list[EntryFilters]":
        """Split a request filter, since entries and pages have separate indexes."""
        requests, remaining = self.get_values("request"), replace(self, request=())
        entries, pages = (
            [
                request
                for request in requests
                if not self.get_values(name) or request in self.get_values(name)
            ]
            for name in ("entry", "page")
        )
        return [
            *(replace(remaining, entry=(entry,)) for entry in entries),
            *(replace(remaining, page=(page,)) for page in pages),
        ] or [replace(remaining, entry=NO_MATCH)]

    @property
    def names_single_entries(self) -> bool:
        """Return whether a filter is about values, results or ids of single entries."""
        return any(map(self.get_values, SINGLE_ENTRY_FILTERS))

    @property
    def is_rare(self) -> bool:
        """Return whether only rare effects narrow the search."""
        is_indexed = any(map(self.get_values, LEADING_FILTERS))
        return bool(self.effects) and {*self.effects} <= RARE_EFFECTS and not is_indexed

    @property
    def excludes_succeeded(self) -> bool:
        return bool(self.outcomes) and "done" not in self.outcomes

    @property
    def wants_error_status(self) -> bool:
        """Return whether only error statuses match."""
        values = self.get_values("status")
        return bool(values) and all(status[0] in "45" for status in values)


ALL_ENTRIES = EntryFilters()
