"""A list of clients as a file: of exactly what is asked for, one client a line."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from console.access import Member
from console.clients.rows import Row, moment
from console.editing import cells
from tenants.audit.events import CLIENTS_EXPORTED
from tenants.audit.notes import note
from tenants.authlete.changes import Change
from tenants.authlete.reading import clean_all

KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
FIELDS: Mapping[str, Callable[[Row], Any]] = {
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
    "created_at": lambda row: moment(row.created_at),
    "modified_at": lambda row: moment(row.modified_at),
    "seen_at": lambda row: row.seen_at.isoformat() if row.seen_at else "",
}


def export(
    member: Member,
    kind: str,
    rows: Iterable[Row],
    count: int,
    asked: str,
    *,
    region: str = "",
    service: str = "",
) -> StreamingHttpResponse:
    """The file; that it was taken is kept first, with ``asked`` and ``count``.

    Raises `NotRecorded`, and then there is none.
    """
    note(
        member.who,
        CLIENTS_EXPORTED,
        label=f"{count} clients, {kind}",
        object=asked or "all",
        changes=[Change("query", None, asked), Change("rows", None, count)],
        region=region,
        service=service,
    )
    lines = _csv(rows) if kind == "csv" else _jsonl(rows)
    response = StreamingHttpResponse(lines, content_type=KINDS[kind])
    day = timezone.localdate().isoformat()
    place = f"{region}-{service}-" if service else ""
    response["Content-Disposition"] = (
        f'attachment; filename="clients-{place}{day}.{kind}"'
    )
    response["Cache-Control"] = "no-store"
    return response


def _csv(rows: Iterable[Row]) -> Iterator[str]:
    yield from cells.lines([FIELDS])
    yield from cells.lines([tell(row) for tell in FIELDS.values()] for row in rows)


def _jsonl(rows: Iterable[Row]) -> Iterator[str]:
    for row in rows:
        told = {name: tell(row) for name, tell in FIELDS.items()}
        yield json.dumps(clean_all(told), ensure_ascii=False) + "\n"
