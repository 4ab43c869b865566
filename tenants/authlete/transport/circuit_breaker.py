"""Circuit breakers: suspend calls to a region, or with a credential, that keeps failing.

Without them, every page would wait for its whole deadline while a region is down, and would
send it more requests than it can handle.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from tenants.authlete.errors import (
    AuthleteError,
    CircuitOpenError,
    NoResponseError,
    NotSentError,
    ServerError,
    UnauthorizedError,
    UnreachableError,
)

log = logging.getLogger(__name__)
alerts = logging.getLogger("meridian.alert")  # as in `tenants.outbound.alerts`

WINDOW_CALLS = 10
FAILURE_MEMORY_SECONDS = 60.0
FAILURES_TO_OPEN = 5  # among the last `WINDOW_CALLS`
OPEN_SECONDS = 10.0  # until one call may be tried


@dataclass(frozen=True, slots=True)
class HealthSample:
    """How the last call ended that says something about the region."""

    is_healthy: bool
    duration_seconds: float
    monotonic_time: float


class CircuitBreaker:
    """A circuit breaker; while open, it admits one trial call every `OPEN_SECONDS`."""

    def __init__(
        self,
        name: str,
        is_failure: Callable[[AuthleteError], bool],
        error_class: type[CircuitOpenError] = CircuitOpenError,
    ) -> None:
        self.name = name  # for the log
        self._is_failure = is_failure
        self._error_class = error_class
        self._lock = Lock()
        # Monotonic times of failures, 0 for a success.
        self._recent_failures: deque[float] = deque(maxlen=WINDOW_CALLS)
        self._opened_at = 0.0  # 0 while closed
        self._next_trial_at = 0.0
        self.last_sample: HealthSample | None = None

    @contextmanager
    def guard(self, *, ignore_failures: bool = False) -> Generator[None]:
        """Admit one call and record its result; raise `CircuitOpenError` while open.

        Set ``ignore_failures`` for a call whose time is too short to blame the region.
        """
        self._admit()
        started_at = monotonic()
        try:
            yield
        except AuthleteError as error:
            if self._is_failure(error):
                if not ignore_failures:
                    self._record_sample(False, started_at)
                    self._record_failure()
            elif not isinstance(error, NotSentError):
                self._record_sample(True, started_at)
                self._record_success()
            raise
        self._record_sample(True, started_at)
        self._record_success()

    def _record_sample(self, is_healthy: bool, started_at: float) -> None:
        now = monotonic()
        self.last_sample = HealthSample(is_healthy, now - started_at, now)

    def _admit(self) -> None:
        with self._lock:
            if not self._opened_at:
                return
            now = monotonic()
            if now < self._next_trial_at:
                raise self._error_class(now - self._opened_at, self._next_trial_at - now)
            self._next_trial_at = now + OPEN_SECONDS

    def _record_success(self) -> None:
        with self._lock:
            if self._opened_at:
                log.info("breaker closed: %s", self.name)
                self._opened_at = 0.0
                self._recent_failures.clear()
            self._recent_failures.append(0.0)

    def _record_failure(self) -> None:
        with self._lock:
            now = monotonic()
            self._recent_failures.append(now)
            failures = sum(now - FAILURE_MEMORY_SECONDS < time for time in self._recent_failures)
            if self._opened_at or failures < FAILURES_TO_OPEN:
                return
            self._opened_at, self._next_trial_at = now, now + OPEN_SECONDS
            alert: dict[str, str | int] = {
                "event": "breaker.opened",
                "of": self.name,
                "failures": failures,
                "calls": len(self._recent_failures),
                "times": 1,
            }
            alerts.error(json.dumps(alert), extra={"alert": alert})


def is_region_failure(error: AuthleteError) -> bool:
    """Return whether the region failed.

    An `action` that reports a server error in a 200 concerns one service only (A316201: it
    has no federation keys).
    """
    if isinstance(error, ServerError):
        return error.status is not None and error.status >= 500
    return isinstance(error, (UnreachableError, NoResponseError))


def is_credential_failure(error: AuthleteError) -> bool:
    """Return whether the credential was rejected."""
    return isinstance(error, UnauthorizedError) and error.status == 401
