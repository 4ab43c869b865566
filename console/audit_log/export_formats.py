"""Format audit entries as CSV or JSON Lines.

Works page by page and column by column, so that repeated values are formatted once per page.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from itertools import batched
from typing import Any

from django.http import QueryDict

from console.audit_log.entry_rows import (
    describe_entry_changes,
    load_names,
    object_name,
    service_name,
)
from console.audit_log.operation_labels import label_name, label_text
from console.audit_log.search_form import AuditSearchForm
from console.lists import csv_cells
from tenants.audit.integrity.merkle import SUBJECT_FIELDS, mentions_subject
from tenants.audit.models import AuditEntry
from tenants.audit.search.entries import iterate_columns, search_entries
from tenants.audit.search.filters import EntryFilters
from tenants.audit.search.paging import MAX_SEQ, older_cursor
from tenants.authlete.json.reader import replace_surrogates
from tenants.models import Organization

PAGE_SIZE = 1000  # entries that are read at once
EXPORT_COLUMNS = (
    "time entry actor role organization region operation effect outcome status"
    " code service client subject object label reason ticket page address attempt"
    " changed surprises ended"
).split()
DATABASE_COLUMNS = [{"time": "at", "ended": "ended_at"}.get(name, name) for name in EXPORT_COLUMNS]
UNIQUE_COLUMNS = {"time", "entry", "ended"}  # hardly any value twice

_json = json.JSONEncoder(ensure_ascii=False).encode

# Precomputed parts of timestamps: formatting each one takes most of an export's time.
MINUTES_AND_SECONDS = [f"{minute:02}:{second:02}" for minute in range(60) for second in range(60)]
MILLISECONDS_SUFFIX = [f".{milliseconds:03}Z" for milliseconds in range(1000)]

type ExportRow = Sequence[Any]
type CellFormatter = Callable[[Any], Any]


class SearchSyntaxError(Exception):
    """The search text is invalid."""


def parse_search(organization: Organization, query: str) -> AuditSearchForm:
    """Parse a search as typed; raises `SearchSyntaxError`."""
    data = QueryDict(mutable=True)
    data["q"] = query
    form = AuditSearchForm(data, organization)
    if not form.is_valid():
        messages = [str(error) for errors in form.errors.values() for error in errors]
        raise SearchSyntaxError(" ".join(messages))
    return form


def iter_entries(
    organization: int, filters: EntryFilters, max_seq: int = MAX_SEQ
) -> Iterator[AuditEntry]:
    """Yield the matching entries up to ``last``, one page at a time."""
    cursor = "" if max_seq == MAX_SEQ else older_cursor(organization, max_seq + 1)
    while True:
        page = search_entries(organization, filters, cursor, size=PAGE_SIZE)
        yield from page.rows
        cursor = page.older
        if not cursor:
            return


def iter_row_pages(
    organization: int, filters: EntryFilters, max_seq: int = MAX_SEQ
) -> Iterator[Sequence[ExportRow]]:
    """Yield the exported columns of matching entries, in pages."""
    columns = ["seq", *DATABASE_COLUMNS]
    for page in iterate_columns(organization, filters, columns, size=PAGE_SIZE, last_seq=max_seq):
        yield [row[1:] for row in page]


def write_csv(pages: Iterable[Sequence[ExportRow]]) -> Iterator[str]:
    """Yield CSV lines; times are ISO 8601 in UTC, and cells can't be formulas."""
    yield from csv_cells.csv_lines([EXPORT_COLUMNS])
    for page in pages:
        yield from csv_cells.format_rows(_format_page(page, _CSV_FORMATTERS, _csv_cell))


def write_jsonl(pages: Iterable[Sequence[ExportRow]]) -> Iterator[str]:
    """Yield one JSON object per entry."""
    for page in pages:
        yield from map(_JSONL_TEMPLATE.__mod__, _format_page(page, _JSON_FORMATTERS, _json_value))


def format_time(microseconds: int) -> str:
    """Format microseconds since 1970 as ISO 8601 in UTC."""
    seconds, milliseconds = divmod(microseconds // 1000, 1000)
    hour, seconds = divmod(seconds, 3600)
    return f"{_format_hour(hour)}{MINUTES_AND_SECONDS[seconds]}{MILLISECONDS_SUFFIX[milliseconds]}"


@lru_cache
def _format_hour(hour: int) -> str:
    text = datetime.fromtimestamp(3600 * hour, UTC).isoformat(timespec="hours")
    return text.replace("+00:00", ":")


def _format_page(
    page: Sequence[ExportRow], formatters: Mapping[str, CellFormatter], default: CellFormatter
) -> Iterator[ExportRow]:
    """Format rows column by column; ``default`` applies to columns without a formatter."""
    by_column = [
        _format_column(name, formatters.get(name, default), values)
        for name, values in zip(EXPORT_COLUMNS, zip(*page, strict=True), strict=True)
    ]
    return zip(*by_column, strict=True)


def _format_column(name: str, formatter: CellFormatter, values: Sequence[Any]) -> Iterable[Any]:
    if name in UNIQUE_COLUMNS:
        return map(formatter, values)
    changed = {
        value: formatted for value in {*values} if (formatted := formatter(value)) is not value
    }
    return map(changed.get, values, values) if changed else values


def _csv_cell(value: Any) -> Any:
    return None if value is None else csv_cells.safe_cell(value)


def _csv_time(value: int | None) -> str | None:
    return None if value is None else format_time(value)


def _csv_json(value: str) -> Any:
    """Format JSON without a leading apostrophe, which would change it."""
    if value == "[]":
        return None
    text = _json(json.loads(value))
    return csv_cells.safe_cell(
        text if csv_cells.safe_cell(text) == text else text.replace(";", "\\u003b")
    )


def _json_value(value: Any) -> Any:
    return value if type(value) is int else replace_surrogates(_json(value))


def _json_time(value: int | None) -> str:
    return "null" if value is None else f'"{format_time(value)}"'


def _json_text(value: str) -> str:
    return value if value == "[]" else replace_surrogates(_json(json.loads(value)))


_JSONL_TEMPLATE = f"{{{', '.join(f'"{name}": %s' for name in EXPORT_COLUMNS)}}}\n"
_CSV_FORMATTERS: dict[str, CellFormatter] = {
    "time": _csv_time,
    "ended": _csv_time,
    "changed": _csv_json,
    "surprises": _csv_json,
}
_JSON_FORMATTERS: dict[str, CellFormatter] = {
    "time": _json_time,
    "ended": _json_time,
    "changed": _json_text,
    "surprises": _json_text,
}


BATCH_SIZE = 500  # entries whose services are looked up together
EVIDENCE_COLUMNS = (
    "time actor role what effect outcome code region service client changes reason ticket entry"
).split()


def write_changes_csv(organization: int, entries: Iterable[AuditEntry]) -> Iterator[str]:
    """Yield CSV lines, one per entry, with subjects removed."""
    yield from csv_cells.csv_lines([EVIDENCE_COLUMNS])
    for batch in batched(map(redact_subject, entries), BATCH_SIZE):
        yield from csv_cells.csv_lines(_csv_rows(organization, batch))


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
                f"{change.label}: {change.before} → {change.after}"
                for change in describe_entry_changes(entry)
            ),
            entry.reason,
            entry.ticket,
            entry.entry,
        ]
