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

from console.web.access import ConsoleRequest
from console.web.responses import redirect_to

KEY_TTL_SECONDS = settings.SESSION_ABSOLUTE
REPEAT_WAIT_SECONDS = 12.0  # seconds that a second click waits for what the first comes to
POLL_INTERVAL_SECONDS = 0.1  # seconds between two looks
STARTED, FAILED = "begun", "failed"  # where another key's value is a path

ALREADY_SENT = _(
    "This form had been sent already, so nothing was sent a second time. Look whether"
    " it was done before you try again."
)
SENT_WITH_OTHER_VALUES = _(
    "This form had been sent already, with other values. What you see is what came of"
    " those; these were not sent."
)
STORE_UNAVAILABLE = _(
    "The console's own database did not take this form, so nothing was sent. Try again in a minute."
)


class IdempotentForm(forms.Form):
    """A form whose work is done once; see `once`."""

    once = forms.RegexField(r"^[\w-]{20,40}\Z", widget=forms.HiddenInput)


def new_key() -> str:
    """A key for a form that is about to be shown."""
    return token_urlsafe(18)


def acquire(request: ConsoleRequest, form: forms.Form) -> bool:
    """Whether this is the first time that the form's key is sent.

    False as well where the store does not answer: then nothing may be sent.
    """
    return bool(
        cache.add(_cache_key(request, form), _cache_value(request, STARTED), KEY_TTL_SECONDS)
    )


def is_used(request: ConsoleRequest, form: forms.Form) -> bool:
    """Whether the form's key was sent before; see `claim`."""
    return cache.get(_cache_key(request, form)) is not None


def finish(request: ConsoleRequest, form: forms.Form, path: str) -> HttpResponse:
    """Lead to ``path``, and everyone there who sends the same form again."""
    record_result(request, form, path)
    return redirect_to(request, path)


def record_result(request: ConsoleRequest, form: forms.Form, path: str) -> None:
    """Lead everyone to ``path`` who sends the same form again; the answer to the
    first time is shown in one response alone."""
    cache.set(_cache_key(request, form), _cache_value(request, path), KEY_TTL_SECONDS)


def redirect_repeat(request: ConsoleRequest, form: forms.Form, fallback: str) -> HttpResponse:
    """Lead to what the first time came to, or ``otherwise`` where that is not known."""
    end = monotonic() + REPEAT_WAIT_SECONDS
    name = _cache_key(request, form)
    while (found := cache.get(name, "")).startswith(STARTED) and monotonic() < end:
        sleep(POLL_INTERVAL_SECONDS)
    path, sent = found.partition(" ")[::2]
    if path in ("", STARTED, FAILED):
        messages.warning(request, ALREADY_SENT if found else STORE_UNAVAILABLE)
        return redirect_to(request, fallback)
    if sent not in ("", _content_digest(request)):
        messages.warning(request, SENT_WITH_OTHER_VALUES)
    return redirect_to(request, path)


def mark_failed(request: ConsoleRequest, form: forms.Form) -> None:
    """Let nobody wait for what the first time comes to; its key stays used."""
    cache.set(_cache_key(request, form), _cache_value(request, FAILED), KEY_TTL_SECONDS)


def _cache_key(request: ConsoleRequest, form: forms.Form) -> str:
    return f"once:{request.user.pk}:{form.cleaned_data['once']}"


def _cache_value(request: ConsoleRequest, result: str) -> str:
    return f"{result} {_content_digest(request)}"


def _content_digest(request: ConsoleRequest) -> str:
    """Tells whether the same was sent; keyed, since there may be a secret in it."""
    entered = sorted(
        (name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    )
    text = json.dumps(entered)
    return salted_hmac("console.web.idempotency", text, algorithm="sha256").hexdigest()
