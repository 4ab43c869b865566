"""Every service of many regions, asked page by page and all at once.

First one page of each region, then what their counts say is left. A region that
fails keeps what it showed and says why; nothing that it counts can make this go on
for ever.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tenants.authlete.api.services import LIST
from tenants.authlete.asking import Asked
from tenants.authlete.client import Authlete
from tenants.authlete.deadline import Deadline
from tenants.authlete.documents.service import Service, ServicePage
from tenants.authlete.errors import AuthleteError, TooLarge, Unreadable
from tenants.authlete.fanout import fan_out

PAGE = 100  # services a call; Authlete takes it (`api.md`, section 4)
SMALL = 10  # services a call where a page of `PAGE` is too large to take
MOST = 2_000  # services of a region that are listed
ROUNDS = 8  # a region that hands out less than asked is asked again so often

type Span = tuple[int, int]  # the first index, and the first that is left out


@dataclass(slots=True)
class Listed:
    """The services of one region, as far as it showed them."""

    found: dict[int, Service] = field(default_factory=dict)
    total: int = 0  # how many there are, by its own count
    error: AuthleteError | None = None  # why it did not show them all
    _asked: int = PAGE  # the first index that was not asked for yet
    _step: int = PAGE

    @property
    def services(self) -> list[Service]:
        return list(self.found.values())

    @property
    def whole(self) -> bool:
        return self.error is None and len(self.found) >= self.total

    def take(self, page: ServicePage | AuthleteError, span: Span) -> Iterator[Span]:
        """Keep what came, and name what to ask for next."""
        start, end = span
        if isinstance(page, TooLarge) and end - start > SMALL:
            self._step = SMALL
            yield from _spans(start, end, SMALL)
            return
        if isinstance(page, AuthleteError):
            self.error = self.error or page
            return
        services = page.services or []
        self.found |= {one.api_key: one for one in services}
        self.total = max(self.total, page.total_count)
        shown = start + len(services)
        known = min(self.total, MOST)
        if services and shown < min(end, known):  # it shows fewer a page
            yield (shown, min(end, known))
        if self._asked < known:
            yield from _spans(self._asked, known, self._step)
            self._asked = known


def all_services(doors: Sequence[Authlete], seconds: float = 10.0) -> list[Listed]:
    """The services of each region, in the order of ``doors``."""
    deadline = Deadline(seconds)
    listed = [Listed() for _ in doors]
    todo: list[tuple[int, Span]] = [(at, (0, PAGE)) for at in range(len(doors))]
    for _ in range(ROUNDS):
        if not todo:
            break
        pages = _pages([(doors[at], span) for at, span in todo], deadline)
        todo = [
            (at, more)
            for (at, span), page in zip(todo, pages, strict=True)
            for more in listed[at].take(page, span)
        ]
    for one in listed:
        if one.error is None and not one.whole:
            one.error = Unreadable(
                f"The region counts {one.total} services and showed {len(one.found)}."
            )
    return listed


def _pages(
    asks: Sequence[tuple[Authlete, Span]], deadline: Deadline
) -> list[ServicePage | AuthleteError]:
    calls: list[Asked[ServicePage] | AuthleteError] = []
    for door, (start, end) in asks:
        try:
            calls.append(door.ask(LIST, query={"start": start, "end": end}))
        except AuthleteError as error:  # its credential cannot be sent
            calls.append(error)
    sent = [
        (door, call)
        for (door, _), call in zip(asks, calls, strict=True)
        if isinstance(call, Asked)
    ]
    pages = iter(fan_out(sent, deadline.left()))
    return [next(pages) if isinstance(one, Asked) else one for one in calls]


def _spans(start: int, end: int, step: int) -> Iterator[Span]:
    for at in range(start, end, step):
        yield at, min(at + step, end)
