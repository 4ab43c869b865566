"""What a reader chose for one browser: the theme and the time zone.

Both are kept in cookies and written into the page by the server, so that nothing
flashes and nothing needs a script.
"""

from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE_MAX_AGE_SECONDS = 31_536_000  # seconds
THEME_COOKIE, TIME_ZONE_COOKIE = "theme", "zone"


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def selected_theme(request: HttpRequest | None) -> Theme:
    """As the system has it when nothing was chosen."""
    found = request.COOKIES.get(cookie_name(THEME_COOKIE)) if request else None
    return Theme(found) if found in set(Theme) else Theme.SYSTEM


def selected_time_zone(request: HttpRequest) -> ZoneInfo | None:
    """None, for the console's own, when nothing was chosen that this machine knows."""
    found = request.COOKIES.get(cookie_name(TIME_ZONE_COOKIE), "")
    return ZoneInfo(found) if found in time_zone_names() else None


@cache
def time_zone_names() -> dict[str, None]:
    """The names of all time zones, in order."""
    return dict.fromkeys(sorted(available_timezones() - {"localtime", "Factory"}))


def cookie_name(name: str) -> str:
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def save_preference(response: HttpResponse, name: str, value: str) -> None:
    """Remember a choice in this browser."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=COOKIE_MAX_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
