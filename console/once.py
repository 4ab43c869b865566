"""A form that is sent twice does its work once.

A double click, a reload or the way back sends the same form again. So a form that
changes something at Authlete carries a key that is drawn anew whenever it is shown;
only the first who sends a key does the work, in whatever process, and all others are
led to what it came to, and told so where they had sent something else.
"""

import json
from secrets import token_urlsafe
from time import monotonic, sleep

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from console.access import ConsoleRequest
from console.page import go

KEPT = settings.SESSION_ABSOLUTE
WAIT = 12.0  # seconds that a second click waits for what the first comes to
PAUSE = 0.1  # seconds between two looks
BEGUN, FAILED = "begun", "failed"  # where another key's value is a path

AGAIN = _(
    "This form had been sent already, so nothing was sent a second time. Look whether"
    " it was done before you try again."
)
OTHERWISE = _(
    "This form had been sent already, with other values. What you see is what came of"
    " those; these were not sent."
)
NOT_TAKEN = _(
    "The console's own database did not take this form, so nothing was sent. Try again"
    " in a minute."
)


class OnceForm(forms.Form):
    """A form whose work is done once; see `once`."""

    once = forms.RegexField(r"^[\w-]{20,40}\Z", widget=forms.HiddenInput)


def fresh() -> str:
    """A key for a form that is about to be shown."""
    return token_urlsafe(18)


def claim(request: ConsoleRequest, form: forms.Form) -> bool:
    """Whether this is the first time that the form's key is sent.

    False as well where the store does not answer: then nothing may be sent.
    """
    return bool(cache.add(_name(request, form), _kept(request, BEGUN), KEPT))


def known(request: ConsoleRequest, form: forms.Form) -> bool:
    """Whether the form's key was sent before; see `claim`."""
    return cache.get(_name(request, form)) is not None


def came_to(request: ConsoleRequest, form: forms.Form, path: str) -> HttpResponse:
    """Lead to ``path``, and everyone there who sends the same form again."""
    settle(request, form, path)
    return go(request, path)


def settle(request: ConsoleRequest, form: forms.Form, path: str) -> None:
    """Lead everyone to ``path`` who sends the same form again; the answer to the
    first time is shown in one response alone."""
    cache.set(_name(request, form), _kept(request, path), KEPT)


def again(request: ConsoleRequest, form: forms.Form, otherwise: str) -> HttpResponse:
    """Lead to what the first time came to, or ``otherwise`` where that is not known."""
    end = monotonic() + WAIT
    name = _name(request, form)
    while (found := cache.get(name, "")).startswith(BEGUN) and monotonic() < end:
        sleep(PAUSE)
    path, sent = found.partition(" ")[::2]
    if path in ("", BEGUN, FAILED):
        messages.warning(request, AGAIN if found else NOT_TAKEN)
        return go(request, otherwise)
    if sent not in ("", _mark(request)):
        messages.warning(request, OTHERWISE)
    return go(request, path)


def failed(request: ConsoleRequest, form: forms.Form) -> None:
    """Let nobody wait for what the first time comes to; its key stays used."""
    cache.set(_name(request, form), _kept(request, FAILED), KEPT)


def _name(request: ConsoleRequest, form: forms.Form) -> str:
    return f"once:{request.user.pk}:{form.cleaned_data['once']}"


def _kept(request: ConsoleRequest, what: str) -> str:
    return f"{what} {_mark(request)}"


def _mark(request: ConsoleRequest) -> str:
    """Tells whether the same was sent; keyed, since there may be a secret in it."""
    entered = sorted(
        (name, values)
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
    )
    text = json.dumps(entered)
    return salted_hmac("console.once", text, algorithm="sha256").hexdigest()
