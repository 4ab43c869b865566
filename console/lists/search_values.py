"""Tests of values in searches: equal, within a range, matching a pattern, set or not."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

type Atom = bool | int | str

MIN_NUMBER, MAX_NUMBER = -(2**63), 2**63 - 1
NUMBER_PATTERN = re.compile(r"-?\d{1,18}", re.ASCII)
DURATION_PATTERN = re.compile(r"(\d{1,9})(s|min|m|h|d|w)", re.ASCII)
AGE_PATTERN = re.compile(r"-?(\d{1,5})(min|h|d|w)", re.ASCII)
MONTH_PATTERN = re.compile(r"(\d{4})(?:-(\d\d))?", re.ASCII)
UNIT_SECONDS = {"s": 1, "min": 60, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


class NumberRange(NamedTuple):
    """The numbers from ``low`` to ``high``, both included."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class RangeTest:
    """Whether a number is in a range."""

    range: NumberRange

    def matches(self, atoms: Sequence[Atom]) -> bool:
        low, high = self.range
        return any(
            low <= atom <= high
            for atom in atoms
            if isinstance(atom, int) and not isinstance(atom, bool)
        )


@dataclass(frozen=True, slots=True)
class FlagTest:
    """Whether a flag is on; off and not set are the same."""

    is_on: bool

    def matches(self, atoms: Sequence[Atom]) -> bool:
        return (True in atoms) is self.is_on


@dataclass(frozen=True, slots=True)
class TextTest:
    """Whether a text is the same, ignoring case."""

    text: str

    def matches(self, atoms: Sequence[Atom]) -> bool:
        expected = self.text.lower()
        return any(str(atom).lower() == expected for atom in atoms)


@dataclass(frozen=True, slots=True)
class PatternTest:
    """Whether a text matches a pattern in which ``*`` stands for anything."""

    pattern: str

    def build_regex(self, other: str = r"[^\n]", *, is_backtracking: bool) -> str:
        """Return the pattern as a regular expression; ``other`` is what a wildcard stands for.

        A backtracking engine would try each part at each place of a text. There, a part is
        matched at its first place only, which is enough.
        """
        first, *parts = map(re.escape, self.pattern.split("*"))
        if not parts:
            return first
        template = "(?>{}*?{})" if is_backtracking else "{}*{}"
        middle = "".join(template.format(other, part) for part in parts[:-1])
        return f"{first}{middle}{other}*{parts[-1]}"

    @property
    def longest_part(self) -> str:
        """The longest part without wildcards, in lower case."""
        return max(self.pattern.lower().split("*"), key=len)

    def matches(self, atoms: Sequence[Atom]) -> bool:
        regex = re.compile(self.build_regex(is_backtracking=True), re.IGNORECASE)
        return any(regex.fullmatch(str(atom)) for atom in atoms)


@dataclass(frozen=True, slots=True)
class SetTest:
    """Whether there is a value: ``*`` or ``none``; a text that says "none" counts as none."""

    is_set: bool

    def matches(self, atoms: Sequence[Atom]) -> bool:
        has_value = any(str(atom).lower() != "none" for atom in atoms)
        return has_value is self.is_set


type ValueTest = RangeTest | FlagTest | TextTest | PatternTest | SetTest


def to_atoms(value: Any) -> Sequence[Atom]:
    """Return the single values of a setting's value."""
    if value is None or value == "":
        return ()
    return value if isinstance(value, list | tuple) else (value,)


def parse_number(text: str) -> NumberRange | None:
    """Parse a whole number."""
    return NumberRange(int(text), int(text)) if NUMBER_PATTERN.fullmatch(text) else None


def parse_duration(text: str) -> NumberRange | None:
    """Parse seconds, or a duration with a unit such as ``12h``."""
    if match := DURATION_PATTERN.fullmatch(text.lower()):
        seconds = int(match[1]) * UNIT_SECONDS[match[2]]
        return NumberRange(seconds, seconds)
    return parse_number(text)


def parse_moment(text: str) -> NumberRange | None:
    """Parse a day, month, year, time, an age such as ``30d``, or milliseconds since 1970.

    Without a UTC offset, it's in the reader's time zone.
    """
    try:
        return _parse_moment(text.lower())
    except (ValueError, OverflowError):  # such as 2026-02-30
        return None


def _parse_moment(text: str) -> NumberRange | None:
    today = timezone.localdate()
    if text == "today":
        return _days(today, today + timedelta(days=1))
    if text == "yesterday":
        return _days(today - timedelta(days=1), today)
    if match := AGE_PATTERN.fullmatch(text):
        age = timedelta(seconds=int(match[1]) * UNIT_SECONDS[match[2]])
        return _instant(timezone.now() - age)
    if match := MONTH_PATTERN.fullmatch(text):
        year, month = int(match[1]), int(match[2] or 0)
        first = today.replace(year=year, month=month or 1, day=1)
        months = year * 12 + (month or 12)
        return _days(first, first.replace(year=months // 12, month=months % 12 + 1))
    if NUMBER_PATTERN.fullmatch(text):
        return parse_number(text)
    if day := parse_date(text):
        return _days(day, day + timedelta(days=1))
    if moment := parse_datetime(text.upper()):
        return _instant(moment if timezone.is_aware(moment) else timezone.make_aware(moment))
    return None


def _days(first: Any, after: Any) -> NumberRange:
    """Return the milliseconds from the start of a day to the start of another."""
    low, high = (
        timezone.make_aware(datetime.combine(day, clock_time.min)) for day in (first, after)
    )
    return NumberRange(_milliseconds(low), _milliseconds(high) - 1)


def _instant(moment: datetime) -> NumberRange:
    return NumberRange(_milliseconds(moment), _milliseconds(moment))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
