"""Time of work that is done inside this process."""

import time
from collections.abc import Callable

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
