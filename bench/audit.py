"""The page of the record as a whole, where there is little of it and where much.

Two consoles take turns, each with one of the databases. What PostgreSQL spends for a
page counts as well.
"""

from functools import partial
from pathlib import Path
from statistics import median

from django.db import connection

from bench.clock import database_process
from bench.invented import FIELD, OWN, person, service
from bench.load import Run, load
from bench.said import Ratio, say
from bench.stage import CONSOLE, FLOOR, ORGANIZATION, Server, Stage

ROUNDS = 3  # of both, one after the other
SECONDS = 2.0  # a run


def measure(stage: Stage) -> None:
    from tenants.audit.subject_index import fingerprint_subject

    asked = {
        "newest": "",
        "newest, reads too": "?reads=1",
        "of an actor": f"?actor={person(7)}",
        "of a service": f"?service={service(7)}",
        "of a subject": f"?mark={fingerprint_subject(OWN, 'subject 77')}",
        "field:": f"?field={FIELD}",
        "refused": "?outcome=refused",
        "words that many have": "?q=thing",
        "words that are nowhere": "?q=nowhere",
    }
    little, much = stage.records()
    say("", f"The page of the record, {connection.vendor}: CPU a request")
    database = _parent(database_process())
    with (
        stage.console(much.url, CONSOLE) as large,
        stage.console(little.url, FLOOR) as small,
    ):
        for name, query in asked.items():
            one = partial(_run, stage, f"/{ORGANIZATION}/audit/{query}", database)
            pairs = [(one(large, other=small), one(small, other=large)) for _ in range(ROUNDS)]
            mine, theirs = ([pair[at] for pair in pairs] for at in (0, 1))
            note = (
                f"p50 {_middle(mine, 'p50'):.0f} / {_middle(theirs, 'p50'):.0f} ms,"
                f" p95 {_middle(mine, 'p95'):.0f} / {_middle(theirs, 'p95'):.0f} ms,"
                f" other {_middle([*mine, *theirs], 'other'):.2f}"
            )
            say(Ratio(name, _middle(mine, "cpu"), _middle(theirs, "cpu"), note=note))


def _run(stage: Stage, path: str, database: int, server: Server, other: Server) -> Run:
    return load(
        server.url + path,
        seconds=SECONDS,
        cookie=server.cookie,
        server=server.process,
        database=database,
        ours={stage.upstream, other.process},
    )


def _middle(runs: list[Run], figure: str) -> float:
    found: list[float] = [getattr(run, figure) for run in runs]
    return median(found)


def _parent(process: int) -> int:
    """The process that began another; 0 where there is none."""
    if not process:
        return 0
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[1])
