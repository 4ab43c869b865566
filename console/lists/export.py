"""Export a list as CSV or JSON Lines. Every export is in the audit log."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from console.lists.csv_cells import csv_lines
from console.web.access import ConsoleRequest, Member
from console.web.responses import download_headers
from console.web.step_up import step_up
from tenants.audit.events import AuditEvent
from tenants.audit.recorder import record_event
from tenants.authlete.changes import FieldChange
from tenants.authlete.json.reader import replace_surrogates_in

CONTENT_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}

type ExportFields[Row] = Mapping[str, Callable[[Row], Any]]  # value by column name


def iso_time(time: datetime | None) -> str:
    """Return the time in ISO 8601; empty for none. Texts sort like the times."""
    return time.isoformat() if time else ""


@step_up
def export_rows(
    request: ConsoleRequest,
    member: Member,
    event: AuditEvent,
    noun: str,
    fields: ExportFields[Any],
    rows: Iterable[Any],
    *,
    count: int,
    filter_query: str,
    file_format: str,
    region: str = "",
    service: str = "",
    subject: str = "",
) -> HttpResponseBase:
    """Stream ``rows`` as a file named after ``noun``, such as "clients".

    Requires recent authentication. The audit entry is written first.

    Raises:
        NotRecordedError: the entry could not be written; nothing is exported.

    """
    record_event(
        member.actor,
        event,
        label=f"{count} {noun}, {file_format}",
        object=filter_query or "all",
        changes=[FieldChange("query", None, filter_query), FieldChange("rows", None, count)],
        region=region,
        service=service,
        subject=subject,
    )
    lines = _csv(fields, rows) if file_format == "csv" else _json_lines(fields, rows)
    scope = f"{region}-{service}-" if service else ""
    name = f"{noun}-{scope}{timezone.localdate().isoformat()}.{file_format}"
    return StreamingHttpResponse(
        lines, content_type=CONTENT_TYPES[file_format], headers=download_headers(name)
    )


def _csv[Row](fields: ExportFields[Row], rows: Iterable[Row]) -> Iterator[str]:
    yield from csv_lines([fields])
    yield from csv_lines([value_of(row) for value_of in fields.values()] for row in rows)


def _json_lines[Row](fields: ExportFields[Row], rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        values = {name: value_of(row) for name, value_of in fields.items()}
        yield json.dumps(replace_surrogates_in(values), ensure_ascii=False) + "\n"
