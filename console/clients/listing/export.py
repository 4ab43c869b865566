"""A list of clients as a file: of exactly what is asked for, one client a line."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from console.clients.listing.rows import ClientRow, iso_time
from console.lists import csv_cells
from console.web.access import Member
from tenants.audit.events import CLIENTS_EXPORTED
from tenants.audit.recorder import record_event
from tenants.authlete.changes import FieldChange
from tenants.authlete.json.reader import replace_surrogates_in

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
}
EXPORT_FIELDS: Mapping[str, Callable[[ClientRow], Any]] = {
    "region": lambda row: row.region,
    "service_id": lambda row: row.service_id,
    "service": lambda row: row.service,
    "client_id": lambda row: row.client_id,
    "client_id_alias": lambda row: row.alias,
    "name": lambda row: row.name,
    "type": lambda row: row.client_type,
    "auth_method": lambda row: row.auth_method,
    "grant_types": lambda row: list(row.grants),
    "redirect_hosts": lambda row: list(row.hosts),
    "source": lambda row: row.source,
    "locked": lambda row: row.locked,
    "created_at": lambda row: iso_time(row.created_at),
    "modified_at": lambda row: iso_time(row.modified_at),
    "seen_at": lambda row: row.seen_at.isoformat() if row.seen_at else "",
}


def export_clients(
    member: Member,
    file_format: str,
    rows: Iterable[ClientRow],
    count: int,
    filter_query: str,
    *,
    region: str = "",
    service: str = "",
) -> StreamingHttpResponse:
    """The file; that it was taken is kept first, with ``asked`` and ``count``.

    Raises `NotRecorded`, and then there is none.
    """
    record_event(
        member.actor,
        CLIENTS_EXPORTED,
        label=f"{count} clients, {file_format}",
        object=filter_query or "all",
        changes=[
            FieldChange("query", None, filter_query),
            FieldChange("rows", None, count),
        ],
        region=region,
        service=service,
    )
    lines = _csv_lines(rows) if file_format == "csv" else _json_lines(rows)
    response = StreamingHttpResponse(lines, content_type=CONTENT_TYPES[file_format])
    day = timezone.localdate().isoformat()
    place = f"{region}-{service}-" if service else ""
    response["Content-Disposition"] = f'attachment; filename="clients-{place}{day}.{file_format}"'
    response["Cache-Control"] = "no-store"
    return response


def _csv_lines(rows: Iterable[ClientRow]) -> Iterator[str]:
    yield from csv_cells.csv_lines([EXPORT_FIELDS])
    yield from csv_cells.csv_lines([tell(row) for tell in EXPORT_FIELDS.values()] for row in rows)


def _json_lines(rows: Iterable[ClientRow]) -> Iterator[str]:
    for row in rows:
        told = {name: tell(row) for name, tell in EXPORT_FIELDS.items()}
        yield json.dumps(replace_surrogates_in(told), ensure_ascii=False) + "\n"
