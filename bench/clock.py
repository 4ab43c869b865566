"""Time of work that is done by this process."""

import time
from collections.abc import Callable
from functools import partial
from statistics import median

import httpx

from bench.stage import Stage

ROUNDS = 12


def cpu(*works: Callable[[], object], times: int = 20) -> list[float]:
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


def one_call(stage: Stage, region: str, path: str) -> float:
    """Milliseconds of one answer to httpx alone, on a warm connection."""
    headers = {"Authorization": f"Bearer {stage.world['tokens'][region]}"}
    with httpx.Client(
        base_url=stage.region(region), trust_env=False, headers=headers
    ) as client:
        client.get(path).raise_for_status()
        return median(timed(partial(client.get, path))[1] for _ in range(7))


def timed[Found](work: Callable[[], Found]) -> tuple[Found, float]:
    """What it gives, and the milliseconds it took."""
    began = time.perf_counter()
    found = work()
    return found, 1000 * (time.perf_counter() - began)
