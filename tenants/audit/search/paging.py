"""Pages of search results, newest first, by a keyset cursor in chain order."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from tenants.audit.positions import open_position, seal_position
from tenants.crypto.vault import UnsealError

MAX_SEQ = 2**63 - 1


@dataclass(frozen=True, slots=True)
class SearchPage[Row]:
    """A page of entries, or of groups of entries."""

    rows: list[Row] = field(default_factory=list)
    older: str = ""  # cursor of the next page; empty at the end
    newer: str = ""
    horizon: datetime | None = None  # see `EntryFilters.horizon`


class RowSelector[Row](Protocol):
    """Selects at most ``limit`` rows between two sequence numbers, nearest to the start first."""

    def __call__(self, low: int, high: int, limit: int, *, ascending: bool) -> list[Row]: ...


def load_page[Row](
    organization: int,
    cursor: str,
    size: int,
    horizon: datetime | None,
    select_rows: RowSelector[Row],
    get_seq: Callable[[Row], int],
) -> SearchPage[Row]:
    """Return the page at ``cursor``; the first page if the cursor is invalid."""
    up, seq = _parse_cursor(organization, cursor)
    low, high = (seq + 1, MAX_SEQ) if up else (1, seq - 1)
    rows = select_rows(low, high, size + 1, ascending=up)
    beyond, rows = len(rows) > size, rows[:size]
    if up:
        rows.reverse()
    is_last, is_first = (False, not beyond) if up else (not beyond, seq > MAX_SEQ)
    return SearchPage(
        rows,
        older="" if is_last or not rows else older_cursor(organization, get_seq(rows[-1])),
        newer="" if is_first or not rows else newer_cursor(organization, get_seq(rows[0])),
        horizon=horizon,
    )


def older_cursor(organization: int, seq: int) -> str:
    """Return the cursor of the page with the entries before ``seq``."""
    return f"o{seal_position(organization, seq)}"


def newer_cursor(organization: int, seq: int) -> str:
    """Return the cursor of the page with the entries after ``seq``."""
    return f"n{seal_position(organization, seq)}"


def _parse_cursor(organization: int, cursor: str) -> tuple[bool, int]:
    """Return whether the cursor leads to newer entries, and its sequence number."""
    try:
        return cursor[:1] == "n", open_position(organization, cursor[1:])
    except UnsealError:
        return False, MAX_SEQ + 1
