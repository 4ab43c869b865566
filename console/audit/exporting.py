"""Entries of the record as files: of exactly what is asked for, newest first."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from django.http import QueryDict

from console.audit.forms import RecordForm
from console.editing import cells
from tenants.audit.models import AuditEntry
from tenants.audit.search import Filters, search
from tenants.models import Organization

SIZE = 500  # entries that are read at once
COLUMNS = (
    "seq time entry actor role organization region operation effect outcome status"
    " code service client subject object label reason ticket page address attempt"
    " changed surprises ended outcome_seq"
).split()


class NotUnderstood(Exception):
    """What was asked for is no search; says why."""


def asked(organization: Organization, query: str) -> RecordForm:
    """The form of a search as people type it; raises `NotUnderstood`."""
    given = QueryDict(mutable=True)
    given["q"] = query
    form = RecordForm(given, organization)
    if not form.is_valid():
        said = [str(one) for errors in form.errors.values() for one in errors]
        raise NotUnderstood(" ".join(said))
    return form


def found(organization: int, filters: Filters) -> Iterator[AuditEntry]:
    """All entries that fit, a page at a time."""
    cursor = ""
    while True:
        page = search(organization, filters, cursor, size=SIZE)
        yield from page.entries
        cursor = page.older
        if not cursor:
            return


def csv(entries: Iterable[AuditEntry]) -> Iterator[str]:
    """One line an entry; times are ISO 8601 in UTC, and no cell is a formula."""
    yield from cells.lines([COLUMNS])
    yield from cells.lines([_cell(one, name) for name in COLUMNS] for one in entries)


def _cell(entry: AuditEntry, name: str) -> object:
    match name:
        case "time":
            return iso(entry.at)
        case "ended":
            return "" if entry.ended_at is None else iso(entry.ended_at)
        case "changed" | "surprises":
            said = json.loads(getattr(entry, name))
            return json.dumps(said, ensure_ascii=False) if said else ""
        case _:
            value = getattr(entry, name)
            return "" if value is None else value


def iso(microseconds: int) -> str:
    moment = datetime.fromtimestamp(microseconds / 1e6, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
