"""Leaving alone for a while what fails again and again.

A region in trouble would otherwise cost every page its whole deadline, and be asked
most when it can answer least. One breaker stands before each region and one before
each credential; none knows of the others.
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
alerts = logging.getLogger("meridian.alert")  # as `tenants.outbound.alerts` writes them

WINDOW_CALLS = 10  # calls that are looked back upon
FAILURE_MEMORY_SECONDS = 60.0  # seconds after which a failure is forgotten
FAILURES_TO_OPEN = 5  # of them, upon which it opens
OPEN_SECONDS = 10.0  # seconds until one call may try again


@dataclass(frozen=True, slots=True)
class HealthSample:
    """How the last call ended that tells of a region."""

    is_healthy: bool
    duration_seconds: float  # seconds
    monotonic_time: float  # on the monotonic clock


class CircuitBreaker:
    """Open: nothing gets through but one call every `REST` seconds, as a trial."""

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
        self._recent_failures: deque[float] = deque(
            maxlen=WINDOW_CALLS
        )  # when it failed; 0: it did not
        self._opened_at = 0.0  # when it opened; 0 while it is closed
        self._next_trial_at = 0.0  # when the next call may try
        self.last_sample: HealthSample | None = None

    @contextmanager
    def guard(self, *, ignore_failures: bool = False) -> Generator[None]:
        """Let one call through and learn from how it ends; raises `Resting`.

        What a call in haste could not bring about says nothing of the region.
        """
        self._admit()
        began = monotonic()
        try:
            yield
        except AuthleteError as error:
            if self._is_failure(error):
                if not ignore_failures:
                    self._record_sample(False, began)
                    self._record_failure()
            elif not isinstance(error, NotSentError):
                self._record_sample(True, began)
                self._record_success()
            raise
        self._record_sample(True, began)
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
            failures = sum(now - FAILURE_MEMORY_SECONDS < at for at in self._recent_failures)
            if self._opened_at or failures < FAILURES_TO_OPEN:
                return
            self._opened_at, self._next_trial_at = now, now + OPEN_SECONDS
            told: dict[str, str | int] = {
                "event": "breaker.opened",
                "of": self.name,
                "failures": failures,
                "calls": len(self._recent_failures),
                "times": 1,
            }
            alerts.error(json.dumps(told), extra={"alert": told})


def is_region_failure(error: AuthleteError) -> bool:
    """Whether the region failed. An `action` that says so in a 200 speaks of one
    service alone (A316201: it has no federation keys)."""
    if isinstance(error, ServerError):
        return error.status is not None and error.status >= 500
    return isinstance(error, (UnreachableError, NoResponseError))


def is_credential_failure(error: AuthleteError) -> bool:
    """Whether the credential itself was not accepted."""
    return isinstance(error, UnauthorizedError) and error.status == 401
