"""Locks that keep two writers of one object apart, from reading it to the response.

Authlete's updates replace the whole object and check no version, so the change of one of two
concurrent writers would be lost.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from threading import Condition
from typing import Protocol

from tenants.authlete.errors import ConcurrentWriteError

LOCK_WAIT_SECONDS = 3.0


class WriteLocks(Protocol):
    """Exclusive locks, by the key of an object."""

    def hold(self, key: str, lease_seconds: float) -> AbstractContextManager[None]:
        """Hold the lock on ``key``, for at most ``lease_seconds``.

        Raises `ConcurrentWriteError` if it is not free within `LOCK_WAIT_SECONDS`.
        """


class LocalWriteLocks:
    """Locks within one process; `tenants.concurrency.locks` has those across processes."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._changed = Condition()

    @contextmanager
    def hold(self, key: str, lease_seconds: float) -> Generator[None]:
        """Hold the lock on ``key``."""
        with self._changed:
            if not self._changed.wait_for(lambda: key not in self._held, LOCK_WAIT_SECONDS):
                raise ConcurrentWriteError()
            self._held.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._held.discard(key)
                self._changed.notify_all()
