"""When a read is retried, and after which delay.

Writes are never retried. A budget limits retries to a share of all calls, so that a region
in trouble does not get more requests than a healthy one.
"""

from random import uniform
from threading import Lock

from tenants.authlete.errors import AuthleteError, RateLimitError
from tenants.authlete.transport.deadline import Deadline

RETRIES_PER_CALL = 0.1
MAX_SAVED_RETRIES = 10.0
FIRST_DELAY_SECONDS = 0.25  # doubles with each attempt
MAX_DELAY_SECONDS = 2.0
MAX_RETRY_AFTER_SECONDS = 5.0  # a person waits no longer for a Retry-After
RATE_LIMIT_DELAY_SECONDS = 1.0  # of a call that is one of many


class RetryBudget:
    """The retries left for one region."""

    def __init__(self) -> None:
        self._available = MAX_SAVED_RETRIES
        self._lock = Lock()

    def earn(self) -> None:
        """Add the share of a retry that each call earns."""
        with self._lock:
            self._available = min(MAX_SAVED_RETRIES, self._available + RETRIES_PER_CALL)

    def spend(self) -> bool:
        """Take one retry; return False if none is left."""
        with self._lock:
            if self._available < 1:
                return False
            self._available -= 1
            return True


def compute_retry_delay(
    error: AuthleteError, *, attempt: int, deadline: Deadline, budget: RetryBudget
) -> float | None:
    """Return the seconds to wait before the next attempt, or None to give up."""
    if attempt >= error.max_attempts:
        return None
    # Full jitter: calls that failed together must not come back together.
    delay = uniform(0, min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (attempt - 1)))  # noqa: S311  no secret
    if error.retry_after is not None:
        if error.retry_after > MAX_RETRY_AFTER_SECONDS:
            return None
        delay += error.retry_after
    if delay >= deadline.remaining() or not budget.spend():
        return None
    return delay


def compute_gather_retry_delay(
    error: AuthleteError, *, attempt: int, deadline: Deadline
) -> float | None:
    """Do the same for one of many calls, which is retried once after a rate limit."""
    is_retried = isinstance(error, RateLimitError) and attempt == 1
    if not is_retried or deadline.remaining() <= RATE_LIMIT_DELAY_SECONDS:
        return None
    return RATE_LIMIT_DELAY_SECONDS
