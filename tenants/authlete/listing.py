"""Whole lists, asked page by page and all at once: every service of many regions,
every client of many services.

First one page of each, then what their counts say is left. A list that fails keeps
what it showed and says why; nothing that it counts can make this go on for ever.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tenants.authlete.api import clients, services
from tenants.authlete.client import AuthleteClient
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.documents.service import Service, ServicePage
from tenants.authlete.errors import (
    AuthleteError,
    InvalidResponseError,
    ResponseTooLargeError,
)
from tenants.authlete.fanout import gather_batch, split_batch
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.operation import Operation, PathParams
from tenants.authlete.transport.deadline import Deadline

PAGE_SIZE = 100  # objects a call; Authlete takes it (Authlete facts, 4)
SMALL_PAGE_SIZE = 10  # objects a call where a page of `PAGE` is too large to take
MAX_SHORT_PAGES = 8  # a list that hands out less than asked is asked again so often


@dataclass(frozen=True, slots=True)
class ListKind[Page, One]:
    """What is listed: the call, where its objects are, what tells them apart."""

    operation: Operation[Page]
    get_total: Callable[[Page], int]
    get_items: Callable[[Page], Sequence[One] | None]
    get_id: Callable[[One], int]
    incomplete_message: str  # what is said where fewer are shown than are counted
    max_items: int  # of one list that are asked for


SERVICE_LIST = ListKind[ServicePage, Service](
    services.LIST,
    lambda page: page.total_count,
    lambda page: page.services,
    lambda one: one.api_key,
    _("The region counts {total} services and showed {shown}."),
    2_000,
)
CLIENT_LIST = ListKind[ClientPage, Client](
    clients.LIST,
    lambda page: page.total_count,
    lambda page: page.clients,
    lambda one: one.client_id,
    _("The region counts {total} clients and showed {shown}."),
    10_000,
)


@dataclass(frozen=True, slots=True)
class PageRange:
    """The objects from ``start`` up to ``end``, which is left out."""

    start: int
    end: int
    attempts: int = 0  # how often its beginning was asked for already


@dataclass(slots=True)
class ListResult[Page, One]:
    """The objects of one list, as far as it showed them."""

    kind: ListKind[Page, One]
    items_by_id: dict[int, One] = field(default_factory=dict)
    total: int = 0  # how many there are, by its own count
    error: AuthleteError | None = None  # why it did not show them all
    _next_start: int = PAGE_SIZE  # the first index that was not asked for yet
    _page_size: int = PAGE_SIZE

    @property
    def items(self) -> list[One]:
        return list(self.items_by_id.values())

    @property
    def is_truncated(self) -> bool:
        """Whether there are more than are ever asked for."""
        return self.total > self.kind.max_items

    @property
    def is_complete(self) -> bool:
        return self.error is None and len(self.items_by_id) >= self.total

    def add_page(self, page: Page | AuthleteError, page_range: PageRange) -> Iterator[PageRange]:
        """Keep what came, and name what to ask for next."""
        if (
            isinstance(page, ResponseTooLargeError)
            and page_range.end - page_range.start > SMALL_PAGE_SIZE
        ):
            self._page_size = SMALL_PAGE_SIZE
            yield from _split_range(page_range.start, page_range.end, SMALL_PAGE_SIZE)
            return
        if isinstance(page, AuthleteError):
            self.error = self.error or page
            return
        found = self.kind.get_items(page) or []
        self.items_by_id |= {self.kind.get_id(one): one for one in found}
        self.total = max(self.total, self.kind.get_total(page))
        shown = page_range.start + len(found)
        known = min(self.total, self.kind.max_items)
        # It shows fewer a page.
        if found and shown < min(page_range.end, known) and page_range.attempts < MAX_SHORT_PAGES:
            yield PageRange(shown, min(page_range.end, known), page_range.attempts + 1)
        if self._next_start < known:
            yield from _split_range(self._next_start, known, self._page_size)
            self._next_start = known

    def check_complete(self) -> None:
        """Say what is missing, where nothing else said it."""
        if self.error is None and not self.is_complete:
            self.error = InvalidResponseError(
                Message(
                    self.kind.incomplete_message,
                    total=self.total,
                    shown=len(self.items_by_id),
                )
            )


def list_all_services(
    clients: Sequence[AuthleteClient], timeout_seconds: float = 10.0
) -> list[ListResult[ServicePage, Service]]:
    """The services of each region, in the order of ``doors``."""
    return _list_all(SERVICE_LIST, [(door, {}) for door in clients], timeout_seconds)


def list_all_clients(
    services: Sequence[tuple[AuthleteClient, int]], timeout_seconds: float = 10.0
) -> list[ListResult[ClientPage, Client]]:
    """The clients of each service, by region and id, in the order of ``places``."""
    asked = [(door, {"service_id": number}) for door, number in services]
    return _list_all(CLIENT_LIST, asked, timeout_seconds)


def _list_all[Page, One](
    kind: ListKind[Page, One],
    lists: Sequence[tuple[AuthleteClient, PathParams]],
    timeout_seconds: float,
) -> list[ListResult[Page, One]]:
    deadline = Deadline(timeout_seconds)
    listed = [ListResult(kind) for _ in lists]
    todo = [(at, PageRange(0, PAGE_SIZE)) for at in range(len(lists))]
    while todo:
        now, todo = split_batch(todo, lambda one: lists[one[0]][0])
        asks = [(*lists[at], {"start": of.start, "end": of.end}) for at, of in now]
        pages = gather_batch(kind.operation, asks, deadline.remaining())
        for (at, span), page in zip(now, pages, strict=True):
            todo += [(at, more) for more in listed[at].add_page(page, span)]
    for one in listed:
        one.check_complete()
    return listed


def _split_range(start: int, end: int, step: int) -> Iterator[PageRange]:
    for at in range(start, end, step):
        yield PageRange(at, min(at + step, end))
