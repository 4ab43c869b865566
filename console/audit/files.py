"""A search of the record as a file: exactly what it finds, newest first, however much.

Entries are read a page at a time while the file is being sent. Who reads the record
sees no subject whole, here as little as on its pages.
"""

import json
from collections.abc import Iterable, Iterator

from django.http import StreamingHttpResponse
from django.utils import timezone

from console.access import Member
from console.audit import exporting
from console.audit.forms import RecordForm
from console.audit.telling import veiled
from console.templatetags.words import mask
from tenants.audit.events import AUDIT_EXPORT
from tenants.audit.models import AuditEntry
from tenants.audit.notes import note
from tenants.audit.search import MOST, count
from tenants.authlete.changes import Change
from tenants.authlete.reading import clean

PRINT = "print"
PRINTED = 1000  # entries; a browser lays out no more within a moment
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}


def keep(member: Member, form: RecordForm, kind: str) -> None:
    """Keep that the search is taken out; raises `NotRecorded`, and then it is not."""
    number = count(member.organization.pk, form.filters())
    rows = number if number <= MOST else f"> {MOST}"
    note(
        member.who,
        AUDIT_EXPORT,
        object=form.told or "all",
        label=f"{rows} entries, {kind}",
        changes=[Change("query", None, form.told), Change("rows", None, rows)],
    )


def export(member: Member, form: RecordForm, kind: str) -> StreamingHttpResponse:
    """The file; that it is taken is kept first."""
    keep(member, form, kind)
    entries = map(masked, exporting.found(member.organization.pk, form.filters()))
    lines = exporting.csv(entries) if kind == "csv" else jsonl(entries)
    response = StreamingHttpResponse(lines, content_type=KINDS[kind])
    name = f"record-{member.organization.slug}-{timezone.localdate().isoformat()}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def masked(entry: AuditEntry) -> AuditEntry:
    """The entry with the end of its subject at most, and without what names it."""
    if subject := entry.subject:
        entry = veiled(entry)
        entry.subject = mask(subject)
    return entry


def jsonl(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """One line an entry."""
    for entry in entries:
        told = json.dumps(exporting.values(entry), ensure_ascii=False)
        yield clean(told) + "\n"
