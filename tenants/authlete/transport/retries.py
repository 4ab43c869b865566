"""When a read is tried again, and how long that waits.

A mutation never is. A budget keeps retries to a share of the calls, so that a
region in trouble is not asked three times as much as one in health.
"""

from random import uniform
from threading import Lock
from typing import Any

from tenants.authlete.errors import AuthleteError
from tenants.authlete.prepared_request import PreparedRequest
from tenants.authlete.transport.deadline import Deadline

RETRIES_PER_CALL = 0.1  # retries for each call
MAX_SAVED_RETRIES = 10.0  # retries that can be saved up
FIRST_DELAY_SECONDS = 0.25  # seconds; doubles with each try
MAX_DELAY_SECONDS = 2.0  # seconds
MAX_RETRY_AFTER_SECONDS = 5.0  # seconds of a Retry-After that a person is made to wait


class RetryBudget:
    """The retries that one region has left."""

    def __init__(self) -> None:
        self._available = MAX_SAVED_RETRIES
        self._lock = Lock()

    def earn(self) -> None:
        with self._lock:
            self._available = min(MAX_SAVED_RETRIES, self._available + RETRIES_PER_CALL)

    def spend(self) -> bool:
        """Take one retry, if there is one."""
        with self._lock:
            if self._available < 1:
                return False
            self._available -= 1
            return True


def compute_retry_delay(
    request: PreparedRequest[Any],
    error: AuthleteError,
    deadline: Deadline,
    budget: RetryBudget,
) -> float | None:
    """Seconds to wait before the next try; None when there must be none."""
    attempt = request.intent.attempt
    if not request.operation.is_retryable or attempt >= error.max_attempts:
        return None
    # Full jitter: many who failed together must not come back together.
    wait = uniform(0, min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** (attempt - 1)))  # noqa: S311  no secret
    if error.retry_after is not None:
        if error.retry_after > MAX_RETRY_AFTER_SECONDS:
            return None
        wait += error.retry_after
    if wait >= deadline.remaining() or not budget.spend():
        return None
    return wait
