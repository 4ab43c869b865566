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
    Broken,
    NotSent,
    Resting,
    Unanswered,
    Unauthorized,
    Unreachable,
)

log = logging.getLogger(__name__)
alerts = logging.getLogger("meridian.alert")  # as `tenants.alerts` writes them

LAST = 10  # calls that are looked back upon
MEMORY = 60.0  # seconds after which a failure is forgotten
FAILURES = 5  # of them, upon which it opens
REST = 10.0  # seconds until one call may try again


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the last call ended that tells of a region."""

    well: bool
    took: float  # seconds
    at: float  # on the monotonic clock


class Breaker:
    """Open: nothing gets through but one call every `REST` seconds, as a trial."""

    def __init__(
        self,
        name: str,
        fails: Callable[[AuthleteError], bool],
        error: type[Resting] = Resting,
    ) -> None:
        self.name = name  # for the log
        self._fails = fails
        self._error = error
        self._lock = Lock()
        self._last: deque[float] = deque(maxlen=LAST)  # when it failed; 0: it did not
        self._since = 0.0  # when it opened; 0 while it is closed
        self._trial = 0.0  # when the next call may try
        self.pulse: Pulse | None = None

    @contextmanager
    def guard(self, *, in_haste: bool = False) -> Generator[None]:
        """Let one call through and learn from how it ends; raises `Resting`.

        What a call in haste could not bring about says nothing of the region.
        """
        self._admit()
        began = monotonic()
        try:
            yield
        except AuthleteError as error:
            if self._fails(error):
                if not in_haste:
                    self._felt(False, began)
                    self._failed()
            elif not isinstance(error, NotSent):
                self._felt(True, began)
                self._answered()
            raise
        self._felt(True, began)
        self._answered()

    def _felt(self, well: bool, began: float) -> None:
        now = monotonic()
        self.pulse = Pulse(well, now - began, now)

    def _admit(self) -> None:
        with self._lock:
            if not self._since:
                return
            now = monotonic()
            if now < self._trial:
                raise self._error(now - self._since, self._trial - now)
            self._trial = now + REST

    def _answered(self) -> None:
        with self._lock:
            if self._since:
                log.info("breaker closed: %s", self.name)
                self._since = 0.0
                self._last.clear()
            self._last.append(0.0)

    def _failed(self) -> None:
        with self._lock:
            now = monotonic()
            self._last.append(now)
            failures = sum(now - MEMORY < at for at in self._last)
            if self._since or failures < FAILURES:
                return
            self._since, self._trial = now, now + REST
            told: dict[str, str | int] = {
                "event": "breaker.opened",
                "of": self.name,
                "failures": failures,
                "calls": len(self._last),
                "times": 1,
            }
            alerts.error(json.dumps(told), extra={"alert": told})


def unwell(error: AuthleteError) -> bool:
    """Whether the region failed. An `action` that says so in a 200 speaks of one
    service alone (A316201: it has no federation keys)."""
    if isinstance(error, Broken):
        return error.status is not None and error.status >= 500
    return isinstance(error, (Unreachable, Unanswered))


def refused(error: AuthleteError) -> bool:
    """Whether the credential itself was not accepted."""
    return isinstance(error, Unauthorized) and error.status == 401
