"""Entries of the record as files: of exactly what is asked for, newest first.

They are read and told a page at a time and a column at a time, since most columns say
the same again and again: each value is then told once a page.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.http import QueryDict

from console.audit.forms import RecordForm
from console.editing import cells
from tenants.audit.filters import Filters
from tenants.audit.models import AuditEntry
from tenants.audit.search import LAST, columns, search
from tenants.authlete.reading import clean
from tenants.models import Organization

SIZE = 1000  # entries that are read at once
COLUMNS = (
    "seq time entry actor role organization region operation effect outcome status"
    " code service client subject object label reason ticket page address attempt"
    " changed surprises ended outcome_seq"
).split()
READ = [{"time": "at", "ended": "ended_at"}.get(name, name) for name in COLUMNS]
DISTINCT = {"seq", "time", "entry", "ended", "outcome_seq"}  # hardly any value twice

_json = json.JSONEncoder(ensure_ascii=False).encode

# How a time goes on after its hour: spelling it out each time is most of the cost.
CLOCK = [f"{minute:02}:{second:02}" for minute in range(60) for second in range(60)]
FRACTION = [f".{milliseconds:03}Z" for milliseconds in range(1000)]

type Row = Sequence[Any]  # what `READ` names
type Tell = Callable[[Any], Any]


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


def found(
    organization: int, filters: Filters, last: int = LAST
) -> Iterator[AuditEntry]:
    """All entries that fit and came no later than ``last``, a page at a time."""
    cursor = "" if last == LAST else f"o{last + 1:x}"
    while True:
        page = search(organization, filters, cursor, size=SIZE)
        yield from page.entries
        cursor = page.older
        if not cursor:
            return


def rows(
    organization: int, filters: Filters, last: int = LAST
) -> Iterator[Sequence[Row]]:
    """What files tell of them, in pages."""
    return columns(organization, filters, READ, size=SIZE, last=last)


def csv(pages: Iterable[Sequence[Row]]) -> Iterator[str]:
    """One line an entry; times are ISO 8601 in UTC, and no cell is a formula."""
    yield from cells.lines([COLUMNS])
    for page in pages:
        yield from cells.written(_told(page, _CELLS, _cell))


def jsonl(pages: Iterable[Sequence[Row]]) -> Iterator[str]:
    """One line an entry, an object with a member for each column."""
    for page in pages:
        yield from map(_LINE.__mod__, _told(page, _MEMBERS, _member))


def iso(microseconds: int) -> str:
    seconds, milliseconds = divmod(microseconds // 1000, 1000)
    hour, seconds = divmod(seconds, 3600)
    return f"{_hour(hour)}{CLOCK[seconds]}{FRACTION[milliseconds]}"


@lru_cache
def _hour(hour: int) -> str:
    told = datetime.fromtimestamp(3600 * hour, UTC).isoformat(timespec="hours")
    return told.replace("+00:00", ":")


def _told(
    page: Sequence[Row], tellers: Mapping[str, Tell], tell: Tell
) -> Iterator[Row]:
    """The rows of a page; ``tell`` is for columns that have no teller of their own."""
    by_column = [
        _column(name, tellers.get(name, tell), values)
        for name, values in zip(COLUMNS, zip(*page, strict=True), strict=True)
    ]
    return zip(*by_column, strict=True)


def _column(name: str, tell: Tell, values: Sequence[Any]) -> Iterable[Any]:
    if name in DISTINCT:
        return map(tell, values)
    other = {one: told for one in {*values} if (told := tell(one)) is not one}
    return map(other.get, values, values) if other else values


def _cell(value: Any) -> Any:
    return None if value is None else cells.cell(value)


def _time_cell(value: int | None) -> str | None:
    return None if value is None else iso(value)


def _json_cell(value: str) -> Any:
    """Without an apostrophe, which would be one of a text in it."""
    if value == "[]":
        return None
    text = _json(json.loads(value))
    return cells.cell(
        text if cells.cell(text) == text else text.replace(";", "\\u003b")
    )


def _member(value: Any) -> Any:
    return value if type(value) is int else clean(_json(value))


def _time_member(value: int | None) -> str:
    return "null" if value is None else f'"{iso(value)}"'


def _json_member(value: str) -> str:
    return value if value == "[]" else clean(_json(json.loads(value)))


_LINE = f"{{{', '.join(f'"{name}": %s' for name in COLUMNS)}}}\n"
_CELLS: dict[str, Tell] = {
    "time": _time_cell,
    "ended": _time_cell,
    "changed": _json_cell,
    "surprises": _json_cell,
}
_MEMBERS: dict[str, Tell] = {
    "time": _time_member,
    "ended": _time_member,
    "changed": _json_member,
    "surprises": _json_member,
}
