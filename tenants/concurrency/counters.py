"""Counting what comes again and again, so that each time need not be told."""

from collections import Counter
from threading import Lock
from time import monotonic

WINDOW_SECONDS = 60.0  # seconds after which all counts begin anew
MAX_KEYS = 10_000  # kept apart; any further ones are counted as one


class WindowCounter:
    """How often a thing came within the minute, in this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[object, ...]] = Counter()
        self._ends_at = 0.0

    def count(self, *key: object) -> int:
        """Count one more, and return how many there have been, this one included."""
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
    """Whether it is the 1st, 2nd, 4th, 8th ... time.

    So whoever was told of the n-th time knows that there were fewer than 2n, without
    anything being kept that a killed process could lose.
    """
    return count & (count - 1) == 0
