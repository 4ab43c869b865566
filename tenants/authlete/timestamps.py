"""Times as Authlete has them."""

from datetime import UTC, datetime


def datetime_from_ms(milliseconds: int) -> datetime | None:
    """The time that is so many milliseconds after the beginning of 1970.

    None for 0, which says never, and for what no calendar has in every time zone.
    """
    try:
        time = datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (TypeError, OverflowError, ValueError, OSError):
        return None
    return time if milliseconds and 1 < time.year < 9999 else None
