"""What a worker does now and then, beside its jobs, such as erasing what is too old.

A chore is harmless to repeat, and to be done by several workers at once. Each has a
thread and a database connection of its own, so that none holds up a job or another
chore, however long a region or a mailbox lets it wait. Write little in one transaction:
on SQLite all else that writes waits meanwhile.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

from django.db import connections

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    function: Callable[[], object]
    pause_seconds: float  # seconds from its end until it is done again

    def run_safely(self) -> None:
        """Do it once; should it fail, the log says so."""
        try:
            self.function()
        except Exception:
            log.exception("a periodic task failed")

    def run_repeatedly(self, ended: Event) -> None:
        while not ended.is_set():
            self.run_safely()
            connections.close_all()
            ended.wait(self.pause_seconds)


_tasks: list[PeriodicTask] = []


def run_every[C: Callable[[], object]](seconds: float) -> Callable[[C], C]:
    """Have the workers do this when they begin, and again after so long a pause."""

    def keep(function: C) -> C:
        _tasks.append(PeriodicTask(function, seconds))
        return function

    return keep


def run_every_minute[C: Callable[[], object]](function: C) -> C:
    """Have the workers do this every minute."""
    return run_every(60.0)(function)


def start_all(ended: Event) -> None:
    """Do each of them again and again until ``ended``, while the caller goes on."""
    for one in _tasks:
        name = f"chore {one.function.__module__}"
        # What a process that ends leaves half done is done again by the next.
        Thread(target=one.run_repeatedly, args=[ended], name=name, daemon=True).start()


def run_all() -> None:
    """Do each of them once, one after the other."""
    for one in _tasks:
        one.run_safely()
