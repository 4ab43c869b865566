"""Read the chain in order, a few rows at a time."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from tenants.audit.integrity.chain import ChainRow
from tenants.audit.models import AuditEntry, AuditField, AuditRecord
from tenants.audit.records import INTENT_FIELDS, OUTCOME_FIELDS

ROWS_PER_QUERY = 2000  # rows
MAX_SEQ = 2**63 - 1

SELECT_ROWS_SQL = (
    "SELECT seq, entry, phase, content, key, mac "  # noqa: S608
    f"FROM {AuditRecord._meta.db_table} WHERE seq > %s AND seq <= %s "
    "ORDER BY seq LIMIT %s"
)


def read_chain(after: int = 0, until: int = MAX_SEQ) -> Iterator[ChainRow]:
    """Yield rows after ``after`` up to ``until``, including rows added meanwhile."""
    while after < until:
        with connection.cursor() as cursor:
            cursor.execute(SELECT_ROWS_SQL, (after, until, ROWS_PER_QUERY))
            rows = cursor.fetchall()
        if not rows:
            return
        for row in rows:
            yield ChainRow._make(row)
        after = rows[-1][0]


ENTRY_COLUMNS = (*INTENT_FIELDS, *OUTCOME_FIELDS[1:], "seq", "mark", "outcome_seq")


@contextmanager
def tolerate_invalid_utf8() -> Iterator[None]:
    """Replace invalid UTF-8, which SQLite allows in text columns."""
    connection.ensure_connection()
    connection.connection.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        yield
    finally:
        connection.connection.text_factory = str


@contextmanager
def consistent_snapshot() -> Iterator[None]:
    """Read one snapshot of the database while others write."""
    if connection.in_atomic_block:
        yield  # a test's
    elif connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")  # Django's own would lock out the writer
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield


def read_rows_with_entries() -> Generator[tuple[Any, ...]]:
    """Yield every row in order, joined with its search entry or nulls."""
    record, entry = AuditRecord._meta.db_table, AuditEntry._meta.db_table
    columns = ", ".join(f"e.{name}" for name in ENTRY_COLUMNS)
    return _stream(
        "SELECT r.seq, r.entry, r.phase, r.content, r.key, r.mac, "  # noqa: S608
        f"{columns} FROM {record} r LEFT JOIN {entry} e ON e.entry = r.entry "
        "ORDER BY r.seq"
    )


def read_indexed_fields() -> Generator[tuple[int, list[tuple[int, str]]]]:
    """Yield the indexed (organization, field) pairs of each entry."""
    table = AuditField._meta.db_table
    query = f"SELECT seq, organization_id, field FROM {table} ORDER BY seq"  # noqa: S608
    with closing(_stream(query)) as rows:
        for seq, group in groupby(rows, itemgetter(0)):
            yield (seq, sort_fields((organization, name) for _, organization, name in group))


def sort_fields(fields: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Sort by representation, since SQLite columns can hold any type."""
    return sorted(fields, key=repr)  # SQLite lets a column hold anything


def _stream(sql: str) -> Generator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            yield from rows
