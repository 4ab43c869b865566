"""Circuit breakers: suspend calls to a region, or with a credential, that keeps failing.

Without them, every page would wait for its whole deadline while a region is down, and would
send it more requests than it can handle. Processes share the circuits of regions through a
`CircuitStore`; a probe in the background then decides when a call may be tried, so that no
page waits for that.
"""

import json
import logging
from collections import deque
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from time import monotonic, time
from typing import Protocol

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
OPEN_SECONDS = 10.0  # until one call may be tried; doubles when calls fail after a good probe
MAX_OPEN_SECONDS = 60.0
# A call that waits this long for a connection or for a response opens the circuit by itself,
# unless another call succeeded meanwhile.
SLOW_CONNECT_SECONDS = 1.25
SLOW_RESPONSE_SECONDS = 2.25


@dataclass(frozen=True, slots=True)
class HealthSample:
    """How the last call ended that says something about the region."""

    is_healthy: bool
    duration_seconds: float
    monotonic_time: float


@dataclass(frozen=True, slots=True)
class OpenCircuit:
    """An open circuit, as processes share it; times are in seconds since the epoch."""

    opened_at: float
    next_trial_at: float
    is_probed: bool  # the last probe succeeded, so calls may be tried
    failed_trials: int  # calls that failed after a successful probe


class CircuitStore(Protocol):
    """Where processes share the circuits of regions."""

    def save(self, name: str, circuit: OpenCircuit | None) -> None:
        """Store a circuit; None means closed. Must not raise."""


class CircuitBreaker:
    """A circuit breaker; while open, it admits one trial call every `OPEN_SECONDS`.

    With a ``store``, it does so only after `record_probe` reported that the region responds.
    """

    def __init__(
        self,
        name: str,
        is_failure: Callable[[AuthleteError], bool],
        error_class: type[CircuitOpenError] = CircuitOpenError,
        store: CircuitStore | None = None,
    ) -> None:
        self.name = name  # for the log
        self.loaded_at = 0.0  # monotonic time of the last `load`
        self._is_failure = is_failure
        self._error_class = error_class
        self._store = store
        self._is_unsaved = False
        self._lock = Lock()
        # Monotonic times of failures, 0 for a success.
        self._recent_failures: deque[float] = deque(maxlen=WINDOW_CALLS)
        self._opened_at = 0.0  # 0 while closed
        self._next_trial_at = 0.0
        self._is_probed = False
        self._failed_trials = 0
        self._last_success_at = 0.0
        self._last_sample: HealthSample | None = None

    @property
    def last_sample(self) -> HealthSample | None:
        """Return how the last call ended; unhealthy while the circuit is open."""
        if self._opened_at:
            return HealthSample(False, 0.0, monotonic())
        return self._last_sample

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
                    self._record_failure(is_slow=self._is_slow(error, started_at))
            elif not isinstance(error, NotSentError):
                self._record_sample(True, started_at)
                self._record_success()
            raise
        self._record_sample(True, started_at)
        self._record_success()

    def load(self, circuit: OpenCircuit | None) -> None:
        """Adopt the circuit that processes share, unless this process has yet to save its own."""
        with self._lock:
            self.loaded_at = monotonic()
            if self._is_unsaved:
                return
            if circuit is None:
                if self._opened_at:
                    self._close()
                return
            elapsed = monotonic() - time()
            self._opened_at = circuit.opened_at + elapsed
            # A call that this process has just tried may still run.
            self._next_trial_at = max(self._next_trial_at, circuit.next_trial_at + elapsed)
            self._is_probed = circuit.is_probed
            self._failed_trials = circuit.failed_trials

    def flush(self) -> None:
        """Save a change of the circuit for the other processes."""
        with self._lock:
            if self._store is None or not self._is_unsaved:
                return
            self._is_unsaved = False
            circuit = None
            if self._opened_at:
                elapsed = monotonic() - time()
                circuit = OpenCircuit(
                    self._opened_at - elapsed,
                    self._next_trial_at - elapsed,
                    self._is_probed,
                    self._failed_trials,
                )
        self._store.save(self.name, circuit)

    def is_probe_due(self) -> bool:
        """Return whether to find out if the region responds again."""
        return bool(self._opened_at and not self._is_probed and monotonic() >= self._next_trial_at)

    def record_probe(self, *, is_healthy: bool) -> None:
        """Allow a trial call after a successful probe."""
        with self._lock:
            if self._opened_at and not self._is_probed:
                self._is_probed, self._is_unsaved = is_healthy, True
                self._next_trial_at = monotonic() + (0.0 if is_healthy else OPEN_SECONDS)

    def _is_slow(self, error: AuthleteError, started_at: float) -> bool:
        limit = SLOW_CONNECT_SECONDS if isinstance(error, UnreachableError) else None
        if isinstance(error, NoResponseError):
            limit = SLOW_RESPONSE_SECONDS
        return (
            limit is not None
            and monotonic() - started_at >= limit
            and self._last_success_at <= started_at
        )

    def _record_sample(self, is_healthy: bool, started_at: float) -> None:
        now = monotonic()
        self._last_sample = HealthSample(is_healthy, now - started_at, now)

    def _admit(self) -> None:
        with self._lock:
            if not self._opened_at:
                return
            now = monotonic()
            if now < self._next_trial_at or (self._store and not self._is_probed):
                raise self._error_class(now - self._opened_at, max(0.0, self._next_trial_at - now))
            self._next_trial_at = now + OPEN_SECONDS

    def _record_success(self) -> None:
        with self._lock:
            self._last_success_at = monotonic()
            if self._opened_at:
                log.info("breaker closed: %s", self.name)
                self._close()
                self._is_unsaved = True
            self._recent_failures.append(0.0)

    def _close(self) -> None:
        self._opened_at = self._next_trial_at = 0.0
        self._is_probed, self._failed_trials = False, 0
        self._recent_failures.clear()

    def _record_failure(self, *, is_slow: bool) -> None:
        with self._lock:
            now = monotonic()
            self._recent_failures.append(now)
            if self._opened_at:
                self._record_failed_trial(now)
                return
            failures = sum(
                now - FAILURE_MEMORY_SECONDS < failed_at for failed_at in self._recent_failures
            )
            if failures < FAILURES_TO_OPEN and not is_slow:
                return
            self._opened_at, self._is_unsaved = now, True
            # With a store, a probe comes first, and at once.
            self._next_trial_at = now if self._store else now + OPEN_SECONDS
            alert: dict[str, str | int] = {
                "event": "breaker.opened",
                "of": self.name,
                "failures": failures,
                "calls": len(self._recent_failures),
                "times": 1,
            }
            alerts.error(json.dumps(alert), extra={"alert": alert})

    def _record_failed_trial(self, now: float) -> None:
        """Wait longer after each call that failed although the probe before had succeeded."""
        if self._is_probed:
            seconds = min(OPEN_SECONDS * 2**self._failed_trials, MAX_OPEN_SECONDS)
            self._next_trial_at = now + seconds
            self._failed_trials += 1
            self._is_probed, self._is_unsaved = False, True


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
