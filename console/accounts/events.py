"""What happens at the door, as the record and the alert log are told of it."""

import time
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.signals import authenticator_added, authenticator_removed
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from console.accounts.middleware import BEGAN, SEEN


@receiver(user_logged_in)
def begin(request: HttpRequest, **_: Any) -> None:
    """A session's limits count from here."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


@receiver(authentication_step_completed)
def renew(request: HttpRequest, **proof: Any) -> None:
    """Somebody who proves themselves anew gets a session with a new id."""
    if proof.get("reauthenticated"):
        request.session.cycle_key()
        UserSession.objects.create_from_request(request)


@receiver([authenticator_added, authenticator_removed])
def end_others(request: HttpRequest, user: User, **_: Any) -> None:
    """Sessions that began under other factors end."""
    for one in UserSession.objects.filter(user=user):
        if not one.is_current():
            one.end()
