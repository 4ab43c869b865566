"""The audit log page, with a small and with a large log.

Two consoles take turns, each with one of the databases. PostgreSQL's CPU time counts.
"""

from functools import partial
from pathlib import Path
from statistics import median

from django.db import connection

from bench.environment import CONSOLE, FLOOR, ORGANIZATION, BenchEnvironment, RunningServer
from bench.load_generator import LoadResult, generate_load
from bench.report import Ratio, print_lines
from bench.sample_calls import CHANGED_FIELD, OWN_ORGANIZATION, actor_name, service_id
from bench.timing import database_process_id

ROUNDS = 3  # of both, one after the other
SECONDS = 2.0  # a run


def measure(stage: BenchEnvironment) -> None:
    from tenants.audit.subject_index import fingerprint_subject

    queries = {
        "newest": "",
        "newest, reads too": "?reads=1",
        "of an actor": f"?actor={actor_name(7)}",
        "of a service": f"?service={service_id(7)}",
        "of a subject": f"?mark={fingerprint_subject(OWN_ORGANIZATION, 'subject 77')}",
        "field:": f"?field={CHANGED_FIELD}",
        "refused": "?outcome=refused",
        "words that many have": "?q=thing",
        "words that are nowhere": "?q=nowhere",
    }
    little, much = stage.records()
    print_lines("", f"The audit log page, {connection.vendor}: CPU per request")
    database = _parent_process(database_process_id())
    with stage.console(much.url, CONSOLE) as large, stage.console(little.url, FLOOR) as small:
        for name, query in queries.items():
            run_page = partial(_run, stage, f"/{ORGANIZATION}/audit/{query}", database)
            pairs = [
                (run_page(large, other=small), run_page(small, other=large)) for _ in range(ROUNDS)
            ]
            mine, theirs = ([pair[at] for pair in pairs] for at in (0, 1))
            note = (
                f"p50 {_median(mine, 'p50'):.0f} / {_median(theirs, 'p50'):.0f} ms,"
                f" p95 {_median(mine, 'p95'):.0f} / {_median(theirs, 'p95'):.0f} ms,"
                f" other {_median([*mine, *theirs], 'other'):.2f}"
            )
            print_lines(Ratio(name, _median(mine, "cpu"), _median(theirs, "cpu"), note=note))


def _run(
    stage: BenchEnvironment, path: str, database: int, server: RunningServer, other: RunningServer
) -> LoadResult:
    return generate_load(
        server.url + path,
        seconds=SECONDS,
        cookie=server.cookie,
        server=server.process,
        database=database,
        ours={stage.upstream, other.process},
    )


def _median(runs: list[LoadResult], figure: str) -> float:
    values: list[float] = [getattr(run, figure) for run in runs]
    return median(values)


def _parent_process(process: int) -> int:
    """Return the parent of a process; 0 if there is none."""
    if not process:
        return 0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])
