"""A small and a large audit log, each in a database of its own.

Both are copies of the bench's database with the same kinds of calls at the same pace up
to now: complete logs with chain and head that verification accepts. ``BENCH_ENTRIES``
sets the size of the large one, by default a million. Calls beyond a million get no
chain, so that ten million take minutes; what reads the chain is measured up to a million.
"""

import os
import time
from collections.abc import Generator, Iterable, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import batched
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.backends.utils import CursorWrapper

from bench.report import print_lines
from bench.sample_calls import INTERVAL_MICROSECONDS, generate_calls
from console.ops.environment import database_config
from tenants.audit.integrity.chain import compute_head_mac, compute_mac, get_audit_keys
from tenants.audit.models import ROWS_PER_BLOCK, AuditEntry, AuditField, AuditHead, AuditRecord
from tenants.audit.records import (
    INTENT_FIELDS,
    OUTCOME_FIELDS,
    IntentRecord,
    OutcomeRecord,
    list_changed_members,
    serialize_record,
)
from tenants.audit.store import RECORD_COLUMNS, UPSERT_BLOCK_SQL, insert_sql
from tenants.audit.subject_index import fingerprint_subject
from tenants.audit.writer import writer

SMALL_LOG_ENTRIES = 10_000
LARGE_LOG_ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
MAX_CHAINED_ENTRIES = 1_000_000  # and not more
BATCH_SIZE = 20_000  # calls at once
ENTRY_COLUMNS = (*INTENT_FIELDS, "seq", "mark", *OUTCOME_FIELDS[1:], "outcome_seq")
FIELD_COLUMNS = ("organization_id", "field", "seq")

type Row = Sequence[Any]


@dataclass(frozen=True, slots=True)
class FilledLog:
    """A database with a number of audited calls."""

    entries: int
    url: str
    alias: str
    begin: int  # when the first of them was made, in microseconds since 1970

    @property
    def is_chained(self) -> bool:
        return self.entries <= MAX_CHAINED_ENTRIES

    @contextmanager
    def use(self) -> Generator[None]:
        """Let this thread use it instead of the bench's database."""
        usual = connections[DEFAULT_DB_ALIAS]
        connections[DEFAULT_DB_ALIAS] = connections[self.alias]
        try:
            yield
        finally:
            connections[DEFAULT_DB_ALIAS] = usual


@contextmanager
def create_filled_logs() -> Generator[tuple[FilledLog, FilledLog]]:
    """Create the small and the large log; drop both at the end."""
    began, now = time.monotonic(), time.time_ns() // 1000
    with ExitStack() as ending:
        logs = []
        for name, entries in (("little", SMALL_LOG_ENTRIES), ("much", LARGE_LOG_ENTRIES)):
            url = ending.enter_context(_copy_database(name))
            connections.settings[name] = {
                **connections.settings[DEFAULT_DB_ALIAS],
                **database_config(url),
            }
            ending.callback(connections[name].close)
            logs.append(FilledLog(entries, url, name, now - entries * INTERVAL_MICROSECONDS))
            with logs[-1].use():
                _fill(logs[-1])
        little, much = logs
        print_lines(f"  {LARGE_LOG_ENTRIES:,} calls created in {time.monotonic() - began:.0f} s")
        yield little, much


@contextmanager
def _copy_database(name: str) -> Generator[str]:
    """Return the URL of a copy of the bench's database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"]).with_name(f"{name}.sqlite3")
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        try:
            yield f"sqlite:///{path}"
        finally:
            for one in path.parent.glob(f"{path.name}*"):
                one.unlink()
        return
    copy = f"{connection.settings_dict['NAME']}_{name}"
    _disconnect_others()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{url.path[1:]}"')
    try:
        yield url._replace(path=f"/{copy}").geturl()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _disconnect_others() -> None:
    """Close all other connections, so that the database can be copied."""
    writer.flush()
    writer.reset()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _fill(record: FilledLog) -> None:
    """Add the calls; create the indexes of entries afterwards."""
    indexes = AuditEntry._meta.indexes
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.remove_index(AuditEntry, index)
    key = get_audit_keys()[get_audit_keys().current]
    head = AuditHead.objects.get(pk=1)
    seq, link = head.seq, head.link
    for numbers in batched(range(1, record.entries + 1), BATCH_SIZE):
        calls = generate_calls(numbers[0], numbers[-1], record.begin)
        seq, link = _add(calls, seq, link, key, record)
    if record.is_chained:
        head.seq, head.link, head.mac = seq, link, compute_head_mac(key, seq, link)
        head.save()
    with connection.schema_editor() as editor:
        for index in indexes:
            editor.add_index(AuditEntry, index)
    if connection.vendor == "postgresql":  # as it does by itself, in time
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _add(
    made: Iterable[tuple[IntentRecord, OutcomeRecord]],
    seq: int,
    link: str,
    key: bytes,
    record: FilledLog,
) -> tuple[int, str]:
    """Add calls, both rows of each in a row; return where the chain ends."""
    records: list[Row] = []
    entries: list[Row] = []
    fields: list[Row] = []
    blocks: dict[int, list[int]] = {}
    for opened, ended in made:
        begun = seq + 1
        for row in (opened, ended):
            seq += 1
            if record.is_chained:
                text = serialize_record(row)
                link = compute_mac(key, link, seq, row.entry, row.phase, text)
                records.append((seq, row.entry, row.phase, text, get_audit_keys().current, link))
        entries.append(
            (
                *(getattr(opened, name) for name in INTENT_FIELDS),
                begun,
                fingerprint_subject(opened.organization_id, opened.subject),
                *(getattr(ended, name) for name in OUTCOME_FIELDS[1:]),
                seq,
            )
        )
        for name in list_changed_members(opened.changed):
            fields.append((opened.organization_id, name, begun))
        blocks.setdefault(begun // ROWS_PER_BLOCK, []).append(opened.at)
    spans = [(block, min(at), max(at)) for block, at in blocks.items()]
    with transaction.atomic(), connection.cursor() as cursor:
        for model, columns, rows in (
            (AuditRecord, RECORD_COLUMNS, records),
            (AuditEntry, ENTRY_COLUMNS, entries),
            (AuditField, FIELD_COLUMNS, fields),
        ):
            _copy(cursor, model._meta.db_table, columns, rows)
        cursor.executemany(UPSERT_BLOCK_SQL, spans)
    return seq, link


def _copy(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
    """Add rows with COPY; their texts contain neither tabs nor line breaks."""
    if connection.vendor == "sqlite":
        cursor.executemany(insert_sql(table, columns), rows)
        return
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        copy.write("".join("\t".join(map(_copy_value, row)) + "\n" for row in rows))


def _copy_value(value: object) -> str:
    return "\\N" if value is None else str(value).replace("\\", "\\\\")
