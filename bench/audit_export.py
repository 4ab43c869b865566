"""Exports of the audit log: a search as CSV and JSON Lines, and all rows of the chain.

Baseline: a cursor that reads the same columns and writes them as CSV. Memory is the peak
of a process above what it used before.
"""

import csv
import os
from collections.abc import Iterable
from functools import partial

from django.db import connection

from bench.environment import BenchEnvironment
from bench.report import Ratio, print_lines
from bench.subprocess_usage import ResourceUsage, measure_in_subprocess

CHAIN_TABLE = "audit_auditrecord"
ENTRY_COLUMNS = (
    "seq at entry actor role organization region operation effect outcome status code"
    " service client subject object label reason ticket page address attempt changed"
    " surprises ended_at outcome_seq"
).split()
MEMORY_GOAL = "<= 10 MB"


def measure(stage: BenchEnvironment) -> None:
    little, much = stage.records()
    print_lines("", f"Exports, {connection.vendor}: items per CPU second, and memory")
    bare = measure_in_subprocess(much.url, export_entries_with_cursor, little.url)
    for kind in ("csv", "jsonl"):
        few, many = (
            measure_in_subprocess(log.url, partial(export_entries, kind), little.url)
            for log in (little, much)
        )
        _report(f"a search as {kind}: a bare cursor to CSV", many, bare, few)
    if much.is_chained:
        bare = measure_in_subprocess(much.url, export_rows_with_cursor, little.url)
        few, many = (
            measure_in_subprocess(log.url, export_rows, little.url) for log in (little, much)
        )
        _report("rows of the chain: a bare cursor to CSV", many, bare, few)


def _report(what: str, many: ResourceUsage, bare: ResourceUsage, few: ResourceUsage) -> None:
    memory = (
        f"{many.items:,} in {many.seconds:.0f} s, +{many.peak_mb:.1f} MB; {few.items:,}:"
        f" +{few.peak_mb:.1f} MB; bare {bare.seconds:.0f} s, +{bare.peak_mb:.1f} MB"
    )
    print_lines(
        Ratio(what, many.rate_per_cpu_second, bare.rate_per_cpu_second, "/s", ">= 0.5x", memory)
    )


def export_entries(kind: str) -> int:
    """Export all entries of an organization; return their number."""
    from bench.sample_calls import OWN_ORGANIZATION
    from console.audit.views import reports
    from console.audit_log import export_formats
    from tenants.audit.search.filters import EntryFilters

    pages = map(reports.mask_page, export_formats.iter_row_pages(OWN_ORGANIZATION, EntryFilters()))
    return _write(reports.WRITERS[kind](pages))


def export_rows() -> int:
    """Export all rows as `audit_export` does; return their number."""
    from tenants.audit.integrity.chain_export import format_export, read_all_rows

    return _write(format_export(read_all_rows()))


def export_entries_with_cursor() -> int:
    from bench.sample_calls import OWN_ORGANIZATION
    from tenants.audit.models import AuditEntry

    return export_with_cursor(
        f"SELECT {', '.join(ENTRY_COLUMNS)} FROM {AuditEntry._meta.db_table}"  # noqa: S608
        f" WHERE organization_id = {OWN_ORGANIZATION} ORDER BY seq DESC"
    )


def export_rows_with_cursor() -> int:
    return export_with_cursor(f"SELECT * FROM {CHAIN_TABLE} ORDER BY seq")  # noqa: S608


def export_with_cursor(query: str) -> int:
    """Write the rows of a query as CSV; return their number."""
    with open(os.devnull, "w") as nowhere, connection.chunked_cursor() as cursor:
        cursor.execute(query)
        writer, written = csv.writer(nowhere), 0
        while rows := cursor.fetchmany(2000):
            writer.writerows(rows)
            written += len(rows)
    return written


def _write(lines: Iterable[str]) -> int:
    written = 0
    with open(os.devnull, "w") as nowhere:
        for line in lines:
            nowhere.write(line)
            written += 1
    return written
