"""Days and times in inputs: the format of pages, or ISO 8601."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.utils import timezone

from console.forms.timestamps import DayField, TimestampField, format_timestamp, parse_timestamp

NOON = datetime(2026, 11, 24, 12, 30, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def berlin():
    with timezone.override(ZoneInfo("Europe/Berlin")):
        yield


@pytest.mark.parametrize(
    "text",
    [
        "24 Nov 2026, 13:30:05",
        "24 November 2026 13:30:05",
        " 24  nov 2026, 12:30:05 +00:00 ",
        "2026-11-24T13:30:05",
        "2026-11-24T12:30:05Z",
        format_timestamp(NOON),
    ],
)
def test_time_is_read_as_pages_and_machines_write_it(text):
    assert parse_timestamp(text) == NOON


def test_time_of_a_day_is_its_start():
    assert parse_timestamp("24 Nov 2026") == datetime(2026, 11, 23, 23, tzinfo=UTC)


@pytest.mark.parametrize("text", ["soon", "31 Feb 2026", "11/24/2026", "24 Nov 2026, 25:00"])
def test_time_that_is_none_is_rejected(text):
    with pytest.raises(forms.ValidationError, match="Enter a time like 24 Nov 2026"):
        TimestampField().clean(text)


@pytest.mark.parametrize("text", ["24 Nov 2026", "24 november 2026", "2026-11-24"])
def test_day_is_read_as_pages_and_machines_write_it(text):
    field = DayField()

    assert field.clean(text) == date(2026, 11, 24)
    assert field.prepare_value(text) == "24 Nov 2026"


@pytest.mark.parametrize("text", ["soon", "31 Feb 2026", "24 Nov 3026"])
def test_day_that_is_none_is_rejected_and_stays_typed(text):
    with pytest.raises(forms.ValidationError, match="Enter a date like 24 Nov 2026"):
        DayField().clean(text)


def test_input_shows_a_time_with_its_offset():
    field = TimestampField()

    assert field.prepare_value(NOON) == "24 Nov 2026, 13:30:05 +01:00"
    assert field.prepare_value("2026-11-24T12:30:05Z") == "24 Nov 2026, 13:30:05 +01:00"
    assert field.prepare_value("soon") == "soon"
