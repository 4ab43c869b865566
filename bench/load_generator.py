"""Load on one page of a local server: response times, rate and CPU time.

A closed loop: each user sends the next request as soon as the answer is there.
"""

import asyncio
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

MAX_RUN_SECONDS = float(os.environ.get("BENCH_RUN_SECONDS", "60"))  # of one run
ANSWER_TIMEOUT_SECONDS = 30.0  # seconds for one answer
CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class LoadResult:
    """Figures of one run."""

    requests: int
    p50: float  # milliseconds
    p95: float
    rate: float  # answers a second
    cpu: float  # milliseconds of the server's, for each answer
    other: float  # cores that programs outside of the bench used meanwhile
    size: int  # bytes of the last answer, head and all


class Connection(asyncio.Protocol):
    """The connection of one user."""

    transport: asyncio.Transport
    answered: asyncio.Future[tuple[int, int]]

    def __init__(self) -> None:
        self._heard = bytearray()
        self._needed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def request(self, request: bytes) -> asyncio.Future[tuple[int, int]]:
        """Return status and size of the answer."""
        self._heard.clear()
        self._needed = 0
        self.answered = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.answered

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if not self._needed:
            head, end, _ = self._heard.partition(b"\r\n\r\n")
            if not end:
                return
            _, length_text, rest = head.lower().partition(b"\r\ncontent-length:")
            if not length_text:
                self._fail(ValueError("the answer does not tell its length"))
                return
            self._needed = len(head) + 4 + int(rest.split(b"\r\n", 1)[0])
        if len(self._heard) >= self._needed and not self.answered.done():
            self.answered.set_result((int(self._heard[9:12]), len(self._heard)))

    def connection_lost(self, error: Exception | None) -> None:
        self._fail(ConnectionError("the server hung up"))

    def _fail(self, error: Exception) -> None:
        if hasattr(self, "answered") and not self.answered.done():
            self.answered.set_exception(error)


def generate_load(
    url: str,
    *,
    users: int = 1,
    seconds: float = 3.0,
    requests: int = 0,
    cookie: str = "",
    server: int = 0,
    database: int = 0,
    ours: Iterable[int] = (),
) -> LoadResult:
    """Request ``url`` for so long or so often.

    ``server``: the process whose CPU time counts, with its children. ``database``: that of
    its database. ``ours``: other processes of the bench. Raises `ValueError` unless every
    answer is a 200.
    """
    place = urlsplit(url)
    if place.hostname != "127.0.0.1" or not place.port:
        raise ValueError("only a port of this machine")
    target = place.path + (f"?{place.query}" if place.query else "")
    request = (
        f"GET {target} HTTP/1.1\r\nHost: {place.netloc}\r\nAccept: text/html\r\n"
        f"Cookie: {cookie}\r\n\r\n"
    ).encode()
    return asyncio.run(
        _run(place.port, request, users, seconds, requests, (server, database), tuple(ours))
    )


async def _run(
    port: int,
    request: bytes,
    users: int,
    seconds: float,
    requests: int,
    servers: tuple[int, ...],
    ours: tuple[int, ...],
) -> LoadResult:
    lines = [await _connected(port) for _ in range(users)]
    await asyncio.gather(*(_asked(line, request, 2, 0) for line in lines))  # warm
    often = requests // users or 1_000_000
    before, began = _cpu(servers, ours), time.perf_counter()
    until = began + (MAX_RUN_SECONDS if requests else min(seconds, MAX_RUN_SECONDS))
    found = await asyncio.gather(*(_asked(line, request, often, until) for line in lines))
    took = time.perf_counter() - began
    used, known, all_of_it = (
        after - start for after, start in zip(_cpu(servers, ours), before, strict=True)
    )
    for line in lines:
        line.transport.close()
    waits = sorted(wait for waits, _ in found for wait in waits)
    return LoadResult(
        len(waits),
        1000 * waits[len(waits) // 2],
        1000 * waits[int(len(waits) * 0.95)],
        len(waits) / took,
        1000 * used / len(waits),
        max(0.0, all_of_it - known) / took,
        found[0][1],
    )


async def _connected(port: int) -> Connection:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Connection, "127.0.0.1", port)
    return line


async def _asked(
    line: Connection, request: bytes, often: int, until: float
) -> tuple[list[float], int]:
    waits, size = [], 0
    for _ in range(often):
        began = time.perf_counter()
        status, size = await asyncio.wait_for(line.request(request), ANSWER_TIMEOUT_SECONDS)
        now = time.perf_counter()
        if status != 200:
            raise ValueError(f"the answer is HTTP {status}")
        waits.append(now - began)
        if until and now > until:
            break
    return waits, size


def _cpu(servers: tuple[int, ...], ours: tuple[int, ...]) -> tuple[float, float, float]:
    """Return the CPU seconds so far of the servers, the bench and the machine."""
    used = sum(map(_cpu_ticks, servers))
    known = used + sum(map(_cpu_ticks, ours)) + time.process_time()
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    ticks = [int(field) for field in fields]
    return used, known, (sum(ticks) - ticks[3] - ticks[4]) / CLOCK_TICKS


def _cpu_ticks(process: int) -> float:
    """Return the clock ticks of a process and its children."""
    if not process:
        return 0.0
    with suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        own = (int(fields[11]) + int(fields[12])) / CLOCK_TICKS
        return own + sum(_cpu_ticks(int(child)) for child in children)
    return 0.0
