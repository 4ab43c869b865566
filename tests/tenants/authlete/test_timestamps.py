"""Timestamps of Authlete."""

from datetime import UTC, datetime

import pytest

from tenants.authlete.timestamps import datetime_from_ms


def test_milliseconds_are_converted():
    assert datetime_from_ms(1_790_000_000_250) == datetime(
        2026, 9, 21, 14, 13, 20, 250_000, tzinfo=UTC
    )
    assert datetime_from_ms(-1000) == datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    "milliseconds", [0, 10**18, -(10**18), 10**400, 253_402_300_799_999, None, "1"]
)
def test_out_of_range_times_are_none(milliseconds):
    assert datetime_from_ms(milliseconds) is None
