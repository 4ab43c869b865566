"""Log sign-in events and set the limits of sessions."""

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.usersessions.models import UserSession
from django.contrib.auth import signals as auth
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from console.accounts.audit import log_account_event
from console.accounts.middleware import LAST_SEEN_KEY, STARTED_KEY
from console.web.preferences import adopt_browser_time_zone
from tenants.audit import events
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.outcome import Outcome


@receiver(auth.user_logged_in)
def start_session(request: HttpRequest, user: User, **_: Any) -> None:
    """Start counting the limits of a session; the first one sets the account's time zone."""
    adopt_browser_time_zone(request, user)
    request.session[STARTED_KEY] = request.session[LAST_SEEN_KEY] = int(time.time())


@receiver(account.user_logged_in)
def log_sign_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Log a sign-in; if that fails, the user is not signed in."""
    try:
        log_account_event(request, user, events.SIGN_IN_DONE)
    except AuditUnavailableError:
        request.session.flush()
        raise


@receiver(auth.user_login_failed)
def log_sign_in_rejected(credentials: dict[str, Any], request: HttpRequest, **_: Any) -> None:
    """Log a wrong password, at sign-in or when confirming an identity."""
    login = credentials.get("email") or credentials.get("username") or ""
    is_signed_in = request.user.is_authenticated
    event = events.STEP_UP_REFUSED if is_signed_in else events.SIGN_IN_REFUSED
    log_account_event(request, None, event, Outcome.REJECTED, login=login, object="password")


@receiver(mfa.authentication_failed)
def log_code_rejected(request: HttpRequest, user: User, reauthentication: bool, **_: Any) -> None:
    """Log a wrong two-factor code, at sign-in or when confirming an identity."""
    event = events.STEP_UP_REFUSED if reauthentication else events.SIGN_IN_REFUSED
    log_account_event(request, user, event, Outcome.REJECTED, object="code")


@receiver(auth.user_logged_out)
def log_sign_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    """Log that a user signed out."""
    if user:
        log_account_event(request, user, events.SIGN_OUT)


@receiver(account.authentication_step_completed)
def log_step_up(request: HttpRequest, user: User, method: str, **proof: Any) -> None:
    """Log a confirmed identity, and give the session a new id."""
    if proof.get("reauthenticated"):
        log_account_event(request, user, events.STEP_UP_DONE, object=method)
        request.session.cycle_key()
        UserSession.objects.create_from_request(request)


@receiver([account.password_changed, account.password_reset, account.password_set])
def log_password_change(request: HttpRequest, user: User, **_: Any) -> None:
    """Django itself ends the sessions that began with the old one."""
    log_account_event(request, user, events.PASSWORD_CHANGE)


@receiver([mfa.authenticator_added, mfa.authenticator_reset])
def log_factor_added(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Log a new second factor, and end the user's other sessions."""
    log_account_event(request, user, events.SECOND_FACTOR_ADD, object=authenticator.type)
    _end_other_sessions(request, user)


@receiver(mfa.authenticator_removed)
def log_factor_removed(request: HttpRequest, user: User, authenticator: Any, **_: Any) -> None:
    """Log the removal of a second factor, and end the user's other sessions."""
    log_account_event(request, user, events.SECOND_FACTOR_REMOVE, object=authenticator.type)
    _end_other_sessions(request, user)


def _end_other_sessions(request: HttpRequest, user: User) -> None:
    """End the user's sessions that began with other factors."""
    sessions = UserSession.objects.filter(user=user)
    for session in sessions.exclude(session_key=request.session.session_key):
        session.end()
