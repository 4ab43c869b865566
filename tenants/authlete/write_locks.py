"""One write at a time to each object, from the re-read to the answer.

Authlete's updates replace the whole object and it checks no version, so that of two
writers between whose reading and writing the other wrote, one would be lost.
"""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from threading import Condition
from typing import Protocol

from tenants.authlete.errors import ConcurrentWriteError

LOCK_WAIT_SECONDS = 3.0  # seconds for somebody else's write to end


class WriteLocks(Protocol):
    """What keeps two writers of one object apart."""

    def hold(self, key: str, lease_seconds: float) -> AbstractContextManager[None]:
        """Keep every other holder of ``place`` out, for ``seconds`` at most.

        Raises `Occupied` when another holds it for longer than `WAIT`.
        """


class LocalWriteLocks:
    """The locks of one process; more processes need `tenants.concurrency.locks`."""

    def __init__(self) -> None:
        self._held: set[str] = set()
        self._changed = Condition()

    @contextmanager
    def hold(self, key: str, lease_seconds: float) -> Generator[None]:
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
