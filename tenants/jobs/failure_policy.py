"""What a failed call means for its item and job."""

from dataclasses import dataclass
from enum import Enum, auto

from tenants.authlete.errors import (
    AuditUnavailableError,
    AuthleteError,
    CircuitOpenError,
    ConcurrentWriteError,
    CredentialCircuitOpenError,
    DeadlineExceededError,
    NotSentError,
    PoolTimeoutError,
    RateLimitError,
    UnauthorizedError,
)
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport.circuit_breaker import is_region_failure
from tenants.jobs.models import ItemState

MAX_TRIES = 12  # of an item that gets no answer; about 20 minutes if it is the only one
FIRST_DELAY_SECONDS = 5.0  # seconds until something is tried again; doubles with each failure
MAX_DELAY_SECONDS = 120.0  # seconds
MAX_RETRY_AFTER_SECONDS = 600.0  # seconds of a Retry-After


class NextStep(Enum):
    """What the job does next."""

    CONTINUE = auto()
    WAIT = auto()  # and try this item and its region again
    WAIT_FOR_OBJECT = auto()  # continue with other items
    STOP = auto()  # until a user resumes


@dataclass(frozen=True, slots=True)
class FailureDecision:
    """The item's new state and the job's next step."""

    state: ItemState
    next_step: NextStep
    counts_as_try: bool = False  # as one of the item's `TRIES`


def decide(
    error: AuthleteError, *, may_have_changed: bool, repeatable: bool, tries: int
) -> FailureDecision:
    """Decide about a failed item.

    ``may_have_changed`` tells whether a call of this item may have changed something.
    """
    is_repeatable = repeatable or not may_have_changed
    counts = not isinstance(error, NotSentError)
    if isinstance(error, (UnauthorizedError, CredentialCircuitOpenError)):
        return FailureDecision(
            ItemState.PENDING if is_repeatable else ItemState.UNKNOWN, NextStep.STOP
        )
    if is_transient(error) and is_repeatable and not (counts and tries + 1 >= MAX_TRIES):
        alone = isinstance(error, ConcurrentWriteError)
        then = NextStep.WAIT_FOR_OBJECT if alone else NextStep.WAIT
        return FailureDecision(ItemState.PENDING, then, counts)
    if may_have_changed:
        return FailureDecision(
            ItemState.UNKNOWN, NextStep.CONTINUE if repeatable else NextStep.STOP
        )
    refused = error.outcome is Outcome.REJECTED
    return FailureDecision(ItemState.REJECTED if refused else ItemState.NOT_SENT, NextStep.CONTINUE)


def is_transient(error: AuthleteError) -> bool:
    """Return whether the call may succeed later without intervention."""
    kinds = (
        PoolTimeoutError,
        AuditUnavailableError,
        ConcurrentWriteError,
        CircuitOpenError,
        DeadlineExceededError,
        RateLimitError,
    )
    return isinstance(error, kinds) or is_region_failure(error)


def retry_delay(error: AuthleteError, failures: int) -> float:
    """Return the seconds until the next try after ``failures`` failures."""
    wait = min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(failures, 10))
    return max(wait, min(MAX_RETRY_AFTER_SECONDS, error.retry_after or 0))
