"""Work in a process of its own: what it spends, and how much memory it takes."""

import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

STATUS = Path("/proc/self/status")


class Spent(NamedTuple):
    """What became of some work, on how many things it was."""

    things: int
    time: float  # seconds
    cpu: float  # seconds, a database's process on this machine included
    most: float  # MB of memory above what there was before it began

    @property
    def rate(self) -> float:
        """Things a second of the CPU."""
        return self.things / self.cpu


def alone(url: str, work: Callable[[], int], warm: str = "") -> Spent:
    """Do ``work``, which says of how many things it was, with the database at ``url``.

    ``warm`` is a database to do it with before, so that what is only loaded once does
    not count.
    """
    spawned = get_context("spawn")
    with ProcessPoolExecutor(1, spawned, _begin, (warm or url,)) as pool:
        if warm:
            pool.submit(work).result()
        return pool.submit(_measured, url, work).result()


def _begin(url: str) -> None:
    os.environ["DATABASE_URL"] = url
    import django

    django.setup()


def _measured(url: str, work: Callable[[], int]) -> Spent:
    from django.db import DEFAULT_DB_ALIAS, connections

    from bench.clock import cpu_of, database_process
    from console.ops.databases import database_config

    connections[DEFAULT_DB_ALIAS].close()
    connections[DEFAULT_DB_ALIAS].settings_dict.update(database_config(url))
    beside = database_process()
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
    before = _memory("VmRSS")
    used, began = cpu_of(beside), time.perf_counter()
    things = work()
    took, spent = time.perf_counter() - began, cpu_of(beside) - used
    return Spent(things, took, spent, _memory("VmHWM") - before)


def _memory(what: str) -> float:
    """MB."""
    for line in STATUS.read_text().splitlines():
        name, _, value = line.partition(":")
        if name == what:
            return int(value.split()[0]) / 1024
    return 0.0
