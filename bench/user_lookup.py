"""Finding a user in four regions, against the slowest single call.

Three users: unknown to all services, known to a few, known to all with several apps.
The page that waits for all regions is one request; browsers with JavaScript request
each region separately, all at once.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median

import httpx
from django.contrib.auth.models import User

from bench.environment import (
    ORGANIZATION,
    REGIONS,
    SERVICES_PER_REGION,
    BenchEnvironment,
    RunningServer,
)
from bench.load_generator import generate_load
from bench.report import Ratio, print_lines
from bench.service_list import LIST_PATH
from bench.timing import measure_call_ms
from console.models import Lookup
from tenants.audit.models import AuditEntry
from tenants.models import Organization

SUBJECTS = {
    "known nowhere": "cust-000000",
    "known to a few": "user-1100",
    "known everywhere": "cust-204188",
}
PAGES_PER_USER = 8  # of each


def measure(stage: BenchEnvironment) -> None:
    print_lines("", f"One user, 4 regions x {SERVICES_PER_REGION}, against the slowest single call")
    lookups = {case: _lookup(subject) for case, subject in SUBJECTS.items()}
    for waits, goal in (((100,), "<= 1.6x"), ((20, 300), "<= 1.15x")):
        stage.wait(*waits)
        slowest = measure_call_ms(stage, REGIONS[-1], LIST_PATH)
        for case, lookup in lookups.items():
            with stage.console() as console:
                _page(stage, console, lookup, f"{waits[-1]} ms, {case}", slowest, goal)


def _page(
    stage: BenchEnvironment,
    console: RunningServer,
    lookup: str,
    what: str,
    slowest: float,
    goal: str,
) -> None:
    page = f"{console.url}/{ORGANIZATION}/subjects/{lookup}/"
    before = AuditEntry.objects.count()
    run = generate_load(
        f"{page}?whole=yes",
        requests=PAGES_PER_USER,
        cookie=console.cookie,
        server=console.process,
        ours=[stage.upstream],
    )
    calls = (AuditEntry.objects.count() - before) / (PAGES_PER_USER + 2)
    opened = AuditEntry.objects.filter(outcome="").count()
    note = f"{calls:.0f} calls, CPU {run.cpu:.0f} ms, other {run.other:.2f}"
    firsts, lasts = zip(*(_time_parts(console, page) for _ in range(PAGES_PER_USER)), strict=True)
    print_lines(
        Ratio(f"{what}: whole page", run.p50, slowest, goal=goal, note=note),
        Ratio(f"{what}: first region", median(firsts), slowest),
        Ratio(f"{what}: last region", median(lasts), slowest),
        *([f"{opened} calls have no outcome"] if opened else ()),
    )


def _time_parts(console: RunningServer, page: str) -> tuple[float, float]:
    """Return the milliseconds until the first and until the last region."""
    headers = {"Cookie": console.cookie, "HX-Request": "true"}
    limits = httpx.Limits(max_connections=len(REGIONS))
    with (
        httpx.Client(trust_env=False, headers=headers, limits=limits) as browser,
        ThreadPoolExecutor(len(REGIONS)) as threads,
    ):
        began = time.perf_counter()

        def ask(region: str) -> float:
            browser.get(f"{page}regions/{region}/", timeout=60).raise_for_status()
            return 1000 * (time.perf_counter() - began)

        took = list(threads.map(ask, REGIONS))
    return min(took), max(took)


def _lookup(subject: str) -> str:
    """Return the ID of a lookup by the bench's admin."""
    home = Organization.objects.get(slug=ORGANIZATION)
    lookup = Lookup(user=User.objects.get(), organization=home)
    lookup.seal_subject(subject).save(force_insert=True)
    return str(lookup.pk)
