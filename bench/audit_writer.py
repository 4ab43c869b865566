"""Cost and benefit of one chain that is written by one thread.

Baselines: threads that commit for themselves into a table with the same columns and
indexes but no chain, and a chain that each thread extends itself.
"""

import csv
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import count
from unittest.mock import patch

from django.db import OperationalError, connection, transaction

from bench import audit_cost
from bench.environment import BenchEnvironment
from bench.report import Ratio, print_lines
from bench.timing import time_ms
from tenants.audit import store
from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.record_builder import build_intent, build_outcome
from tenants.audit.recorder import AuditLogSink
from tenants.audit.records import (
    INTENT_FIELDS,
    OPEN_OUTCOME_COLUMNS,
    OUTCOME_FIELDS,
    IntentRecord,
    OutcomeRecord,
)
from tenants.authlete.api.services import GET
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.outcome import Outcome

THREADS = 32
SECONDS = 3.0
FANOUT_CALLS = 200  # of a fan-out
ACTOR = Actor(7, "ida@bench.example", "admin", 1, "harbor", "a-page", "127.0.0.1")
CALL = CallIntent(GET, "us", "/api/17/service/get", {"service_id": "17"})
SINK = AuditLogSink(ACTOR)
ENTRY_TABLE = AuditEntry._meta.db_table
PLAIN_TABLE = ENTRY_TABLE.replace("audit_", "plain_", 1)
ADD, CLOSE = (
    sql.replace(ENTRY_TABLE, PLAIN_TABLE)
    for sql in (store.INSERT_ENTRY_SQL, store.UPDATE_OUTCOME_SQL)
)

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class WaitTimes:
    """Waiting times of callers for both rows of a call, in milliseconds."""

    rate: float  # calls a second
    p50: float
    p95: float
    worst: float
    given_up: int  # calls that the database did not take in time

    def __str__(self) -> str:
        lost = f", {self.given_up} given up" if self.given_up else ""
        return (
            f"{self.rate:6.0f} calls a s, p50 {self.p50:6.2f}, p95 {self.p95:6.1f}, "
            f"worst {self.worst:7.1f} ms{lost}"
        )


def measure(_: BenchEnvironment) -> None:
    audit_cost.measure()
    print_lines("", f"The audit log, {connection.vendor}: {THREADS} threads, two rows per call")
    _copy_table()
    lock = threading.Lock()
    ours, plain, inline = (
        run_in_threads(write_grouped),
        run_in_threads(write_alone),
        run_in_threads(partial(write_chained, lock)),
    )
    read, report = time_ms(_export_with_cursor), time_ms(verify_audit_log)
    with patch.object(store, "mac", lambda *_: "0" * 64):  # no key vouches for these
        unchained = run_in_threads(write_grouped)
    rate = (ours.rate + run_in_threads(write_grouped).rate) / 2  # before the one and after it
    fan_out, each = time_ms(_fan_out)[1], time_ms(_call_one_by_one)[1]
    for case, waits in (
        ("one writer, one chain", ours),
        ("the same without its macs", unchained),
        ("a commit a thread, no chain", plain),
        ("a commit a thread, one chain behind a lock", inline),
    ):
        print_lines(f"  {case:<44} {waits}")
    whole = "whole" if report[0].first_bad_row is None else f"not whole: {report[0].first_bad_row}"
    print_lines(
        Ratio("worst wait: plain commits", ours.worst, plain.worst, goal="<= 0.02x"),
        Ratio("rate: plain commits", ours.rate, plain.rate, "/s"),
        Ratio("rate: no macs", rate, unchained.rate, "/s", ">= 0.9x"),
        Ratio("rate: a chain inline", ours.rate, inline.rate, "/s", ">= 3x"),
        Ratio(f"{FANOUT_CALLS} calls at once: a commit each", fan_out, each, goal="<= 0.25x"),
        Ratio(
            "rows verified: rows exported bare",
            report[0].rows / report[1],
            read[0] / read[1],
            "/ms",
            ">= 0.6x",
            f"{report[0].rows} rows, {whole}",
        ),
    )


def run_in_threads(call: Callable[[], None]) -> WaitTimes:
    """Return the waiting times of `THREADS` threads that do nothing else."""
    waits: list[float] = []
    given_up: list[float] = []
    until = time.perf_counter() + SECONDS

    def work(_: int) -> None:
        try:
            while time.perf_counter() < until:
                began, lost = time.perf_counter(), waits
                try:
                    call()
                except OperationalError:  # SQLite: "database is locked", after 5 s
                    lost = given_up
                lost.append(1000 * (time.perf_counter() - began))
        finally:
            connection.close()

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    waits.sort()
    return WaitTimes(
        len(waits) / SECONDS,
        waits[len(waits) // 2],
        waits[int(len(waits) * 0.95)],
        max(waits + given_up),
        len(given_up),
    )


def write_grouped() -> None:
    (entry,) = SINK.record_intents([CALL])
    SINK.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200)])


def make_rows() -> tuple[IntentRecord, OutcomeRecord]:
    opened = build_intent(ACTOR, GET.name, "read", region="us", service="17", path=CALL.path)
    return opened, build_outcome(opened.entry, Outcome.SUCCEEDED, status=200)


def write_chained(lock: threading.Lock) -> None:
    for row in make_rows():
        with lock:
            store.append_records([row])


def write_alone() -> None:
    opened, ended = make_rows()
    with transaction.atomic(), connection.cursor() as cursor:
        values = [getattr(opened, name) for name in INTENT_FIELDS]
        cursor.execute(ADD, [*values, next(_numbers), None, *OPEN_OUTCOME_COLUMNS.values()])
    with transaction.atomic(), connection.cursor() as cursor:
        values = [getattr(ended, name) for name in OUTCOME_FIELDS[1:]]
        cursor.execute(CLOSE, [*values, next(_numbers), opened.entry])


def _fan_out() -> None:
    for entry in SINK.record_intents([CALL] * FANOUT_CALLS):
        SINK.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200)], wait=False)
    SINK.flush()


def _call_one_by_one() -> None:
    for _ in range(FANOUT_CALLS):
        for row in make_rows():
            store.append_records([row])


def _export_with_cursor() -> int:
    """Write what verification reads as CSV."""
    record = AuditRecord._meta.db_table
    with open(os.devnull, "w") as nowhere, connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT r.*, e.* FROM {record} r LEFT JOIN {ENTRY_TABLE} e"  # noqa: S608
            " ON e.entry = r.entry ORDER BY r.seq"
        )
        writer, written = csv.writer(nowhere), 0
        while rows := cursor.fetchmany(2000):
            writer.writerows(rows)
            written += len(rows)
    return written


def _copy_table() -> None:
    """Create a table with the columns and indexes of entries."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"CREATE TABLE {PLAIN_TABLE} (LIKE {ENTRY_TABLE} INCLUDING ALL)")
            return
        cursor.execute(
            "SELECT sql FROM sqlite_master WHERE tbl_name = %s AND sql > ''"
            " ORDER BY type DESC",  # the table before its indexes
            [ENTRY_TABLE],
        )
        for (sql,) in cursor.fetchall():
            cursor.execute(sql.replace('"audit_', '"plain_'))
