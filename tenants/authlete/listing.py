"""Fetch whole lists: every service of several regions, every client of several services.

The first page of a list says how many pages are left; these are fetched at once. A list that
fails keeps the items of the pages that came, and the error. The number of pages is limited,
whatever total Authlete reports.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from tenants.authlete.api import clients, services
from tenants.authlete.client import AuthleteClient
from tenants.authlete.documents.client import Client, ClientPage
from tenants.authlete.documents.service import Service, ServicePage
from tenants.authlete.errors import AuthleteError, InvalidResponseError, ResponseTooLargeError
from tenants.authlete.fanout import gather
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _
from tenants.authlete.operation import Operation, PathParams

PAGE_SIZE = 100  # (Authlete facts, 4)
SMALL_PAGE_SIZE = 10  # where a response with `PAGE_SIZE` objects is too large
MAX_SHORT_PAGES = 8  # how often the rest of a page that is shorter than requested is fetched


@dataclass(frozen=True, slots=True)
class ListKind[Page, Item]:
    """A kind of list: its operation, and how to read a page of it."""

    operation: Operation[Page]
    get_total: Callable[[Page], int]
    get_items: Callable[[Page], Sequence[Item] | None]
    get_id: Callable[[Item], int]
    incomplete_message: str
    max_items: int  # fetched of one list


SERVICE_LIST = ListKind[ServicePage, Service](
    services.LIST,
    lambda page: page.total_count,
    lambda page: page.services,
    lambda service: service.api_key,
    _("The region reports {total} services but listed {shown}."),
    2_000,
)
CLIENT_LIST = ListKind[ClientPage, Client](
    clients.LIST,
    lambda page: page.total_count,
    lambda page: page.clients,
    lambda client: client.client_id,
    _("The region reports {total} clients but listed {shown}."),
    10_000,
)


@dataclass(frozen=True, slots=True)
class PageRange:
    """The objects from index ``start`` up to, but not including, ``end``."""

    start: int
    end: int
    attempts: int = 0  # requests that came back shorter than the page


@dataclass(slots=True)
class ListResult[Page, Item]:
    """The items of one list that were fetched."""

    kind: ListKind[Page, Item]
    items_by_id: dict[int, Item] = field(default_factory=dict)
    total: int = 0  # as reported by Authlete
    error: AuthleteError | None = None  # why items are missing
    _next_start: int = PAGE_SIZE  # first index not requested yet
    _page_size: int = PAGE_SIZE

    @property
    def items(self) -> list[Item]:
        return list(self.items_by_id.values())

    @property
    def is_truncated(self) -> bool:
        """Return whether the list is longer than the fetch limit."""
        return self.total > self.kind.max_items

    @property
    def is_complete(self) -> bool:
        return self.error is None and len(self.items_by_id) >= self.total

    def add_page(self, page: Page | AuthleteError, page_range: PageRange) -> Iterator[PageRange]:
        """Add a fetched page and yield the ranges to fetch next."""
        size = page_range.end - page_range.start
        if isinstance(page, ResponseTooLargeError) and size > SMALL_PAGE_SIZE:
            self._page_size = SMALL_PAGE_SIZE
            yield from _split_range(page_range.start, page_range.end, SMALL_PAGE_SIZE)
            return
        if isinstance(page, AuthleteError):
            self.error = self.error or page
            return
        items = self.kind.get_items(page) or []
        self.items_by_id |= {self.kind.get_id(item): item for item in items}
        self.total = max(self.total, self.kind.get_total(page))
        limit = min(self.total, self.kind.max_items)
        start, end = page_range.start + len(items), min(page_range.end, limit)
        if items and start < end and page_range.attempts < MAX_SHORT_PAGES:
            yield PageRange(start, end, page_range.attempts + 1)
        if self._next_start < limit:
            yield from _split_range(self._next_start, limit, self._page_size)
            self._next_start = limit

    def check_complete(self) -> None:
        """Set ``error`` if items are missing for no other reason."""
        if self.error is None and not self.is_complete:
            received = len(self.items_by_id)
            self.error = InvalidResponseError(
                Message(self.kind.incomplete_message, total=self.total, shown=received)
            )


def list_all_services(
    clients: Sequence[AuthleteClient], timeout_seconds: float = 10.0
) -> list[ListResult[ServicePage, Service]]:
    """Return the services of each region, in the order of ``clients``."""
    return _list_all(SERVICE_LIST, [(client, {}) for client in clients], timeout_seconds)


def list_all_clients(
    services: Sequence[tuple[AuthleteClient, int]], timeout_seconds: float = 10.0
) -> list[ListResult[ClientPage, Client]]:
    """Return the clients of each service, given by region and ID, in their order."""
    lists = [(client, {"service_id": service_id}) for client, service_id in services]
    return _list_all(CLIENT_LIST, lists, timeout_seconds)


def _list_all[Page, Item](
    kind: ListKind[Page, Item],
    lists: Sequence[tuple[AuthleteClient, PathParams]],
    timeout_seconds: float,
) -> list[ListResult[Page, Item]]:
    results = [ListResult(kind) for _ in lists]
    gather(
        (
            (client, partial(_fetch_pages, client, path_params, result))
            for (client, path_params), result in zip(lists, results, strict=True)
        ),
        timeout_seconds,
    )
    return results


def _fetch_pages[Page, Item](
    client: AuthleteClient, path_params: PathParams, result: ListResult[Page, Item]
) -> None:
    ranges = [PageRange(0, PAGE_SIZE)]
    while ranges:
        pages = gather(
            (
                client,
                partial(
                    client.send,
                    result.kind.operation,
                    path_params=path_params,
                    query={"start": page_range.start, "end": page_range.end},
                ),
            )
            for page_range in ranges
        )
        ranges = [
            remaining
            for page, page_range in zip(pages, ranges, strict=True)
            for remaining in result.add_page(page, page_range)
        ]
    result.check_complete()


def _split_range(start: int, end: int, step: int) -> Iterator[PageRange]:
    for first in range(start, end, step):
        yield PageRange(first, min(first + step, end))
