"""Alerts for operators: one JSON line each on the logger ``meridian.alert``.

Names and fields are listed in the documentation and never change once released.
"""

import json
import logging
from collections import Counter
from threading import Lock
from time import monotonic

from tenants.metrics import ALERTS

WINDOW_SECONDS = 60.0  # all counts restart after this
MAX_KEYS = 10_000  # counted separately; further keys share one count


class WindowCounter:
    """Counts events per key within a minute, in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[object, ...]] = Counter()
        self._ends_at = 0.0

    def count(self, *key: object) -> int:
        """Count an event and return its count."""
        now = monotonic()
        with self._lock:
            if now >= self._ends_at:
                self._counts.clear()
                self._ends_at = now + WINDOW_SECONDS
            if key not in self._counts and len(self._counts) >= MAX_KEYS:
                key = ()
            self._counts[key] += 1
            return self._counts[key]


def should_report(count: int) -> bool:
    """Return whether ``count`` is a power of two.

    Whoever hears of the n-th event knows that there were fewer than 2n, without stored state.
    """
    return count & (count - 1) == 0


log = logging.getLogger("meridian.alert")
_counter = WindowCounter()


def alert(event: str, *, level: int = logging.WARNING, **details: str | int) -> None:
    """Log an alert; a repeated one at counts 1, 2, 4, 8 ... within a minute."""
    ALERTS.labels(event).inc()
    times = _counter.count(event, *details.values())
    if should_report(times):
        payload = {"event": event, **details, "times": times}
        log.log(level, json.dumps(payload), extra={"alert": payload})
