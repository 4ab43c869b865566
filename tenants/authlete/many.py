"""The same read of many objects, no more of them at once than a region takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tenants.authlete.asking import Asked
from tenants.authlete.client import Authlete
from tenants.authlete.deadline import Deadline
from tenants.authlete.errors import AuthleteError
from tenants.authlete.fanout import fan_out
from tenants.authlete.operation import Operation, Places

AT_ONCE = 24  # calls to one region; its gateway refuses more (`api.md`, section 3)

type Ask = tuple[Authlete, Places, Mapping[str, Any]]  # the last is the query


def each[Reply](
    operation: Operation[Reply], asks: Sequence[Ask], seconds: float = 10.0
) -> list[Reply | AuthleteError]:
    """Each gives its reply, or why there is none, within so many seconds."""
    deadline = Deadline(seconds)
    found: dict[int, Reply | AuthleteError] = {}
    todo = list(range(len(asks)))
    while todo:
        now, todo = turn(todo, lambda at: asks[at][0])
        replies = at_once(operation, [asks[at] for at in now], deadline.left())
        found |= zip(now, replies, strict=True)
    return [found[at] for at in range(len(asks))]


def turn[One](
    todo: Sequence[One], door: Callable[[One], Authlete]
) -> tuple[list[One], list[One]]:
    """What is asked for now, and what is left for later turns."""
    now: list[One] = []
    later: list[One] = []
    asked: dict[str, int] = {}
    for one in todo:
        url = door(one).lines.base_url
        asked[url] = asked.get(url, 0) + 1
        (now if asked[url] <= AT_ONCE else later).append(one)
    return now, later


def at_once[Reply](
    operation: Operation[Reply], asks: Sequence[Ask], seconds: float
) -> list[Reply | AuthleteError]:
    """One turn; what cannot be sent gives why."""
    calls: list[Asked[Reply] | AuthleteError] = []
    for door, places, query in asks:
        try:
            calls.append(door.ask(operation, places=places, query=query))
        except AuthleteError as error:  # its credential cannot be sent
            calls.append(error)
    sent = [
        (door, call)
        for (door, _, _), call in zip(asks, calls, strict=True)
        if isinstance(call, Asked)
    ]
    replies = iter(fan_out(sent, seconds))
    return [next(replies) if isinstance(one, Asked) else one for one in calls]
