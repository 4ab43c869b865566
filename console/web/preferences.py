"""Theme and time zone of one browser, kept in cookies.

The server renders both, so nothing flashes and no script is needed.
"""

from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE_MAX_AGE_SECONDS = 31_536_000
THEME_COOKIE, TIME_ZONE_COOKIE = "theme", "zone"


class Theme(StrEnum):
    """The color theme of the console in a browser."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def selected_theme(request: HttpRequest | None) -> Theme:
    """Return the selected theme; the system's by default."""
    found = request.COOKIES.get(cookie_name(THEME_COOKIE)) if request else None
    return Theme(found) if found in set(Theme) else Theme.SYSTEM


def selected_time_zone(request: HttpRequest) -> ZoneInfo | None:
    """Return the selected time zone; None for the console's default."""
    found = request.COOKIES.get(cookie_name(TIME_ZONE_COOKIE), "")
    return ZoneInfo(found) if found in time_zone_names() else None


@cache
def time_zone_names() -> dict[str, None]:
    """Return the names of all time zones, sorted."""
    return dict.fromkeys(sorted(available_timezones() - {"localtime", "Factory"}))


def cookie_name(name: str) -> str:
    """Return the name of the cookie that stores a preference."""
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def save_preference(response: HttpResponse, name: str, value: str) -> None:
    """Store a preference in the browser."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=COOKIE_MAX_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
