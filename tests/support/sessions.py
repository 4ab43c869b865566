"""Stored sessions, and test clients that hold the cookie of theirs."""

from importlib import import_module

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client


def open_session(key=None):
    """Open a session by its cookie's key or by its row's."""
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def stored_sessions():
    """Return the content of every stored session."""
    opened = [open_session(row.pk) for row in Session.objects.all()]
    return [dict(session.items()) for session in opened]


def patch_client(monkeypatch):
    """Let `Client` send the key of its session, where Django's sends the row's."""
    login = Client._set_login_cookies  # type: ignore[attr-defined]

    def set_login_cookies(self, request):
        login(self, request)
        self.cookies[settings.SESSION_COOKIE_NAME] = request.session.cookie_key

    def session(self):
        if cookie := self.cookies.get(settings.SESSION_COOKIE_NAME):
            return open_session(cookie.value)
        created = open_session()
        created.save()
        self.cookies[settings.SESSION_COOKIE_NAME] = created.cookie_key
        return created

    monkeypatch.setattr(Client, "_set_login_cookies", set_login_cookies)
    monkeypatch.setattr(Client, "session", property(session))


def let_sessions_age(minutes):
    """Let everybody have authenticated ``minutes`` earlier."""
    for row in Session.objects.all():
        session = open_session(row.pk)
        for proof in session.get(AUTHENTICATION_METHODS_SESSION_KEY, ()):
            proof["at"] -= minutes * 60
        session.save()
