"""Many different reads at once, as a region takes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import sleep
from typing import Any

from tenants.authlete import Authlete
from tenants.authlete.asking import Asked
from tenants.authlete.errors import AuthleteError, TooMany
from tenants.authlete.fanout import fan_out
from tenants.authlete.operation import Operation, Places

AT_ONCE = 64  # calls to one region; a little more than it takes in a second at times
PAUSE = 1.0  # seconds before what came too fast is asked once more


@dataclass(frozen=True, slots=True)
class Call:
    """One read; ``what`` goes into its query, or into its body where it has one."""

    door: Authlete
    operation: Operation[Any]
    places: Places = field(default_factory=dict)
    what: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""


def wave(calls: Sequence[Call], seconds: float) -> list[Any]:
    """Each gives its reply, or the `AuthleteError` that says why there is none.

    What a region refuses since it came too fast is asked once more.
    """
    found = _turns(calls, seconds)
    hasty = [at for at, one in enumerate(found) if isinstance(one, TooMany)]
    if hasty:
        sleep(PAUSE)
        again = _turns([calls[at] for at in hasty], seconds)
        for at, reply in zip(hasty, again, strict=True):
            found[at] = reply
    return found


def _turns(calls: Sequence[Call], seconds: float) -> list[Any]:
    """So many of a region at once, and the others after them."""
    found: dict[int, Any] = {}
    turns: dict[int, list[int]] = {}
    counts: dict[str, int] = {}
    for at, call in enumerate(calls):
        before = counts.get(call.door.lines.base_url, 0)
        counts[call.door.lines.base_url] = before + 1
        turns.setdefault(before // AT_ONCE, []).append(at)
    for turn in turns.values():
        found |= zip(turn, _sent([calls[at] for at in turn], seconds), strict=True)
    return [found[at] for at in range(len(calls))]


def _sent(calls: Sequence[Call], seconds: float) -> list[Any]:
    asked = [_asked(call) for call in calls]
    sent = [
        (call.door, one)
        for call, one in zip(calls, asked, strict=True)
        if isinstance(one, Asked)
    ]
    replies = iter(fan_out(sent, seconds))
    return [next(replies) if isinstance(one, Asked) else one for one in asked]


def _asked(call: Call) -> Asked[Any] | AuthleteError:
    where = "body" if call.operation.method == "POST" else "query"
    what: dict[str, Any] = {where: call.what, "label": call.label}
    try:
        return call.door.ask(call.operation, places=call.places, **what)
    except AuthleteError as error:  # its credential cannot be sent
        return error
