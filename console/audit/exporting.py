"""Entries of the record as files: of exactly what is asked for, newest first."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any

from django.http import QueryDict

from console.audit.forms import RecordForm
from console.editing import cells
from tenants.audit.filters import Filters
from tenants.audit.models import AuditEntry
from tenants.audit.search import search
from tenants.models import Organization

SIZE = 500  # entries that are read at once
COLUMNS = (
    "seq time entry actor role organization region operation effect outcome status"
    " code service client subject object label reason ticket page address attempt"
    " changed surprises ended outcome_seq"
).split()
JSON = ("changed", "surprises")
READ = attrgetter(
    *({"time": "at", "ended": "ended_at"}.get(name, name) for name in COLUMNS)
)


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
    yield from cells.lines(map(_cells, entries))


def _cells(entry: AuditEntry) -> list[object]:
    told = {name: "" if one is None else one for name, one in values(entry).items()}
    for name in JSON:
        said = told[name]
        told[name] = json.dumps(said, ensure_ascii=False) if said else ""
    return list(told.values())


def values(entry: AuditEntry) -> dict[str, Any]:
    """What is told of an entry, by column."""
    told: dict[str, Any] = dict(zip(COLUMNS, READ(entry), strict=True))
    told["time"] = iso(entry.at)
    if entry.ended_at is not None:
        told["ended"] = iso(entry.ended_at)
    for name in JSON:
        told[name] = [] if told[name] == "[]" else json.loads(told[name])
    return told


def iso(microseconds: int) -> str:
    moment = datetime.fromtimestamp(microseconds / 1e6, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
