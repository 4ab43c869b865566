"""Periodic tasks of a worker, beside its jobs.

Tasks must be safe to repeat and to run in several workers at once. Each has its own thread and
database connection, so none blocks jobs or other tasks. Keep transactions small: on SQLite other
writers wait.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Thread

from django.db import OperationalError, connections

from tenants.database_errors import describe_database_error

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PeriodicTask:
    """A function to run repeatedly."""

    function: Callable[[], object]
    pause_seconds: float  # seconds from its end until it is done again

    def run_safely(self) -> None:
        """Run once and log an exception; of an unavailable database its message."""
        try:
            self.function()
        except OperationalError as error:
            problem = describe_database_error(error)
            log.error("%s: the database can't be used: %s", self.function.__name__, problem)
        except Exception:
            log.exception("a periodic task failed")

    def run_repeatedly(self, ended: Event) -> None:
        while not ended.is_set():
            self.run_safely()
            connections.close_all()
            ended.wait(self.pause_seconds)


_tasks: list[PeriodicTask] = []


def run_every[C: Callable[[], object]](seconds: float) -> Callable[[C], C]:
    """Register a function to run at the start and after each pause of ``seconds``."""

    def keep(function: C) -> C:
        _tasks.append(PeriodicTask(function, seconds))
        return function

    return keep


def run_every_minute[C: Callable[[], object]](function: C) -> C:
    """Register a function to run every minute."""
    return run_every(60.0)(function)


def start_all(ended: Event) -> None:
    """Run each task in a thread until ``ended``."""
    for task in _tasks:
        name = f"chore {task.function.__module__}"
        # What a process that ends leaves half done is done again by the next.
        Thread(target=task.run_repeatedly, args=[ended], name=name, daemon=True).start()


def run_all() -> None:
    """Run each task once."""
    for task in _tasks:
        task.run_safely()
