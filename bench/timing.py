"""Time of work that is done by this process."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

import httpx
from django.db import connection

from bench.environment import BenchEnvironment

ROUNDS = 12


def cpu_ms(*works: Callable[[], object], times: int = 20) -> list[float]:
    """Milliseconds of CPU of each, all threads of this process together.

    They take turns, and the best turn of each counts: other programs can only make
    it longer.
    """
    best = [float("inf")] * len(works)
    for work in works:
        work()
    for _ in range(ROUNDS):
        for at, work in enumerate(works):
            began = time.process_time()
            for _ in range(times):
                work()
            took = 1000 * (time.process_time() - began) / times
            best[at] = min(best[at], took)
    return best


def measure_call_ms(stage: BenchEnvironment, region: str, path: str) -> float:
    """Milliseconds of one answer to httpx alone, on a warm connection."""
    headers = {"Authorization": f"Bearer {stage.world['tokens'][region]}"}
    with httpx.Client(base_url=stage.region(region), trust_env=False, headers=headers) as client:
        client.get(path).raise_for_status()
        return median(time_ms(partial(client.get, path))[1] for _ in range(7))


def time_ms[Found](work: Callable[[], Found]) -> tuple[Found, float]:
    """What it gives, and the milliseconds it took."""
    began = time.perf_counter()
    found = work()
    return found, 1000 * (time.perf_counter() - began)


@dataclass(slots=True)
class Timings:
    """What a work took each time, in milliseconds."""

    times: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)  # of the CPU

    def add(self, work: Callable[[], object]) -> None:
        """Do it once more, in this thread; what a database's process on this machine
        spends for it counts as well."""
        beside = database_process_id()
        used, began = cpu_seconds_of(beside), time.perf_counter()
        work()
        self.times.append(1000 * (time.perf_counter() - began))
        self.spent.append(1000 * (cpu_seconds_of(beside) - used))


def percentile(share: int, found: list[float]) -> float:
    return sorted(found)[(len(found) - 1) * share // 100]


def database_process_id() -> int:
    """The process that serves this thread's connection; 0 where that is this one, or
    none of this machine."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found = int(cursor.fetchone()[0])
    return found if Path(f"/proc/{found}/schedstat").exists() else 0


def cpu_seconds_of(beside: int) -> float:
    """Seconds of the CPU that this thread has used, and another process beside it."""
    used = time.thread_time()
    if beside:
        used += int(Path(f"/proc/{beside}/schedstat").read_text().split()[0]) / 1e9
    return used
