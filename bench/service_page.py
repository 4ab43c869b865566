"""The page of a service against the baseline view, under the same load."""

from collections.abc import Callable
from functools import partial
from statistics import median

from bench.environment import ORGANIZATION, BenchEnvironment, RunningServer
from bench.load_generator import LoadResult, generate_load
from bench.report import Ratio, print_lines

ROUNDS = 3  # of both, one after the other
SECONDS = 3.0  # a run


def measure(stage: BenchEnvironment) -> None:
    service = stage.world["service"]
    with stage.console() as console, stage.floor() as floor:
        print_lines("", "A service page, against the baseline: session, sign-in, call, table")
        page = f"{console.url}/{ORGANIZATION}/services/us/{service}/"
        base = f"{floor.url}/service/{service}"
        request_page = _make_requester(stage, console, floor)
        for wait in (0, 20):
            stage.wait(wait)
            for users in (1, 16):
                _compare(
                    wait,
                    users,
                    partial(request_page, console, page),
                    partial(request_page, floor, base),
                )
        stage.wait(100)
        crowd = request_page(console, page, 64)
        print_lines(
            Ratio(
                "100 ms upstream, 64 users: p50 over one call",
                crowd.p50,
                100,
                "ms",
                "<= 1.4x",
                f"{crowd.rate:.0f} pages a s",
            )
        )


def _make_requester(stage: BenchEnvironment, *servers: RunningServer) -> Callable[..., LoadResult]:
    ours = {stage.upstream, *(server.process for server in servers)}

    def ask(server: RunningServer, url: str, users: int) -> LoadResult:
        return generate_load(
            url,
            users=users,
            seconds=SECONDS,
            cookie=server.cookie,
            server=server.process,
            ours=ours - {server.process},
        )

    return ask


def _compare(
    wait: int, users: int, ours: Callable[[int], LoadResult], theirs: Callable[[int], LoadResult]
) -> None:
    pairs = [(ours(users), theirs(users)) for _ in range(ROUNDS)]
    other = f"other {median(max(a.other, b.other) for a, b in pairs):.2f}"
    title = f"{wait} ms upstream, {users} users"
    print_lines(
        Ratio(
            f"{title}: CPU per request",
            *_median(pairs, lambda run: run.cpu),
            goal="<= 1.3x" if users > 1 else "",
            note=other,
        ),
        Ratio(
            f"{title}: p50 over upstream" if users == 1 else f"{title}: p50",
            *_median(pairs, lambda run: run.p50 - (wait if users == 1 else 0)),
            goal="<= 1.5x" if users == 1 else "",
        ),
    )


def _median(
    pairs: list[tuple[LoadResult, LoadResult]], figure: Callable[[LoadResult], float]
) -> tuple[float, float]:
    return median(figure(a) for a, _ in pairs), median(figure(b) for _, b in pairs)
