"""Entries of the audit log with a chosen age."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.writer import writer
from tenants.authlete.outcome import Outcome

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MONTH = timedelta(days=30)
IDA = Actor(1, "ida@acme.example", "admin", 1, "acme", "page-1")
BO = Actor(2, "bo@acme.example", "auditor", 1, "acme", "page-2")
EVE = Actor(3, "eve@other.example", "admin", 2, "other")


def add_entry(
    who=IDA,
    operation="service.get",
    effect="read",
    end=Outcome.SUCCEEDED,
    ago=0,
    ending=(),
    **fields,
):
    """Add an entry ``ago`` (a timedelta) old and return its position."""
    row = record_builder.build_intent(who, operation, effect, **fields)
    at = to_microseconds(NOW - (ago or timedelta(0)))
    row = replace(row, at=at)
    writer.write(
        [row, *([record_builder.build_outcome(row.entry, end, **dict(ending))] if end else [])]
    )
    return AuditEntry.objects.get(entry=row.entry).seq
