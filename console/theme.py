"""Light, dark, or as the system has it: chosen per browser, written by the server."""

from enum import StrEnum

from django.conf import settings
from django.http import HttpRequest, HttpResponse

YEAR = 31_536_000  # seconds


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def cookie() -> str:
    return "__Host-theme" if settings.SESSION_COOKIE_SECURE else "theme"


def theme_of(request: HttpRequest | None) -> Theme:
    """What this browser chose; as the system has it when it did not."""
    found = request.COOKIES.get(cookie()) if request else None
    return Theme(found) if found in set(Theme) else Theme.SYSTEM


def keep_theme(response: HttpResponse, chosen: Theme) -> None:
    """Remember a choice in this browser."""
    response.set_cookie(
        cookie(),
        chosen,
        max_age=YEAR,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
