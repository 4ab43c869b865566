"""Sign-in throttling: what `ACCOUNT_RATE_LIMITS` counts failed attempts by.

Each login has one count, and one more per browser that has signed in with it before.
"""

import secrets

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE_MAX_AGE_SECONDS = 90 * 24 * 60 * 60
COOKIE_NAME = "browser" if settings.INSECURE else "__Host-browser"

_signer = TimestampSigner(salt="meridian known browser")


def remember_browser(response: HttpResponse, login: str) -> None:
    """Remember this browser as one that ``login`` signs in with."""
    response.set_cookie(
        COOKIE_NAME,
        _signer.sign(f"{secrets.token_urlsafe(12)}:{_digest(login)}"),
        max_age=COOKIE_MAX_AGE_SECONDS,
        secure=not settings.INSECURE,
        httponly=True,
        samesite="Strict",
    )


def known_browser_id(request: HttpRequest, login: str) -> str:
    """Return the name of a browser that ``login`` has signed in with; empty if there is none."""
    try:
        value = _signer.unsign(request.COOKIES.get(COOKIE_NAME, ""), max_age=COOKIE_MAX_AGE_SECONDS)
    except BadSignature:
        return ""
    name, _, login_digest = value.partition(":")
    return name if login_digest == _digest(login) else ""


def _digest(login: str) -> str:
    return salted_hmac("meridian known browser", login, algorithm="sha256").hexdigest()


def failed_attempts_key(request: HttpRequest, login: str) -> str:
    """Return the key that counts failed attempts: the login's, whatever host the browser names.

    A browser that has signed in with the login has its own count, so guesses from elsewhere
    don't lock it out.
    """
    return f"{known_browser_id(request, login)}:{login}"
