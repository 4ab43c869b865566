"""Whether the record takes what is done now, as far as this process has seen."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from time import monotonic

from django.db import DatabaseError, DataError, IntegrityError, InterfaceError

FORGOTTEN = 60.0  # seconds after which a failure says nothing about now


class Trouble:
    """Begins with a write that failed, and ends with the next that does not."""

    def __init__(self) -> None:
        self.over()

    def __bool__(self) -> bool:
        return monotonic() - self._failed < FORGOTTEN

    def begin(self) -> None:
        self._failed = monotonic()

    def over(self) -> None:
        self._failed = -inf

    @contextmanager
    def noticed(self) -> Iterator[None]:
        """A write; what is wrong with its rows alone is no trouble."""
        try:
            yield
        except (DataError, IntegrityError):
            raise
        except (DatabaseError, InterfaceError):
            self.begin()
            raise
        self.over()


trouble = Trouble()
