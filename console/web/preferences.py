"""Display preferences and time zone of an account.

The server renders them, so nothing flashes and no script is needed. Cookies keep the display
preferences for pages without an account. On sign-in pages a script puts the browser's time zone
into a cookie; the first sign-in takes it from there.
"""

from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import TextChoices
from django.http import HttpRequest, HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.models import AccountPreferences

COOKIE_MAX_AGE_SECONDS = 31_536_000
TIME_ZONE_COOKIE = "zone"


class Theme(TextChoices):
    """The color theme of the console."""

    SYSTEM = "system", _("System")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(TextChoices):
    """The height of table rows."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class TimeStyle(TextChoices):
    """How lists show times."""

    RELATIVE = "relative", _("Relative times")
    EXACT = "exact", _("Exact times")


# By the name of the cookie and column; the first choice is the default.
DISPLAY_PREFERENCES: Mapping[str, tuple[Promise, type[TextChoices]]] = {
    "theme": (_("Theme"), Theme),
    "density": (_("Table rows"), Density),
    "times": (_("Times"), TimeStyle),
}


def selected_choice(request: HttpRequest | None, name: str) -> TextChoices:
    """Return the account's choice of a display preference, else the browser's."""
    _label, choices = DISPLAY_PREFERENCES[name]
    preferences = getattr(getattr(request, "user", None), "preferences", None)
    value = getattr(preferences, name, "")
    if not value and request:
        value = request.COOKIES.get(cookie_name(name))
    return choices(value) if value in choices.values else next(iter(choices))


def selected_time_zone(request: HttpRequest) -> ZoneInfo | None:
    """Return the account's time zone; None for the console's default."""
    return time_zone_of(request.user)


def time_zone_of(user: AbstractBaseUser | AnonymousUser) -> ZoneInfo | None:
    """Return the time zone of an account; None for the console's default."""
    name = getattr(getattr(user, "preferences", None), "time_zone", "")
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


def save_preference(user: User, response: HttpResponse, name: str, value: str) -> None:
    """Store a display preference in the account and in the browser."""
    AccountPreferences.objects.update_or_create(user=user, defaults={name: value})
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=COOKIE_MAX_AGE_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
