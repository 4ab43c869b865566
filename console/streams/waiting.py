"""Waiting for rows: few requests of a process may, so that pages keep its threads."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

SEATS = 8  # requests that wait in one process, of its 64 threads
OWN = 2  # of one token among them
AGAIN = 10  # seconds until who found no seat should ask again

_taken: Counter[UUID] = Counter()
_lock = threading.Lock()


class Full(Exception):
    """As many wait as may."""


@contextmanager
def seat(stream: UUID) -> Iterator[None]:
    """A place to wait on; raises `Full`."""
    with _lock:
        if _taken.total() >= SEATS or _taken[stream] >= OWN:
            raise Full
        _taken[stream] += 1
    try:
        yield
    finally:
        with _lock:
            _taken[stream] -= 1
            if not _taken[stream]:
                del _taken[stream]
