"""The readable part of an evidence package."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import batched

from console.audit_log.entry_rows import (
    describe_entry_changes,
    load_names,
    object_name,
    service_name,
)
from console.audit_log.export_formats import format_time
from console.audit_log.operation_labels import label_name, label_text
from console.lists import csv_cells
from tenants.audit.integrity.merkle import SUBJECT_FIELDS, mentions_subject
from tenants.audit.models import AuditEntry

BATCH_SIZE = 500  # entries whose services are looked up together
EVIDENCE_COLUMNS = (
    "row time actor role what effect outcome code region service client changes reason ticket entry"
).split()


def write_changes_csv(organization: int, entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield CSV lines, one per entry, with subjects removed."""
    yield from csv_cells.csv_lines([EVIDENCE_COLUMNS])
    for some in batched(map(redact_subject, entries), BATCH_SIZE):
        yield from csv_cells.csv_lines(_csv_rows(organization, some))


def redact_subject(entry: AuditEntry) -> AuditEntry:
    """Remove the subject, and values that contain it, from an entry."""
    if entry.subject:
        for name in reversed(SUBJECT_FIELDS):  # the subject itself comes last
            if mentions_subject(entry.subject, getattr(entry, name)):
                setattr(entry, name, "[]" if name == "changed" else "")
    return entry


def _csv_rows(organization: int, entries: Sequence[AuditEntry]) -> Iterator[list[str]]:
    names = load_names(organization, entries)
    for entry in entries:
        yield [
            str(entry.seq),
            format_time(entry.at),
            entry.actor,
            entry.role,
            label_text(label_name(entry), object_name(entry, names)),
            entry.effect,
            str(entry.effective_outcome.label),
            entry.code,
            entry.region,
            service_name(entry, names),
            entry.client,
            "; ".join(
                f"{one.label}: {one.before} → {one.after}" for one in describe_entry_changes(entry)
            ),
            entry.reason,
            entry.ticket,
            entry.entry,
        ]
