"""Whole lists, asked page by page and all at once: every service of many regions,
every client of many services.

First one page of each, then what their counts say is left. A list that fails keeps
what it showed and says why; nothing that it counts can make this go on for ever.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tenants.authlete.api import clients, services
from tenants.authlete.client import Authlete
from tenants.authlete.deadline import Deadline
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.documents.service import Service, ServicePage
from tenants.authlete.errors import AuthleteError, TooLarge, Unreadable
from tenants.authlete.many import at_once, turn
from tenants.authlete.operation import Operation, Places
from tenants.authlete.words import Said
from tenants.authlete.words import gettext_noop as _

PAGE = 100  # objects a call; Authlete takes it (`api.md`, section 4)
SMALL = 10  # objects a call where a page of `PAGE` is too large to take
DEEP = 8  # a list that hands out less than asked is asked again so often


@dataclass(frozen=True, slots=True)
class Kind[Page, One]:
    """What is listed: the call, where its objects are, what tells them apart."""

    operation: Operation[Page]
    count: Callable[[Page], int]
    found: Callable[[Page], Sequence[One] | None]
    key: Callable[[One], int]
    short: str  # what is said where fewer are shown than are counted
    most: int  # of one list that are asked for


SERVICES = Kind[ServicePage, Service](
    services.LIST,
    lambda page: page.total_count,
    lambda page: page.services,
    lambda one: one.api_key,
    _("The region counts {total} services and showed {shown}."),
    2_000,
)
CLIENTS = Kind[ClientPage, Client](
    clients.LIST,
    lambda page: page.total_count,
    lambda page: page.clients,
    lambda one: one.client_id,
    _("The region counts {total} clients and showed {shown}."),
    10_000,
)


@dataclass(frozen=True, slots=True)
class Span:
    """The objects from ``start`` up to ``end``, which is left out."""

    start: int
    end: int
    depth: int = 0  # how often its beginning was asked for already


@dataclass(slots=True)
class Listed[Page, One]:
    """The objects of one list, as far as it showed them."""

    kind: Kind[Page, One]
    found: dict[int, One] = field(default_factory=dict)
    total: int = 0  # how many there are, by its own count
    error: AuthleteError | None = None  # why it did not show them all
    _asked: int = PAGE  # the first index that was not asked for yet
    _step: int = PAGE

    @property
    def all(self) -> list[One]:
        return list(self.found.values())

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are ever asked for."""
        return self.total > self.kind.most

    @property
    def whole(self) -> bool:
        return self.error is None and len(self.found) >= self.total

    def take(self, page: Page | AuthleteError, span: Span) -> Iterator[Span]:
        """Keep what came, and name what to ask for next."""
        if isinstance(page, TooLarge) and span.end - span.start > SMALL:
            self._step = SMALL
            yield from _spans(span.start, span.end, SMALL)
            return
        if isinstance(page, AuthleteError):
            self.error = self.error or page
            return
        found = self.kind.found(page) or []
        self.found |= {self.kind.key(one): one for one in found}
        self.total = max(self.total, self.kind.count(page))
        shown = span.start + len(found)
        known = min(self.total, self.kind.most)
        # It shows fewer a page.
        if found and shown < min(span.end, known) and span.depth < DEEP:
            yield Span(shown, min(span.end, known), span.depth + 1)
        if self._asked < known:
            yield from _spans(self._asked, known, self._step)
            self._asked = known

    def end(self) -> None:
        """Say what is missing, where nothing else said it."""
        if self.error is None and not self.whole:
            self.error = Unreadable(
                Said(self.kind.short, total=self.total, shown=len(self.found))
            )


def all_services(
    doors: Sequence[Authlete], seconds: float = 10.0
) -> list[Listed[ServicePage, Service]]:
    """The services of each region, in the order of ``doors``."""
    return _read(SERVICES, [(door, {}) for door in doors], seconds)


def all_clients(
    places: Sequence[tuple[Authlete, int]], seconds: float = 10.0
) -> list[Listed[ClientPage, Client]]:
    """The clients of each service, by region and id, in the order of ``places``."""
    asked = [(door, {"service_id": number}) for door, number in places]
    return _read(CLIENTS, asked, seconds)


def _read[Page, One](
    kind: Kind[Page, One], lists: Sequence[tuple[Authlete, Places]], seconds: float
) -> list[Listed[Page, One]]:
    deadline = Deadline(seconds)
    listed = [Listed(kind) for _ in lists]
    todo = [(at, Span(0, PAGE)) for at in range(len(lists))]
    while todo:
        now, todo = turn(todo, lambda one: lists[one[0]][0])
        asks = [(*lists[at], {"start": of.start, "end": of.end}) for at, of in now]
        pages = at_once(kind.operation, asks, deadline.left())
        for (at, span), page in zip(now, pages, strict=True):
            todo += [(at, more) for more in listed[at].take(page, span)]
    for one in listed:
        one.end()
    return listed


def _spans(start: int, end: int, step: int) -> Iterator[Span]:
    for at in range(start, end, step):
        yield Span(at, min(at + step, end))
