"""Theme and density of a browser, stored in cookies, and the time zone of an account.

The server renders both, so nothing flashes and no script is needed. On sign-in pages a script
puts the browser's time zone into a cookie; the first sign-in takes it from there.
"""

from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from console.models import AccountPreferences

COOKIE_MAX_AGE_SECONDS = 31_536_000
THEME_COOKIE, DENSITY_COOKIE, TIME_ZONE_COOKIE = "theme", "density", "zone"


class Theme(StrEnum):
    """The color theme of the console in a browser."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    """The height of table rows in a browser."""

    COMFORTABLE = "comfortable"
    COMPACT = "compact"


def selected_density(request: HttpRequest | None) -> Density:
    """Return the selected density; comfortable by default."""
    value = request.COOKIES.get(cookie_name(DENSITY_COOKIE)) if request else None
    return Density(value) if value in set(Density) else Density.COMFORTABLE


def selected_theme(request: HttpRequest | None) -> Theme:
    """Return the selected theme; the system's by default."""
    found = request.COOKIES.get(cookie_name(THEME_COOKIE)) if request else None
    return Theme(found) if found in set(Theme) else Theme.SYSTEM


def selected_time_zone(request: HttpRequest) -> ZoneInfo | None:
    """Return the account's time zone; None for the console's default."""
    name = getattr(getattr(request.user, "preferences", None), "time_zone", "")
    return ZoneInfo(name) if name in time_zone_names() else None


def save_time_zone(user: User, name: str) -> None:
    """Store the time zone of an account."""
    AccountPreferences.objects.update_or_create(user=user, defaults={"time_zone": name})


def adopt_browser_time_zone(request: HttpRequest, user: User) -> None:
    """Store the browser's time zone for an account that has none yet."""
    name = request.COOKIES.get(cookie_name(TIME_ZONE_COOKIE), "")
    if name in time_zone_names():
        AccountPreferences.objects.get_or_create(user=user, defaults={"time_zone": name})


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
