"""Many different reads, as many at once as a region takes; each may bring up others."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from tenants.authlete import AuthleteClient
from tenants.authlete.errors import AuditUnavailableError, AuthleteError, RateLimitError
from tenants.authlete.fanout import _get_executor
from tenants.authlete.operation import Operation, PathParams
from tenants.authlete.prepared_request import PreparedRequest
from tenants.authlete.transport.deadline import Deadline

AT_ONCE = 64  # calls to one region; a little more than it takes in a second at times
PAUSE = 1.0  # seconds before what came too fast is asked once more


@dataclass(frozen=True, slots=True)
class Call:
    """One read; ``what`` goes into its query, or into its body where it has one.

    ``then`` is given the reply, or the `AuthleteError` that says why there is none,
    and gives the calls that it brings up.
    """

    door: AuthleteClient
    operation: Operation[Any]
    places: PathParams = field(default_factory=dict)
    what: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
    then: Callable[[Any], Iterable["Call"]] = lambda _: ()
    not_before: float = 0.0  # on the monotonic clock; what came too fast has a time

    @property
    def region(self) -> str:
        return self.door.pool.base_url


def wave(calls: Sequence[Call], seconds: float) -> list[Any]:
    """Each gives its reply, or the `AuthleteError` that says why there is none."""
    found: dict[int, Any] = {}

    def keep(at: int) -> Callable[[Any], Iterable[Call]]:
        return lambda reply: found.update({at: reply}) or ()

    flow([replace(call, then=keep(at)) for at, call in enumerate(calls)], seconds)
    return [found[at] for at in range(len(calls))]


def flow(calls: Iterable[Call], seconds: float) -> None:
    """Make calls and all that they bring up, each within so many seconds.

    What a region refuses since it came too fast is asked once more. Every ``then`` is
    called in this thread, one after the other, as the replies come.
    """
    todo: dict[str, deque[Call]] = {}
    under_way: Counter[str] = Counter()
    replies: SimpleQueue[_Replied] = SimpleQueue()
    doors: dict[int, AuthleteClient] = {}
    _line_up(todo, calls)
    while any(todo.values()) or under_way.total():
        now = _ready(todo, under_way)
        doors |= {id(call.door): call.door for call in now}
        for call, found in zip(now, _begun(now, seconds), strict=True):
            found.add_done_callback(partial(_put, replies, call))
        for call, reply in _taken(replies, todo):
            under_way[call.region] -= 1
            if isinstance(reply, Exception) and not isinstance(reply, AuthleteError):
                raise reply
            if isinstance(reply, RateLimitError) and not call.not_before:
                _line_up(todo, [replace(call, not_before=monotonic() + PAUSE)])
            else:
                _line_up(todo, call.then(reply))
    flush_clients(doors.values())


type _Replied = tuple[Call, Any]


def _put(replies: SimpleQueue[_Replied], call: Call, found: Future[Any]) -> None:
    replies.put((call, found.exception() or found.result()))


def _line_up(todo: dict[str, deque[Call]], calls: Iterable[Call]) -> None:
    for call in calls:
        todo.setdefault(call.region, deque()).append(call)


def _ready(todo: Mapping[str, deque[Call]], under_way: Counter[str]) -> list[Call]:
    """What is asked now; the rest waits for its turn."""
    now = []
    for region, line in todo.items():
        while line and under_way[region] < AT_ONCE and not _wait(line[0]):
            under_way[region] += 1
            now.append(line.popleft())
    return now


def _wait(call: Call) -> float:
    """Seconds until it may be asked."""
    return max(0.0, call.not_before - monotonic()) if call.not_before else 0.0


def _taken(replies: SimpleQueue[_Replied], todo: Mapping[str, deque[Call]]) -> list[_Replied]:
    """The replies that are there, and at least one unless a call may be asked now."""
    waits = [_wait(line[0]) for line in todo.values() if line and line[0].not_before]
    found = []
    with suppress(Empty):
        found.append(replies.get(timeout=min(waits, default=None)))
        while True:
            found.append(replies.get_nowait())
    return found


def _begun(calls: Sequence[Call], seconds: float) -> list[Future[Any]]:
    asked = [_asked(call) for call in calls]
    sent = [
        (call.door, one)
        for call, one in zip(calls, asked, strict=True)
        if isinstance(one, PreparedRequest)
    ]
    replies = iter(start_prepared(sent, seconds))
    return [next(replies) if isinstance(one, PreparedRequest) else one for one in asked]


def _asked(call: Call) -> PreparedRequest[Any] | Future[Any]:
    where = "body" if call.operation.method == "POST" else "query"
    what: dict[str, Any] = {where: call.what, "label": call.label}
    try:
        return call.door.prepare(call.operation, path_params=call.places, **what)
    except AuthleteError as error:  # its credential cannot be sent
        found: Future[Any] = Future()
        found.set_result(error)
        return found


def start_prepared[Reply](
    requests: Sequence[tuple[AuthleteClient, PreparedRequest[Reply]]],
    timeout_seconds: float,
) -> list[Future[Reply | AuthleteError]]:
    """The same, without waiting; whoever has taken all replies calls `settle`."""
    if any(not asked.operation.is_retryable for _, asked in requests):
        raise ValueError("only reads may be fanned out")
    deadline = Deadline(timeout_seconds)
    entries = _record_intents(requests)
    return [
        _completed_future(entry)
        if isinstance(entry, AuthleteError)
        else _get_executor(authlete.pool.base_url).submit(
            _send_one, authlete, asked, entry, deadline
        )
        for (authlete, asked), entry in zip(requests, entries, strict=True)
    ]


def flush_clients(clients: Iterable[AuthleteClient]) -> None:
    """Wait until the record has the outcomes of what was asked through them, and keep
    what was seen."""
    clients = list(clients)
    for watch in {id(door.audit_sink): door.audit_sink for door in clients}.values():
        watch.flush()
    for eyes in {id(door.observer): door.observer for door in clients}.values():
        eyes.flush()


def _completed_future[Reply](error: AuthleteError) -> Future[Reply | AuthleteError]:
    found: Future[Reply | AuthleteError] = Future()
    found.set_result(error)
    return found


def _record_intents(
    requests: Sequence[tuple[AuthleteClient, PreparedRequest[Any]]],
) -> list[str | AuthleteError]:
    """An entry for each, from one batch a watch."""
    entries: dict[int, str | AuthleteError] = {}
    for watch in {
        id(authlete.audit_sink): authlete.audit_sink for authlete, _ in requests
    }.values():
        places = [at for at, (one, _) in enumerate(requests) if one.audit_sink is watch]
        try:
            ids: Sequence[str | AuthleteError] = watch.record_intents(
                [requests[at][1].intent for at in places]
            )
        except AuditUnavailableError as error:
            ids = [error] * len(places)
        entries.update(zip(places, ids, strict=True))
    return [entries[at] for at in range(len(requests))]


def _send_one[Reply](
    authlete: AuthleteClient,
    request: PreparedRequest[Reply],
    entry_id: str,
    deadline: Deadline,
) -> Reply | AuthleteError:
    try:
        return authlete.send_once(request, entry_id, deadline, wait=False).reply
    except AuthleteError as error:
        return error
