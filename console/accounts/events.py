"""What happens at the door: kept in the record, and what follows for sessions."""

import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from allauth.usersessions.models import UserSession
from django.contrib.auth import signals as auth
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest

from console.accounts.middleware import BEGAN, SEEN
from console.accounts.record import keep
from tenants.audit import events
from tenants.authlete.errors import NotRecorded, Outcome


@receiver(auth.user_logged_in)
def begin(request: HttpRequest, **_: Any) -> None:
    """A session's limits count from here."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Who cannot be kept in the record is not let in."""
    try:
        keep(request, user, events.SIGN_IN_DONE)
    except NotRecorded:
        request.session.flush()
        raise


@receiver(auth.user_login_failed)
def refused(credentials: dict[str, Any], request: HttpRequest, **_: Any) -> None:
    login = credentials.get("email") or credentials.get("username") or ""
    again = request.user.is_authenticated
    event = events.STEP_UP_REFUSED if again else events.SIGN_IN_REFUSED
    keep(request, None, event, Outcome.REFUSED, login=login, object="password")


@receiver(mfa.authentication_failed)
def code_refused(
    request: HttpRequest, user: User, reauthentication: bool, **_: Any
) -> None:
    event = events.STEP_UP_REFUSED if reauthentication else events.SIGN_IN_REFUSED
    keep(request, user, event, Outcome.REFUSED, object="code")


@receiver(auth.user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    if user:
        keep(request, user, events.SIGN_OUT)


@receiver(account.authentication_step_completed)
def proven(request: HttpRequest, user: User, method: str, **proof: Any) -> None:
    """Somebody who proves themselves anew gets a session with a new id."""
    if proof.get("reauthenticated"):
        keep(request, user, events.STEP_UP_DONE, object=method)
        request.session.cycle_key()
        UserSession.objects.create_from_request(request)


@receiver([account.password_changed, account.password_reset, account.password_set])
def password_changed(request: HttpRequest, user: User, **_: Any) -> None:
    """Django itself ends the sessions that began with the old one."""
    keep(request, user, events.PASSWORD_CHANGE)


@receiver([mfa.authenticator_added, mfa.authenticator_reset])
def factor_added(
    request: HttpRequest, user: User, authenticator: Any, **_: Any
) -> None:
    keep(request, user, events.SECOND_FACTOR_ADD, object=authenticator.type)
    _end_others(request, user)


@receiver(mfa.authenticator_removed)
def factor_removed(
    request: HttpRequest, user: User, authenticator: Any, **_: Any
) -> None:
    keep(request, user, events.SECOND_FACTOR_REMOVE, object=authenticator.type)
    _end_others(request, user)


def _end_others(request: HttpRequest, user: User) -> None:
    """Sessions that began under other factors end."""
    others = UserSession.objects.filter(user=user)
    for one in others.exclude(session_key=request.session.session_key):
        one.end()
