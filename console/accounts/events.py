"""What happens at the door, as the record and the alert log are told of it."""

import time
from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from console.accounts.middleware import BEGAN, SEEN


@receiver(user_logged_in)
def begin(request: HttpRequest, **_: Any) -> None:
    """A session's limits count from here."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())
