"""The list of all services over four regions, against the slowest single call.

The slowest single call is httpx alone asking the slowest region for the same answer,
so that what is above one is all that the console does: the record, the reading and
sealing of 200 documents, and the page.
"""

import time
from statistics import median

import httpx

from bench.clock import one_call
from bench.load import Run, load
from bench.said import Ratio, say
from bench.stage import ORGANIZATION, REGIONS, SERVICES, Server, Stage
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry

LIST = "/api/service/get/list?start=0&end=100"
STARTS = 3  # of a server, for the first page of each
PAGES = 15  # of each server, once it is warm
WARMING = 2  # pages that `load` asks for before it counts


def measure(stage: Stage) -> None:
    say("", f"All services, 4 regions x {SERVICES}, against the slowest single call")
    for waits, goal in (((100,), "<= 1.6x"), ((20, 300), "<= 1.15x")):
        stage.wait(*waits)
        slowest = one_call(stage, REGIONS[-1], LIST)
        before = _closed()
        found = [_server(stage) for _ in range(STARTS)]
        kept, asked = _closed() - before, STARTS * len(REGIONS) * (1 + WARMING + PAGES)
        runs = [run for _, run in found]
        note = f"other {max(run.other for run in runs):.2f}"
        what = f"{' to '.join(map(str, waits))} ms upstream"
        warm = median(run.p50 for run in runs)
        say(
            Ratio(f"{what}, warm", warm, slowest, goal=goal, note=note),
            Ratio(f"{what}, first page", median(one for one, _ in found), slowest),
            f"{what}: CPU {median(run.cpu for run in runs):.1f} ms a page; "
            f"calls in the record {kept} of {asked}",
        )
    bad = verify_audit_log().first_bad_row
    say(f"the record is {'whole' if bad is None else f'not whole: {bad}'}")


def _server(stage: Stage) -> tuple[float, Run]:
    """The first page of a new server in milliseconds, and what later ones take."""
    with stage.console() as console:
        page = f"{console.url}/{ORGANIZATION}/services/"
        first = _first(console, page)
        run = load(
            page,
            requests=PAGES,
            cookie=console.cookie,
            server=console.process,
            ours=[stage.upstream],
        )
        return first, run


def _first(console: Server, page: str) -> float:
    with httpx.Client(trust_env=False, headers={"Cookie": console.cookie}) as browser:
        began = time.perf_counter()
        browser.get(page, timeout=30).raise_for_status()
        return 1000 * (time.perf_counter() - began)


def _closed() -> int:
    """Calls that have both their intent and their outcome in the record."""
    return AuditEntry.objects.filter(outcome="done", operation="service.list").count()
