"""CPU time and memory of work in a subprocess."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

PROCESS_STATUS = Path("/proc/self/status")


class ResourceUsage(NamedTuple):
    """What some work used."""

    items: int
    seconds: float  # seconds
    cpu_seconds: float  # seconds, a database's process on this machine included
    peak_mb: float  # MB of memory above what there was before it began

    @property
    def rate_per_cpu_second(self) -> float:
        """Items per CPU second."""
        return self.items / self.cpu_seconds


def measure_in_subprocess(url: str, work: Callable[[], int], warm: str = "") -> ResourceUsage:
    """Run ``work`` with the database at ``url``; it returns the number of its items.

    ``warm``: a database to run it with before, so that imports don't count.
    """
    spawned = get_context("spawn")
    with ProcessPoolExecutor(1, spawned, _set_up_django, (warm or url,)) as pool:
        if warm:
            pool.submit(work).result()
        return pool.submit(_measure, url, work).result()


def _set_up_django(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()


def _measure(url: str, work: Callable[[], int]) -> ResourceUsage:
    from django.db import DEFAULT_DB_ALIAS, connections

    from bench.timing import cpu_seconds_of, database_process_id
    from console.ops.environment import database_config

    connections[DEFAULT_DB_ALIAS].close()
    connections[DEFAULT_DB_ALIAS].settings_dict.update(database_config(url))
    beside = database_process_id()
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
    before = _memory_mb("VmRSS")
    used, began = cpu_seconds_of(beside), time.perf_counter()
    things = work()
    took, spent = time.perf_counter() - began, cpu_seconds_of(beside) - used
    return ResourceUsage(things, took, spent, _memory_mb("VmHWM") - before)


def _memory_mb(what: str) -> float:
    """Return a line of /proc/self/status in MB."""
    for line in PROCESS_STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == what:
            return int(value.split()[0]) / 1024
    return 0.0
