"""Detect clock changes from the times of rows.

Several processes write in turns, each with its own clock. Their times are tracked separately, so
that a clock that stays ahead is reported once instead of at every later row.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

TOLERANCE_MICROSECONDS = 60_000_000  # microseconds that a later row may seem earlier
FORGET_AFTER_ROWS = 50  # rows


@dataclass(slots=True)
class _ObservedClock:
    latest_time: int  # microseconds since 1970
    first_row: int  # the row that it was met in
    last_row: int
    is_reported: bool = False


class ClockSkewDetector:
    """Tracks the clocks by which rows were written."""

    def __init__(self) -> None:
        self._clocks: list[_ObservedClock] = []  # the furthest ahead last

    def observe(self, row: int, time: int) -> list[str]:
        """Track the next row and return new warnings."""
        if self._clocks and abs(time - self._clocks[-1].latest_time) <= TOLERANCE_MICROSECONDS:
            same, ahead = self._clocks[-1], []  # nearly always
        else:
            met = [one for one in self._clocks if row - one.last_row <= FORGET_AFTER_ROWS]
            below = [one for one in met if one.latest_time <= time + TOLERANCE_MICROSECONDS]
            ahead = met[len(below) :]
            if not below or time > below[-1].latest_time + TOLERANCE_MICROSECONDS:
                self._clocks = [
                    *below,
                    _ObservedClock(time, row, row, bool(ahead)),
                    *ahead,
                ]
                if not ahead:
                    return []
                how = "behind an earlier row"
                return [
                    _format_warning(row, ahead[0].latest_time - time, how),
                    *_report_new(ahead[1:], time),
                ]
            self._clocks, same = met, below[-1]
        same.latest_time, same.last_row = max(same.latest_time, time), row
        return [] if same.is_reported else _report_new(ahead, time)


def _report_new(ahead: Sequence[_ObservedClock], time: int) -> list[str]:
    """Return warnings for clocks that weren't reported yet."""
    odd = [one for one in ahead if not one.is_reported]
    for one in odd:
        one.is_reported = True
    how = "ahead of a later row"
    return [_format_warning(one.first_row, one.latest_time - time, how) for one in odd]


def _format_warning(row: int, difference: int, direction: str) -> str:
    span = timedelta(seconds=round(difference / 1_000_000))
    return f"row {row}: clock difference, {span} {direction}"
