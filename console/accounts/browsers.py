"""Browsers that somebody has signed in with before.

Failed tries are limited by account, so anybody could lock a person out by guessing.
A browser that the person has used carries a signed cookie, and its tries are counted
apart. The cookie proves nothing else: it is no factor and opens nothing.
"""

import secrets

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

AGE = 90 * 24 * 60 * 60  # seconds
COOKIE = "browser" if settings.INSECURE else "__Host-browser"

_signer = TimestampSigner(salt="meridian known browser")


def remember(response: HttpResponse, login: str) -> None:
    """Let this browser be known as one that ``login`` signs in with."""
    response.set_cookie(
        COOKIE,
        _signer.sign(f"{secrets.token_urlsafe(12)}:{_digest(login)}"),
        max_age=AGE,
        secure=not settings.INSECURE,
        httponly=True,
        samesite="Strict",
    )


def known(request: HttpRequest, login: str) -> str:
    """The name of a browser that ``login`` has signed in with, or nothing."""
    try:
        value = _signer.unsign(request.COOKIES.get(COOKIE, ""), max_age=AGE)
    except BadSignature:
        return ""
    name, _, whose = value.partition(":")
    return name if whose == _digest(login) else ""


def _digest(login: str) -> str:
    return salted_hmac("meridian known browser", login, algorithm="sha256").hexdigest()
