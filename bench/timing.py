"""Time of work in this process."""

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
    """Return the CPU milliseconds of each work, all threads together.

    They take turns and the best turn counts: other programs only make it longer.
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
    """Return the milliseconds of one call with httpx alone, on a warm connection."""
    headers = {"Authorization": f"Bearer {stage.world['tokens'][region]}"}
    with httpx.Client(base_url=stage.region(region), trust_env=False, headers=headers) as client:
        client.get(path).raise_for_status()
        return median(time_ms(partial(client.get, path))[1] for _ in range(7))


def time_ms[Found](work: Callable[[], Found]) -> tuple[Found, float]:
    """Return the result of ``work`` and its milliseconds."""
    began = time.perf_counter()
    result = work()
    return result, 1000 * (time.perf_counter() - began)


@dataclass(slots=True)
class Timings:
    """Times of repeated work, in milliseconds."""

    times: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)  # of the CPU

    def add(self, work: Callable[[], object]) -> None:
        """Run the work in this thread; count a local database process as well."""
        beside = database_process_id()
        used, began = cpu_seconds_of(beside), time.perf_counter()
        work()
        self.times.append(1000 * (time.perf_counter() - began))
        self.spent.append(1000 * (cpu_seconds_of(beside) - used))


def percentile(share: int, found: list[float]) -> float:
    return sorted(found)[(len(found) - 1) * share // 100]


def database_process_id() -> int:
    """Return the process of this thread's connection; 0 if it isn't a local one."""
    if connection.vendor == "sqlite":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        row = int(cursor.fetchone()[0])
    return row if Path(f"/proc/{row}/schedstat").exists() else 0


def cpu_seconds_of(beside: int) -> float:
    """Return the CPU seconds of this thread and of the process ``beside`` it."""
    used = time.thread_time()
    if beside:
        used += int(Path(f"/proc/{beside}/schedstat").read_text().split()[0]) / 1e9
    return used
