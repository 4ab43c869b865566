"""Times in lists: relative, or exact for those who prefer it."""

from datetime import UTC, datetime

import pytest
from django.template import engines

NOON = datetime(2020, 11, 24, 12, 30, 5, tzinfo=UTC)
EXACT = "24 Nov 2020, 12:30:05 +00:00"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (None, f'title="{EXACT}">1 year ago<'),
        ("exact", f'title="1 year ago">{EXACT}<'),
        ("other", f'title="{EXACT}">1 year ago<'),
    ],
)
def test_short_time_follows_the_preference(rf, time_machine, choice, expected):
    time_machine.move_to("2022-06-24T12:30:00Z", tick=False)
    request = rf.get("/")
    if choice:
        request.COOKIES["times"] = choice
    template = engines["django"].from_string("{% timestamp moment %}")

    assert expected in template.render({"moment": NOON}, request)
