"""Days and times as typed, in the reader's time zone."""

import pytest
from django import forms
from django.utils import timezone

from console.audit_log.times import TimeField, resolve_time

TYPED = [  # on Wednesday, 18 February 2026, at half past ten in Berlin
    ("2026-06-30T10:00+09:00", "2026-06-30T01:00:00Z"),
    ("2026-06-30 10:00 +09:00", "2026-06-30T01:00:00Z"),
    ("2026-06-30 10:00 UTC", "2026-06-30T10:00:00Z"),
    ("2026-06-30T10:00", "2026-06-30T08:00:00Z"),
    ("2026-06-30 10:00 Asia/Tokyo", "2026-06-30T01:00:00Z"),
    ("2026/06/30", "2026-06-29T22:00:00Z"),
    ("30.6.2026", "2026-06-29T22:00:00Z"),
    ("30 june 2026", "2026-06-29T22:00:00Z"),
    ("Jun 30, 2026", "2026-06-29T22:00:00Z"),
    ("30. June 2026", "2026-06-29T22:00:00Z"),
    ("jun 30 2026", "2026-06-29T22:00:00Z"),
    ("June 2026", "2026-05-31T22:00:00Z"),
    ("9:30", "2026-02-18T08:30:00Z"),
    ("2026-06", "2026-05-31T22:00:00Z"),
    ("2026-Q3", "2026-06-30T22:00:00Z"),
    ("2025", "2024-12-31T23:00:00Z"),
    ("90min", "2026-02-18T08:00:00Z"),
    ("12H", "2026-02-17T21:30:00Z"),
    ("7d", "2026-02-11T09:30:00Z"),
    ("2w", "2026-02-04T09:30:00Z"),
    ("7 Days ago", "2026-02-11T09:30:00Z"),
    ("90minutes", "2026-02-18T08:00:00Z"),
    ("3 months ago", "2025-11-18T09:30:00Z"),
    ("5mo", "2025-09-18T08:30:00Z"),
    ("1y", "2025-02-18T09:30:00Z"),
    ("today", "2026-02-17T23:00:00Z"),
    ("Yesterday", "2026-02-16T23:00:00Z"),
    ("last week", "2026-02-08T23:00:00Z"),
    ("this-month", "2026-01-31T23:00:00Z"),
    ("last-month", "2025-12-31T23:00:00Z"),
    ("last quarter", "2025-09-30T22:00:00Z"),
    ("this-year", "2025-12-31T23:00:00Z"),
]


@pytest.fixture(autouse=True)
def berlin(time_machine):
    time_machine.move_to("2026-02-18T09:30:00Z", tick=False)
    with timezone.override("Europe/Berlin"):
        yield


@pytest.mark.parametrize(("typed", "means"), TYPED)
def test_common_time_formats_are_accepted(typed, means):
    cleaned = TimeField().clean(typed)

    assert resolve_time(cleaned) == resolve_time(means)
    assert TimeField().clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "typed",
    "soon 2026-13 2026-q5 0000 9999 31.2.2026 51y 7m 25:00"
    " 2026-06-30T10:00Mars/Base America/x 06/30/2026 2026-06-30T25:00 --".split(),
)
def test_invalid_time_explains_the_format(typed):
    with pytest.raises(forms.ValidationError, match="Enter a date like"):
        TimeField().clean(typed)


def test_month_before_a_month_end_is_the_earlier_month_end(time_machine):
    time_machine.move_to("2026-03-31T09:30:00Z", tick=False)

    assert resolve_time("1mo") == resolve_time("2026-02-28T10:30:00Z")
