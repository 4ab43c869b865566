"""A search of the record as a file: exactly what it finds, newest first, however much.

Entries are read a page at a time while the file is being sent. Who reads the record
sees no subject whole, here as little as on its pages.
"""

from collections.abc import Iterable
from itertools import batched

from django.http import StreamingHttpResponse
from django.utils import timezone

from console.access import Member
from console.audit import exporting
from console.audit.exporting import Row
from console.audit.forms import RecordForm
from console.audit.telling import veiled
from console.templatetags.words import mask
from tenants.audit import tree
from tenants.audit.events import AUDIT_EXPORT
from tenants.audit.filters import Filters
from tenants.audit.models import AuditEntry
from tenants.audit.notes import note
from tenants.audit.search import MOST, count, newest
from tenants.authlete.changes import Change

PRINT = "print"
PRINTED = 1000  # entries; a browser lays out no more within a moment
KINDS = {"csv": "text/csv; charset=utf-8", "jsonl": "application/jsonl; charset=utf-8"}
WRITE = {"csv": exporting.csv, "jsonl": exporting.jsonl}
TOGETHER = 100  # lines that are sent at once
SUBJECT = exporting.COLUMNS.index("subject")
# What may name the subject of its entry, and what then stands in its place.
MAY_NAME = [
    (at, "[]" if name == "changed" else "")
    for at, name in enumerate(exporting.COLUMNS)
    if name in tree.MAY_NAME
]


def keep(member: Member, form: RecordForm, filters: Filters, kind: str) -> int:
    """Keep that the search is taken out, and up to which entry, which comes before
    the one that says so; raises `NotRecorded`, and then it is not."""
    last = newest(member.organization.pk)
    number = count(member.organization.pk, filters, last=last)
    rows = number if number <= MOST else f"> {MOST}"
    note(
        member.who,
        AUDIT_EXPORT,
        object=form.told or "all",
        label=f"{rows} entries, {kind}",
        changes=[Change("query", None, form.told), Change("rows", None, rows)],
    )
    return last


def export(member: Member, form: RecordForm, kind: str) -> StreamingHttpResponse:
    """The file; that it is taken is kept first."""
    filters = form.filters()
    last = keep(member, form, filters, kind)
    pages = map(masked, exporting.rows(member.organization.pk, filters, last))
    lines = WRITE[kind](pages)
    sent = map("".join, batched(lines, TOGETHER))
    response = StreamingHttpResponse(sent, content_type=KINDS[kind])
    name = f"record-{member.organization.slug}-{timezone.localdate().isoformat()}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    response["Cache-Control"] = "no-store"
    return response


def covered(entry: AuditEntry) -> AuditEntry:
    """The same for an entry that is shown."""
    subject = entry.subject and mask(entry.subject)
    entry = veiled(entry)
    entry.subject = subject
    return entry


def masked(page: Iterable[Row]) -> list[Row]:
    """Entries with the end of their subject at most, and without what names it."""
    return [_masked(row) if row[SUBJECT] else row for row in page]


def _masked(row: Row) -> Row:
    told, subject = [*row], row[SUBJECT]
    for at, hidden in MAY_NAME:
        if tree.is_named(subject, told[at]):
            told[at] = hidden
    told[SUBJECT] = mask(subject)
    return told
