"""Store sessions under a keyed digest of the cookie.

The cookie holds a random key that is in no table: `django_session` and the list of a user's
sessions hold its HMAC. Session data is signed for that digest, so a row copied to another key
is an empty session.
"""

import re
from typing import cast

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

COOKIE_KEY_PATTERN = re.compile(r"[a-z0-9]{32}")  # as Django generates them
DIGEST_LENGTH = 40  # hex digits: 160 bits, as many as the column holds
DIGEST_PATTERN = re.compile(rf"[0-9a-f]{{{DIGEST_LENGTH}}}")


def session_digest(cookie_key: str) -> str:
    """Return the primary key of the session that a cookie opens."""
    digest = salted_hmac("console.accounts.sessions", cookie_key, algorithm="sha256")
    return digest.hexdigest()[:DIGEST_LENGTH]


class SessionStore(db.SessionStore):
    """A session in the database whose ``session_key`` is a digest.

    ``SessionStore(key)`` takes a cookie's key or a digest. ``cookie_key`` is empty for a session
    that was opened by its digest.
    """

    cookie_key = ""

    def _get_session_key(self) -> str | None:
        return self._digest

    def _set_session_key(self, value: str | None) -> None:
        value = value or ""
        self.cookie_key = value if COOKIE_KEY_PATTERN.fullmatch(value) else ""
        self._digest = _to_digest(value)

    session_key = property(_get_session_key)
    _session_key = property(_get_session_key, _set_session_key)

    @property
    def key_salt(self) -> str:
        return f"{super().key_salt}.{self.session_key}"

    def exists(self, session_key: str) -> bool:
        return super().exists(_to_digest(session_key) or "")

    def delete(self, session_key: str | None = None) -> None:
        super().delete(_to_digest(session_key) if session_key else None)


class DigestSessionMiddleware(SessionMiddleware):
    """Open sessions by the key in the cookie, never by a digest."""

    def process_request(self, request: HttpRequest) -> None:
        cookie_key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        is_valid = COOKIE_KEY_PATTERN.fullmatch(cookie_key)
        request.session = self.SessionStore(cookie_key if is_valid else None)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        super().process_response(request, response)
        cookie = response.cookies.get(settings.SESSION_COOKIE_NAME)
        if cookie is not None and cookie.value:
            session = cast(SessionStore, request.session)
            response.cookies[settings.SESSION_COOKIE_NAME] = session.cookie_key
        return response


def _to_digest(key: str) -> str | None:
    """Return the digest of a cookie's key, or the digest itself; None for anything else."""
    if COOKIE_KEY_PATTERN.fullmatch(key):
        return session_digest(key)
    return key if DIGEST_PATTERN.fullmatch(key) else None
