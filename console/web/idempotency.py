"""Run the action of a form once, however often the form is submitted.

A double click, a reload or the browser's back button submits the same form again. Each
form carries a random key; the first submit of a key runs the action, in whatever
process, and every further submit is redirected to its result.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from secrets import token_urlsafe
from time import monotonic, sleep

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from console.web.access import ConsoleRequest
from console.web.responses import redirect_to

KEY_FIELD = "idempotency_key"
KEY_TTL_SECONDS = settings.SESSION_ABSOLUTE
REPEAT_WAIT_SECONDS = 12.0
POLL_INTERVAL_SECONDS = 0.1
STARTED, FAILED = "begun", "failed"  # stored in place of the result's path

ALREADY_SUBMITTED = _(
    "You already submitted this form, so nothing was sent again. Check the result before you retry."
)
SUBMITTED_WITH_OTHER_VALUES = _(
    "You already submitted this form with other values. This is the result of the first"
    " submit; the new values were not sent."
)
STORE_UNAVAILABLE = _(
    "Meridian's database is unavailable, so nothing was sent. Try again in a minute."
)

# The path to redirect to; a response for the first submit, alone or with the path to
# which further submits are redirected; None: the default path.
type Result = str | HttpResponse | tuple[HttpResponse, str] | None


class IdempotentForm(forms.Form):
    """A form that carries an idempotency key, so that a double submit runs once."""

    idempotency_key = forms.RegexField(
        r"^[\w-]{20,40}\Z", widget=forms.HiddenInput, initial=lambda: new_key()
    )


def new_key() -> str:
    """Return a random key for a form that is about to be shown."""
    return token_urlsafe(18)


def run_once(
    request: ConsoleRequest,
    form: forms.Form,
    action: Callable[[], Result],
    *,
    redirect: str,
) -> HttpResponse:
    """Run ``action`` for the first submit of ``form`` and redirect to its result.

    A repeated submit waits up to 12 s for the first one, does nothing, and is redirected
    to the same page, with a message if its values differ. If ``action`` raises, the key
    stays used, so a request whose outcome is unknown is never sent twice.
    """
    if not acquire(request, form):
        return _redirect_repeat(request, form, redirect)
    try:
        result = action()
    except Exception:
        with suppress(DatabaseError):
            _store(request, form, FAILED)
        raise
    match result:
        case HttpResponse() as response:
            path = redirect
        case (HttpResponse() as response, path):
            pass
        case _:
            path = result or redirect
            response = redirect_to(request, path)
    _store(request, form, path)
    return response


def redirect_if_repeated(request: ConsoleRequest, *, redirect: str) -> HttpResponse | None:
    """Return the redirect for a repeated submit; None for a first one, or no submit.

    For views that read an object which the first submit may have changed or deleted.
    """
    form = IdempotentForm(request.POST or None)
    if form.is_valid() and cache.get(_cache_key(request, form)) is not None:
        return _redirect_repeat(request, form, redirect)
    return None


def acquire(request: ConsoleRequest, form: forms.Form) -> bool:
    """Reserve the form's idempotency key; return False if it was already used.

    Also returns False when the cache is unavailable, so the caller must not send.
    """
    value = _cache_value(request, STARTED)
    return bool(cache.add(_cache_key(request, form), value, KEY_TTL_SECONDS))


def is_used(request: ConsoleRequest, form: forms.Form) -> bool:
    """Return whether the form's key was submitted before."""
    return cache.get(_cache_key(request, form)) is not None


def finish(request: ConsoleRequest, form: forms.Form, path: str) -> HttpResponse:
    """Store the result and redirect to it."""
    record_result(request, form, path)
    return redirect_to(request, path)


def record_result(request: ConsoleRequest, form: forms.Form, path: str) -> None:
    """Store the path that further submits are redirected to."""
    _store(request, form, path)


def redirect_repeat(request: ConsoleRequest, form: forms.Form, fallback: str) -> HttpResponse:
    """Redirect a repeated submit to the result of the first."""
    return _redirect_repeat(request, form, fallback)


def mark_failed(request: ConsoleRequest, form: forms.Form) -> None:
    """Let no further submit wait; the key stays used."""
    _store(request, form, FAILED)


def _redirect_repeat(request: ConsoleRequest, form: forms.Form, fallback: str) -> HttpResponse:
    """Redirect to the result of the first submit, or to ``fallback`` if unknown."""
    end = monotonic() + REPEAT_WAIT_SECONDS
    key = _cache_key(request, form)
    while (value := cache.get(key, "")).startswith(STARTED) and monotonic() < end:
        sleep(POLL_INTERVAL_SECONDS)
    path, digest = value.partition(" ")[::2]
    if path in ("", STARTED, FAILED):
        messages.warning(request, ALREADY_SUBMITTED if value else STORE_UNAVAILABLE)
        return redirect_to(request, fallback)
    if digest not in ("", _content_digest(request)):
        messages.warning(request, SUBMITTED_WITH_OTHER_VALUES)
    return redirect_to(request, path)


def _store(request: ConsoleRequest, form: forms.Form, result: str) -> None:
    value = _cache_value(request, result)
    cache.set(_cache_key(request, form), value, KEY_TTL_SECONDS)


def _cache_key(request: ConsoleRequest, form: forms.Form) -> str:
    return f"once:{request.user.pk}:{form.cleaned_data[KEY_FIELD]}"


def _cache_value(request: ConsoleRequest, result: str) -> str:
    return f"{result} {_content_digest(request)}"


def _content_digest(request: ConsoleRequest) -> str:
    """Return a keyed digest of the submitted values, since they may hold secrets."""
    values = sorted(
        (name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken"
    )
    text = json.dumps(values)
    return salted_hmac("console.web.idempotency", text, algorithm="sha256").hexdigest()
