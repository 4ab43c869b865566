"""Authlete's timestamps."""

from datetime import UTC, datetime


def datetime_from_ms(milliseconds: int) -> datetime | None:
    """Return the time that many milliseconds after 1970-01-01 UTC.

    Returns None for 0, which means never, and for times out of range in some time zone.
    """
    try:
        time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (TypeError, OverflowError, ValueError, OSError):
        return None
    return time if milliseconds and 1 < time.year < 9999 else None
