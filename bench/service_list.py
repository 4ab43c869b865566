"""The list of all services in four regions, against the slowest single call.

The slowest single call is httpx alone requesting the same from the slowest region. What
is above 1 is the console's work: audit rows, reading and redacting 200 documents, and
the page.
"""

import time
from statistics import median

import httpx

from bench.environment import (
    ORGANIZATION,
    REGIONS,
    SERVICES_PER_REGION,
    BenchEnvironment,
    RunningServer,
)
from bench.load_generator import LoadResult, generate_load
from bench.report import Ratio, print_lines
from bench.timing import measure_call_ms
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry

LIST_PATH = "/api/service/get/list?start=0&end=100"
SERVER_STARTS = 3  # of a server, for the first page of each
PAGES_PER_SERVER = 15  # of each server, once it is warm
WARM_UP_PAGES = 2  # pages that `load` asks for before it counts


def measure(stage: BenchEnvironment) -> None:
    print_lines(
        "", f"All services, 4 regions x {SERVICES_PER_REGION}, against the slowest single call"
    )
    for waits, goal in (((100,), "<= 1.6x"), ((20, 300), "<= 1.15x")):
        stage.wait(*waits)
        slowest = measure_call_ms(stage, REGIONS[-1], LIST_PATH)
        before = _count_complete_calls()
        servers = [_server(stage) for _ in range(SERVER_STARTS)]
        page_seconds, page_requests = (
            _count_complete_calls() - before,
            SERVER_STARTS * len(REGIONS) * (1 + WARM_UP_PAGES + PAGES_PER_SERVER),
        )
        runs = [run for _, run in servers]
        note = f"other {max(run.other for run in runs):.2f}"
        title = f"{' to '.join(map(str, waits))} ms upstream"
        warm = median(run.p50 for run in runs)
        print_lines(
            Ratio(f"{title}, warm", warm, slowest, goal=goal, note=note),
            Ratio(f"{title}, first page", median(server for server, _ in servers), slowest),
            f"{title}: CPU {median(run.cpu for run in runs):.1f} ms per page; "
            f"calls in the record {page_seconds} of {page_requests}",
        )
    bad = verify_audit_log().first_bad_row
    print_lines(f"the audit log is {'whole' if bad is None else f'not whole: {bad}'}")


def _server(stage: BenchEnvironment) -> tuple[float, LoadResult]:
    """Return the first page's time of a new server in ms, and figures of later pages."""
    with stage.console() as console:
        page = f"{console.url}/{ORGANIZATION}/services/"
        first = _first_page_ms(console, page)
        run = generate_load(
            page,
            requests=PAGES_PER_SERVER,
            cookie=console.cookie,
            server=console.process,
            ours=[stage.upstream],
        )
        return first, run


def _first_page_ms(console: RunningServer, page: str) -> float:
    with httpx.Client(trust_env=False, headers={"Cookie": console.cookie}) as browser:
        began = time.perf_counter()
        browser.get(page, timeout=30).raise_for_status()
        return 1000 * (time.perf_counter() - began)


def _count_complete_calls() -> int:
    """Count calls whose intent and outcome are in the audit log."""
    return AuditEntry.objects.filter(outcome="done", operation="service.list").count()
