"""Verification of the whole audit log, against an export of what it reads."""

from django.db import connection

from bench.audit_export import export_rows, export_with_cursor
from bench.environment import BenchEnvironment
from bench.report import Ratio, print_lines
from bench.subprocess_usage import measure_in_subprocess


def measure(stage: BenchEnvironment) -> None:
    little, much = stage.records()
    if not much.is_chained:
        print_lines("", "Verification needs a chain: no more than a million entries")
        return
    print_lines("", f"Verifying, {connection.vendor}: rows per CPU second, and memory")
    few, many = (measure_in_subprocess(log.url, verify, little.url) for log in (little, much))
    read = measure_in_subprocess(much.url, read_with_cursor, little.url)
    usage = measure_in_subprocess(much.url, export_rows, little.url)
    memory = (
        f"{many.items:,} in {many.seconds:.0f} s, +{many.peak_mb:.1f} MB; "
        f"{few.items:,}: +{few.peak_mb:.1f} MB"
    )
    print_lines(
        Ratio(
            "rows verified: the same columns by a bare cursor",
            many.rate_per_cpu_second,
            read.rate_per_cpu_second,
            "/s",
            ">= 0.6x",
            memory,
        ),
        Ratio(
            "rows verified: rows exported",
            many.rate_per_cpu_second,
            usage.rate_per_cpu_second,
            "/s",
        ),
        Ratio("rows verified: of little", many.rate_per_cpu_second, few.rate_per_cpu_second, "/s"),
    )


def verify() -> int:
    """Verify all rows; return their number. Raises `ValueError` if verification fails."""
    from tenants.audit.integrity.verify import verify_audit_log

    report = verify_audit_log()
    if report.first_bad_row:
        raise ValueError(f"not whole: {report.first_bad_row}")
    return report.rows


def read_with_cursor() -> int:
    """Read what `verify` reads; return the number of rows."""
    from tenants.audit.models import AuditEntry, AuditRecord

    return export_with_cursor(
        f"SELECT r.*, e.* FROM {AuditRecord._meta.db_table} r"  # noqa: S608
        f" LEFT JOIN {AuditEntry._meta.db_table} e ON e.entry = r.entry ORDER BY r.seq"
    )
