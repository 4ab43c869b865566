"""What a failed call means for its item and for the job."""

from dataclasses import dataclass
from enum import Enum, auto

from tenants.authlete.breaker import unwell
from tenants.authlete.errors import (
    AuthleteError,
    Busy,
    Distrusted,
    NotRecorded,
    NotSent,
    Occupied,
    Outcome,
    Resting,
    TooLate,
    TooMany,
    Unauthorized,
)
from tenants.jobs.models import Fate

TRIES = 12  # of an item that gets no answer; about 20 minutes if it is the only one
FIRST = 5.0  # seconds until something is tried again; doubles with each failure
LONGEST = 120.0  # seconds
OBEYED = 600.0  # seconds of a Retry-After


class Then(Enum):
    """What the job does next."""

    GO_ON = auto()
    WAIT = auto()  # and try this item and its region again
    WAIT_FOR_OBJECT = auto()  # others can be tried meanwhile
    STOP = auto()  # until somebody has looked


@dataclass(frozen=True, slots=True)
class Verdict:
    fate: Fate
    then: Then
    counts: bool = False  # as one of the item's `TRIES`


def verdict(
    error: AuthleteError, *, touched: bool, repeatable: bool, tries: int
) -> Verdict:
    """``touched``: a call of this item may have changed something."""
    again = repeatable or not touched
    counts = not isinstance(error, NotSent)
    if isinstance(error, (Unauthorized, Distrusted)):
        return Verdict(Fate.PENDING if again else Fate.UNKNOWN, Then.STOP)
    if passing(error) and again and not (counts and tries + 1 >= TRIES):
        alone = isinstance(error, Occupied)
        then = Then.WAIT_FOR_OBJECT if alone else Then.WAIT
        return Verdict(Fate.PENDING, then, counts)
    if touched:
        return Verdict(Fate.UNKNOWN, Then.GO_ON if repeatable else Then.STOP)
    refused = error.outcome is Outcome.REFUSED
    return Verdict(Fate.REFUSED if refused else Fate.NOT_SENT, Then.GO_ON)


def passing(error: AuthleteError) -> bool:
    """Whether it may go well in a while without anybody doing anything."""
    kinds = (Busy, NotRecorded, Occupied, Resting, TooLate, TooMany)
    return isinstance(error, kinds) or unwell(error)


def pause(error: AuthleteError, failures: int) -> float:
    """Seconds until the next try, after so many failures in a row."""
    wait = min(LONGEST, FIRST * 2.0 ** min(failures, 10))
    return max(wait, min(OBEYED, error.retry_after or 0))
