"""Verifying the whole record, against an export of what is read for it."""

from django.db import connection

from bench.alone import alone
from bench.export import by_cursor, rows
from bench.said import Ratio, say
from bench.stage import Stage


def measure(stage: Stage) -> None:
    little, much = stage.records()
    if not much.is_chained:
        say("", "What is verified has a chain: no more than a million entries")
        return
    say("", f"Verifying, {connection.vendor}: rows a second of the CPU, and memory")
    few, many = (alone(one.url, verified, little.url) for one in (little, much))
    read = alone(much.url, bare, little.url)
    told = alone(much.url, rows, little.url)
    memory = (
        f"{many.things:,} in {many.time:.0f} s, +{many.most:.1f} MB; "
        f"{few.things:,}: +{few.most:.1f} MB"
    )
    say(
        Ratio(
            "rows verified: the same columns by a bare cursor",
            many.rate,
            read.rate,
            "/s",
            ">= 0.6x",
            memory,
        ),
        Ratio("rows verified: rows exported", many.rate, told.rate, "/s"),
        Ratio("rows verified: of little", many.rate, few.rate, "/s"),
    )


def verified() -> int:
    """All rows; raises `ValueError` unless they are whole."""
    from tenants.audit.integrity.verify import verify_audit_log

    report = verify_audit_log()
    if report.first_bad_row:
        raise ValueError(f"not whole: {report.first_bad_row}")
    return report.rows


def bare() -> int:
    """What `verify` reads."""
    from tenants.audit.models import AuditEntry, AuditRecord

    return by_cursor(
        f"SELECT r.*, e.* FROM {AuditRecord._meta.db_table} r"  # noqa: S608
        f" LEFT JOIN {AuditEntry._meta.db_table} e ON e.entry = r.entry ORDER BY r.seq"
    )
