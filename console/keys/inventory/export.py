"""The inventory as a file: exactly what is asked for, one key or certificate a line."""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone

from console.keys.inventory.rows import KeyRow
from console.lists import csv_cells
from console.web.access import Member
from tenants.audit.events import KEYS_EXPORTED
from tenants.audit.recorder import record_event
from tenants.authlete.changes import FieldChange

EXPORT_FIELDS: Mapping[str, Callable[[KeyRow], Any]] = {
    "region": lambda row: row.key.region,
    "service_id": lambda row: row.key.service_id,
    "service": lambda row: row.service,
    "client_id": lambda row: row.key.client_id or "",
    "owner": lambda row: row.key.owner,
    "kind": lambda row: row.key.kind,
    "kid": lambda row: row.key.kid,
    "kty": lambda row: row.key.kty,
    "use": lambda row: row.key.use,
    "alg": lambda row: row.key.alg,
    "shape": lambda row: row.key.shape,
    "thumbprint": lambda row: row.key.thumbprint,
    "subject": lambda row: row.key.subject,
    "ends_at": lambda row: row.expires_at.isoformat() if row.expires_at else "",
    "marks": lambda row: row.key.marks,
    "named_by": lambda row: row.key.used_by,
    "as_last_seen": lambda row: row.is_stale,
}


def export_csv(
    member: Member, rows: Iterable[KeyRow], count: int, filter_query: str
) -> StreamingHttpResponse:
    """The file; that it was taken is kept first, with ``asked`` and ``count``.

    Raises `NotRecorded`, and then there is none.
    """
    record_event(
        member.actor,
        KEYS_EXPORTED,
        label=f"{count} keys, csv",
        object=filter_query or "all",
        changes=[
            FieldChange("query", None, filter_query),
            FieldChange("rows", None, count),
        ],
    )
    told = ([tell(row) for tell in EXPORT_FIELDS.values()] for row in rows)
    lines = csv_cells.csv_lines(chain([EXPORT_FIELDS], told))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="keys-{day}.csv"'
    response["Cache-Control"] = "no-store"
    return response
