"""Telling from the times of rows that a clock was set otherwise.

The order of rows does not depend on clocks. Several processes write in turns, each by
its own, so a clock that is ahead shows only once a row by another follows, and one that
stays ahead would make every later row seem late. So their times are followed apart, and
each that turns up beside another is told once, until it has not been met for a while.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

CLOCK = 60_000_000  # microseconds that a later row may seem earlier
WHILE = 50  # rows


@dataclass(slots=True)
class _Clock:
    latest: int  # microseconds since 1970
    first: int  # the row that it was met in
    last: int
    is_told: bool = False


class Clocks:
    """What clocks the rows were written by, as their times tell."""

    def __init__(self) -> None:
        self._met: list[_Clock] = []  # the furthest ahead last

    def add(self, row: int, at: int) -> list[str]:
        """Follow the next row; what is to be told now."""
        if self._met and abs(at - self._met[-1].latest) <= CLOCK:
            same, ahead = self._met[-1], []  # nearly always
        else:
            met = [one for one in self._met if row - one.last <= WHILE]
            below = [one for one in met if one.latest <= at + CLOCK]
            ahead = met[len(below) :]
            if not below or at > below[-1].latest + CLOCK:
                self._met = [*below, _Clock(at, row, row, bool(ahead)), *ahead]
                if not ahead:
                    return []
                how = "behind a row before it"
                return [_told(row, ahead[0].latest - at, how), *_odd(ahead[1:], at)]
            self._met, same = met, below[-1]
        same.latest, same.last = max(same.latest, at), row
        return [] if same.is_told else _odd(ahead, at)


def _odd(ahead: Sequence[_Clock], at: int) -> list[str]:
    """Those that were not told yet, which now are."""
    odd = [one for one in ahead if not one.is_told]
    for one in odd:
        one.is_told = True
    how = "ahead of a later row"
    return [_told(one.first, one.latest - at, how) for one in odd]


def _told(row: int, apart: int, how: str) -> str:
    span = timedelta(seconds=round(apart / 1_000_000))
    return f"row {row}: a clock was set otherwise, {span} {how}"
