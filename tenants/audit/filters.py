"""What entries are looked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import QuerySet

WINDOW = timedelta(days=30)  # that a search without an index looks back
NOWHERE = ("-",)  # an id that nothing has

# Any of several values; of these, the first that has some leads to the rows.
LEADING = tuple(
    "entry page mark subject clients client object ticket field places service actor"
    " address operation code".split()
)
SELDOM = {"destroy", "reveal"}
# Few rows are left, however old.
NARROW = {*LEADING, "request"} - {"operation", "code"}
UNINDEXED = {"role", "region", "status", "text", "reason", "old", "new", "without"}

type Some = str | Sequence[str]  # any of them will do; none: it does not matter


@dataclass(frozen=True, slots=True)
class Meaning:
    """JSON that somebody may mean who types a word that pages show for it."""

    text: str
    fields: tuple[str, ...] = ()  # whose value it is; none: of any
    whole: bool = True  # all of the value, or a part of it


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; what is empty does not matter. All must hold."""

    actor: Some = ()
    role: Some = ()
    region: Some = ()
    service: Some = ()
    places: Sequence[tuple[str, str]] = ()  # services: region, if not any, and id
    client: Some = ()
    clients: Sequence[tuple[str, str]] = ()  # region, if not any, and id
    subject: Some = ()
    mark: Some = ()  # of a subject, see `marks`
    object: Some = ()
    operation: Some = ()
    effects: Sequence[str] = ()
    outcomes: Sequence[str] = ()  # "open" while it is awaited
    code: Some = ()
    status: Some = ()  # of HTTP: 404, or 4xx for all that begin like it
    address: Some = ()  # of the browser
    field: Some = ()  # a member that was to be changed, by Authlete's name
    old: Some = ()  # in what such a member was; all of them
    new: Some = ()  # in what it was to become; all of them
    # What values of `old` and `new` stand for besides themselves.
    meanings: Mapping[str, Sequence[Meaning]] = MappingProxyType({})
    reason: Some = ()  # all of them are in it
    ticket: Some = ()
    entry: Some = ()
    page: Some = ()
    request: Some = ()  # of an entry, or of the page that made several
    since: datetime | None = None
    until: datetime | None = None  # up to, and without, this moment
    text: Some = ()  # each in label, reason or actor
    # By such a text, who is meant besides: those whose name has it, as a query.
    people: Mapping[str, QuerySet[Any, Any]] = MappingProxyType({})
    without: "Filters | None" = None  # of which nothing may hold, each value by itself

    def of(self, name: str) -> tuple[Any, ...]:
        """The values of a filter, none where it does not matter."""
        given = getattr(self, name)
        return ((given,) if given else ()) if isinstance(given, str) else tuple(given)

    def horizon(self, now: datetime) -> datetime | None:
        """How far is looked back although nobody said so, if not to the beginning:
        where no index helps, the whole record would have to be read."""
        named = {name for name in NARROW | UNINDEXED if getattr(self, name)}
        if self.is_failing:
            named.discard("status")
        if self.since or named & NARROW or not named & UNINDEXED:
            return None
        return (self.until or now) - WINDOW

    def alternatives(self) -> "list[Filters]":
        """The same as searches of one value in the filter that leads: several, with
        an index for one, would be read and sorted as a whole."""
        if self.request:
            return self._of_requests()
        for name in LEADING:
            if found := self.of(name):
                break
        else:
            name, found = "effects", self.of("effects") if self.is_seldom else ()
        if len(found) < 2:
            return [self]
        single: list[dict[str, Any]] = [{name: (one,)} for one in found]
        return [replace(self, **one) for one in single]

    def _of_requests(self) -> "list[Filters]":
        """Entries and pages have an index each."""
        asked, rest = self.of("request"), replace(self, request=())
        entries, pages = (
            [one for one in asked if not self.of(name) or one in self.of(name)]
            for name in ("entry", "page")
        )
        return [
            *(replace(rest, entry=(one,)) for one in entries),
            *(replace(rest, page=(one,)) for one in pages),
        ] or [replace(rest, entry=NOWHERE)]

    @property
    def is_seldom(self) -> bool:
        """Whether nothing leads to the rows but that what they did is seldom done."""
        named = any(map(self.of, LEADING))
        return bool(self.effects) and {*self.effects} <= SELDOM and not named

    @property
    def is_failed(self) -> bool:
        return bool(self.outcomes) and "done" not in self.outcomes

    @property
    def is_failing(self) -> bool:
        """Whether only statuses will do that say that something went wrong."""
        found = self.of("status")
        return bool(found) and all(one[0] in "45" for one in found)


EVERYTHING = Filters()
