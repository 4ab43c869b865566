"""Lists of clients: of one service with 1,000, and of a whole organization; the search.

Baselines of the service's list: one bare call for a page, and the baseline server, which
requests the same pages and shows the same rows. The organization's list and the search send
no requests; its baseline is the same inventory with a tenth of the services.
"""

from collections.abc import Sequence
from functools import partial
from statistics import median

from django.db import connection

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
from console.models import KnownClient, KnownService
from tenants.models import Organization

ROUNDS = 3  # of both, one after the other
SECONDS = 2.0  # a run
UPSTREAM_MS = 20  # milliseconds that a call takes upstream
CLIENTS_PER_SERVICE = 1_000  # of a service
SMALL_INDEX_SERVICES = max(1, SERVICES_PER_REGION // 10)  # a region, of the smaller index
SERVICE_TABLE = KnownService._meta.db_table
CLIENT_TABLE = KnownClient._meta.db_table
# Names, hosts and the rest repeat as those of real clients do: a dozen kinds of client,
# a few hundred hosts, one in fifty locked.
FILL_SERVICES_SQL = f"""
INSERT INTO {SERVICE_TABLE} (organization_id, region, service_id, name, issuer,
  modified_at, settings, edition, seen_at, clients_at, clients_problem)
WITH RECURSIVE n(i) AS
  (SELECT {{first}} UNION ALL SELECT i + 1 FROM n WHERE i < {{last}})
SELECT {{organization}}, '{{region}}', 900000000000 + i, 'Service ' || i, '', 1, '{{{{}}}}', 1,
  CURRENT_TIMESTAMP, CURRENT_TIMESTAMP, '' FROM n WHERE true ON CONFLICT DO NOTHING
"""  # noqa: S608
FILL_CLIENTS_SQL = f"""
INSERT INTO {CLIENT_TABLE} (organization_id, region, service_id, client_id, name, alias,
  client_type, auth_method, source, grants, hosts, locked, chain_ends, document_ends,
  edition, modified_at, created_at, seen_at, rank, words)
WITH RECURSIVE n(i) AS
  (SELECT {{first}} UNION ALL SELECT i + 1 FROM n WHERE i < {{last}})
SELECT {{organization}}, '{{region}}', 900000000000 + i / 1000, 700000000000 + i,
  'Client ' || (i * 7919 % 1000000), 'app-' || i,
  CASE WHEN i % 12 < 4 THEN 'PUBLIC' ELSE 'CONFIDENTIAL' END,
  CASE i % 12 WHEN 5 THEN 'PRIVATE_KEY_JWT' WHEN 6 THEN 'TLS_CLIENT_AUTH'
    WHEN 0 THEN 'NONE' WHEN 1 THEN 'NONE' WHEN 2 THEN 'NONE' WHEN 3 THEN 'NONE'
    ELSE 'CLIENT_SECRET_BASIC' END,
  CASE WHEN i % 12 = 7 THEN 'DYNAMIC_REGISTRATION' ELSE 'STATIC_REGISTRATION' END,
  CASE WHEN i % 12 = 8 THEN 'CLIENT_CREDENTIALS'
    ELSE 'AUTHORIZATION_CODE REFRESH_TOKEN' END,
  'app' || (i % 400) || '.bench.example', i % 50 = 0, 0, 0, 1, i * 1000,
  i * 1000,
  CURRENT_TIMESTAMP, 'client ' || (i * 7919 % 1000000),
  'client ' || (i * 7919 % 1000000) || ' app-' || i || ' ' || (700000000000 + i)
    || ' app' || (i % 400) || '.bench.example'
FROM n WHERE true ON CONFLICT DO NOTHING
"""  # noqa: S608
QUERIES = {
    "newest page": "clients/?sort=-changed",
    "by name, page 300": "clients/?page=300",
    "two facets": "clients/?type=PUBLIC&locked=yes",
    "a word that few have": "clients/?q=4711",
    "a redirect host": "clients/?q=redirect:app7.bench.example",
    "a word that all have": "clients/?q=client",
    "everything, a word that few have": "search/?q=4711",
    "everything, a word that all have": "search/?q=client",
    "everything, a word that none has": "search/?q=nothinglikeit",
    "everything, a setting of a client": "search/?q=client+4711+redirect+uris",
    "everything, an action on a client": "search/?q=rotate+secret+of+4711",
}


def measure(stage: BenchEnvironment) -> None:
    with stage.console() as console, stage.floor() as floor:
        _one_service(stage, console, floor)
        _organization(stage, console)


def _one_service(stage: BenchEnvironment, console: RunningServer, floor: RunningServer) -> None:
    print_lines("", f"Clients of a service with {CLIENTS_PER_SERVICE:,}, 100 rows per page")
    service = stage.world["service"]
    ours = f"{console.url}/{ORGANIZATION}/services/us/{service}/clients/?size=100"
    theirs = f"{floor.url}/clients/{service}"
    bare = f"/api/{service}/client/get/list?start=0&end=100"
    for case, more, plain in (("one page", "", ""), ("searched", "&q=a", "?q=a")):
        stage.wait(UPSTREAM_MS)
        call = measure_call_ms(stage, "us", bare)
        pairs = [
            (_run(stage, console, floor, ours + more), _run(stage, floor, console, theirs + plain))
            for _ in range(ROUNDS)
        ]
        note = f"other {median(max(a.other, b.other) for a, b in pairs):.2f}"
        mine, floors = ([pair[at] for pair in pairs] for at in (0, 1))
        print_lines(
            Ratio(f"{case}: p50 over one bare call", _p50(mine), call, note=note),
            Ratio(f"{case}: p50 over the baseline", _p50(mine), _p50(floors), note=note),
            Ratio(
                f"{case}: CPU over the baseline",
                median(run.cpu for run in mine),
                median(run.cpu for run in floors),
                note=note,
            ),
        )


def _organization(stage: BenchEnvironment, console: RunningServer) -> None:
    page = f"{console.url}/{ORGANIZATION}/"
    run = partial(_run, stage, console, None, seconds=SECONDS)
    fill_inventory(0, SMALL_INDEX_SERVICES)
    few = {name: run(page + query) for name, query in QUERIES.items()}
    fill_inventory(SMALL_INDEX_SERVICES, SERVICES_PER_REGION)
    rows = len(REGIONS) * SERVICES_PER_REGION * CLIENTS_PER_SERVICE
    print_lines("", f"Clients of an organization: {rows:,} rows against a tenth of them")
    for name, query in QUERIES.items():
        response = run(page + query)
        note = f"p95 {response.p95:.0f} ms, CPU {response.cpu:.0f} ms, other {response.other:.2f}"
        print_lines(Ratio(f"{name}: p50", response.p50, few[name].p50, note=note))


def fill_inventory(first: int, last: int) -> None:
    """Add services ``first`` to ``last`` of each region, with their clients."""
    organization = Organization.objects.get(slug=ORGANIZATION).pk
    with connection.cursor() as cursor:
        for at, region in enumerate(REGIONS):
            start, end = at * SERVICES_PER_REGION + first, at * SERVICES_PER_REGION + last
            where = {"organization": organization, "region": region}
            cursor.execute(FILL_SERVICES_SQL.format(first=start, last=end - 1, **where))
            spans = {"first": start * CLIENTS_PER_SERVICE, "last": end * CLIENTS_PER_SERVICE - 1}
            cursor.execute(FILL_CLIENTS_SQL.format(**spans, **where))
        cursor.execute("ANALYZE")


def _run(
    stage: BenchEnvironment,
    server: RunningServer,
    other: RunningServer | None,
    url: str,
    seconds: float = SECONDS,
) -> LoadResult:
    ours = {stage.upstream} | ({other.process} if other else set())
    return generate_load(
        url, seconds=seconds, cookie=server.cookie, server=server.process, ours=ours
    )


def _p50(runs: Sequence[LoadResult]) -> float:
    return median(run.p50 for run in runs)
