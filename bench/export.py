"""Taking the record out: a search as CSV and as JSON Lines, and all rows of the chain.

Held against a cursor that reads the same columns and writes them as CSV, and nothing
else. Memory is what a process of its own takes at most above what it had before.
"""

import csv
import os
from collections.abc import Iterable
from functools import partial

from django.db import connection

from bench.alone import Spent, alone
from bench.said import Ratio, say
from bench.stage import Stage

ROWS = "audit_auditrecord"
COLUMNS = (
    "seq at entry actor role organization region operation effect outcome status code"
    " service client subject object label reason ticket page address attempt changed"
    " surprises ended_at outcome_seq"
).split()
MEMORY = "<= 10 MB"


def measure(stage: Stage) -> None:
    little, much = stage.records()
    say("", f"Exports, {connection.vendor}: things a second of the CPU, and memory")
    bare = alone(much.url, bare_entries, little.url)
    for kind in ("csv", "jsonl"):
        few, many = (alone(one.url, partial(entries, kind), little.url) for one in (little, much))
        _tell(f"a search as {kind}: a bare cursor to CSV", many, bare, few)
    if much.is_chained:
        bare = alone(much.url, bare_rows, little.url)
        few, many = (alone(one.url, rows, little.url) for one in (little, much))
        _tell("rows of the chain: a bare cursor to CSV", many, bare, few)


def _tell(what: str, many: Spent, bare: Spent, few: Spent) -> None:
    memory = (
        f"{many.things:,} in {many.time:.0f} s, +{many.most:.1f} MB; {few.things:,}:"
        f" +{few.most:.1f} MB; bare {bare.time:.0f} s, +{bare.most:.1f} MB"
    )
    say(Ratio(what, many.rate, bare.rate, "/s", ">= 0.5x", memory))


def entries(kind: str) -> int:
    """All of an organization's, as its auditor gets them."""
    from bench.invented import OWN
    from console.audit import exports
    from console.audit_log import export_formats
    from tenants.audit.search.filters import EntryFilters

    pages = map(exports.mask_page, export_formats.iter_row_pages(OWN, EntryFilters()))
    return _written(exports.WRITERS[kind](pages))


def rows() -> int:
    """All rows of the record, as `audit_export` writes them."""
    from tenants.audit.integrity.chain_export import format_export, read_all_rows

    return _written(format_export(read_all_rows()))


def bare_entries() -> int:
    from bench.invented import OWN
    from tenants.audit.models import AuditEntry

    return by_cursor(
        f"SELECT {', '.join(COLUMNS)} FROM {AuditEntry._meta.db_table}"  # noqa: S608
        f" WHERE organization_id = {OWN} ORDER BY seq DESC"
    )


def bare_rows() -> int:
    return by_cursor(f"SELECT * FROM {ROWS} ORDER BY seq")  # noqa: S608


def by_cursor(query: str) -> int:
    """The rows of a query as CSV, by a cursor and nothing else; how many."""
    with open(os.devnull, "w") as nowhere, connection.chunked_cursor() as cursor:
        cursor.execute(query)
        writer, written = csv.writer(nowhere), 0
        while found := cursor.fetchmany(2000):
            writer.writerows(found)
            written += len(found)
    return written


def _written(lines: Iterable[str]) -> int:
    written = 0
    with open(os.devnull, "w") as nowhere:
        for line in lines:
            nowhere.write(line)
            written += 1
    return written
