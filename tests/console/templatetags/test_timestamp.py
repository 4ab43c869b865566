from datetime import UTC, datetime, timedelta

import pytest

from console.templatetags.ui import relative_time

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(days=365 * 1.6), "1 year ago"),
        (timedelta(days=364), "12 months ago"),
        (timedelta(days=59), "1 month ago"),
        (timedelta(hours=47), "1 day ago"),
        (timedelta(minutes=119), "1 hour ago"),
        (timedelta(seconds=119), "1 min ago"),
        (timedelta(seconds=59), "just now"),
        (timedelta(hours=-47), "in 1 day"),
        (timedelta(seconds=-59), "in a moment"),
    ],
)
def test_relative_times_are_rounded_down(age, text):
    assert relative_time(NOW - age, NOW) == text
