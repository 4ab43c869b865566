"""The record and what makes it searchable, as the database has both at one moment."""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db import connection, transaction

from tenants.audit.entry import INTENT, OUTCOME
from tenants.audit.models import AuditEntry, AuditField, AuditRecord

SHOWN = (*INTENT, *OUTCOME[1:], "seq", "mark", "outcome_seq")


@contextmanager
def any_text() -> Iterator[None]:
    """Read what is no UTF-8 too, which SQLite lets be kept as text."""
    connection.ensure_connection()
    connection.connection.text_factory = lambda raw: raw.decode(errors="replace")
    try:
        yield
    finally:
        connection.connection.text_factory = str


@contextmanager
def snapshot() -> Iterator[None]:
    """The database as it is now, while others go on writing."""
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


def rows() -> Generator[tuple[Any, ...]]:
    """Every row in order, as SQL has it, each beside its searchable entry or nulls."""
    record, entry = AuditRecord._meta.db_table, AuditEntry._meta.db_table
    columns = ", ".join(f"e.{name}" for name in SHOWN)
    return _read(
        "SELECT r.seq, r.entry, r.phase, r.content, r.key, r.mac, "  # noqa: S608
        f"{columns} FROM {record} r LEFT JOIN {entry} e ON e.entry = r.entry "
        "ORDER BY r.seq"
    )


def fields() -> Generator[tuple[int, list[tuple[int, str]]]]:
    """What an entry is found by, as (organization, field), for each that is."""
    table = AuditField._meta.db_table
    every = f"SELECT seq, organization_id, field FROM {table} ORDER BY seq"  # noqa: S608
    with closing(_read(every)) as found:
        for seq, own in groupby(found, itemgetter(0)):
            yield seq, in_order((organization, name) for _, organization, name in own)


def in_order(found: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    return sorted(found, key=repr)  # SQLite lets a column hold anything


def _read(sql: str) -> Generator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(2000):
            yield from rows
