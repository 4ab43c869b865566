"""What a reader chose for one browser: the theme and the time zone.

Both are kept in cookies and written into the page by the server, so that nothing
flashes and nothing needs a script.
"""

from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.http import HttpRequest, HttpResponse

YEAR = 31_536_000  # seconds
THEME, ZONE = "theme", "zone"


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def theme_of(request: HttpRequest | None) -> Theme:
    """As the system has it when nothing was chosen."""
    found = request.COOKIES.get(cookie(THEME)) if request else None
    return Theme(found) if found in set(Theme) else Theme.SYSTEM


def zone_of(request: HttpRequest) -> ZoneInfo | None:
    """None, for the console's own, when nothing was chosen that this machine knows."""
    found = request.COOKIES.get(cookie(ZONE), "")
    return ZoneInfo(found) if found in zones() else None


@cache
def zones() -> dict[str, None]:
    """The names of all time zones, in order."""
    return dict.fromkeys(sorted(available_timezones() - {"localtime", "Factory"}))


def cookie(name: str) -> str:
    return f"__Host-{name}" if settings.SESSION_COOKIE_SECURE else name


def keep(response: HttpResponse, name: str, chosen: str) -> None:
    """Remember a choice in this browser."""
    response.set_cookie(
        cookie(name),
        chosen,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
