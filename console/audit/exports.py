"""Stream the entries of a search as a file, newest first, with subjects masked."""

from collections.abc import Iterable
from itertools import batched

from django.http import StreamingHttpResponse
from django.utils import timezone

from console.audit_log import export_formats
from console.audit_log.export_formats import ExportRow, redact_subject
from console.audit_log.search_form import AuditSearchForm
from console.templatetags.text import mask
from console.web.access import Member
from tenants.audit.events import AUDIT_EXPORT
from tenants.audit.integrity import merkle
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import record_event
from tenants.audit.search.entries import MAX_COUNTED, count_entries, find_last_seq
from tenants.audit.search.filters import EntryFilters
from tenants.authlete.changes import FieldChange

PRINT_FORMAT = "print"
MAX_PRINTED_ENTRIES = 1000  # entries; a browser lays out no more within a moment
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
}
WRITERS = {"csv": export_formats.write_csv, "jsonl": export_formats.write_jsonl}
LINES_PER_CHUNK = 100  # lines that are sent at once
SUBJECT_INDEX = export_formats.EXPORT_COLUMNS.index("subject")
# What may name the subject of its entry, and what then stands in its place.
SUBJECT_COLUMNS = [
    (at, "[]" if name == "changed" else "")
    for at, name in enumerate(export_formats.EXPORT_COLUMNS)
    if name in merkle.SUBJECT_FIELDS
]


def log_export(
    member: Member, form: AuditSearchForm, filters: EntryFilters, file_format: str
) -> int:
    """Log the export and return the sequence number of its last entry.

    Raises `AuditUnavailableError`; then nothing may be exported.
    """
    last = find_last_seq(member.organization.pk)
    number = count_entries(member.organization.pk, filters, last_seq=last)
    rows = number if number <= MAX_COUNTED else f"> {MAX_COUNTED}"
    record_event(
        member.actor,
        AUDIT_EXPORT,
        object=form.loggable_text or "all",
        label=f"{rows} entries, {file_format}",
        changes=[
            FieldChange("query", None, form.loggable_text),
            FieldChange("rows", None, rows),
        ],
    )
    return last


def stream_file(member: Member, form: AuditSearchForm, file_format: str) -> StreamingHttpResponse:
    """Log the export, then stream the file."""
    filters = form.to_filters()
    last = log_export(member, form, filters, file_format)
    pages = map(mask_page, export_formats.iter_row_pages(member.organization.pk, filters, last))
    lines = WRITERS[file_format](pages)
    sent = map("".join, batched(lines, LINES_PER_CHUNK))
    response = StreamingHttpResponse(sent, content_type=CONTENT_TYPES[file_format])
    name = f"record-{member.organization.slug}-{timezone.localdate().isoformat()}"
    response["Content-Disposition"] = f'attachment; filename="{name}.{file_format}"'
    response["Cache-Control"] = "no-store"
    return response


def mask_entry(entry: AuditEntry) -> AuditEntry:
    """Mask the subject of an entry, and remove values that contain it."""
    subject = entry.subject and mask(entry.subject)
    entry = redact_subject(entry)
    entry.subject = subject
    return entry


def mask_page(page: Iterable[ExportRow]) -> list[ExportRow]:
    """Mask subjects and remove values that contain them."""
    return [_mask_row(row) if row[SUBJECT_INDEX] else row for row in page]


def _mask_row(row: ExportRow) -> ExportRow:
    told, subject = [*row], row[SUBJECT_INDEX]
    for at, hidden in SUBJECT_COLUMNS:
        if merkle.mentions_subject(subject, told[at]):
            told[at] = hidden
    told[SUBJECT_INDEX] = mask(subject)
    return told
