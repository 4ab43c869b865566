"""Run the action of a form once, however often the form is submitted.

A double click, a reload or the browser's back button submits the same form again. Each
form carries a random key; the first submit of a key runs the action, in whatever
process, and every further submit is redirected to its result.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
from tenants.authlete.errors import AuthleteError

KEY_FIELD = "idempotency_key"
KEY_TTL_SECONDS = settings.SESSION_ABSOLUTE
REPEAT_WAIT_SECONDS = 12.0
POLL_INTERVAL_SECONDS = 0.1
STARTED, FAILED = "begun", "failed"  # stored instead of the URL of the result

ALREADY_SUBMITTED = _(
    "You already submitted this form, so nothing was sent again. Check the result before you retry."
)
SUBMITTED_WITH_OTHER_VALUES = _(
    "You already submitted this form with other values. This is the result of the first"
    " submit; the new values weren't sent."
)
STORE_UNAVAILABLE = _(
    "Meridian's database is unavailable, so nothing was sent. Try again in a minute."
)


class RepeatedSubmitError(Exception):
    """A form was submitted again; the middleware answers with ``response``."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("repeated submit")
        self.response = response


@dataclass(slots=True)
class FirstSubmit:
    """The first submit of a form."""

    result_url: str  # where further submits are redirected

    def fail(self) -> None:
        """Keep the key used, and tell further submits that the result is unknown."""
        self.result_url = FAILED


def new_key() -> str:
    """Return a random key for a form that is about to be shown."""
    return token_urlsafe(18)


class IdempotentForm(forms.Form):
    """A form that carries an idempotency key, so that a double submit runs once."""

    failure: AuthleteError | None = None  # why its action failed

    idempotency_key = forms.RegexField(
        r"^[\w-]{20,40}\Z", widget=forms.HiddenInput, initial=new_key
    )


@contextmanager
def catch_failure(form: IdempotentForm) -> Iterator[None]:
    """Catch an `AuthleteError` of the block as ``form.failure``, for the form's page."""
    try:
        yield
    except AuthleteError as error:
        form.failure = error


@contextmanager
def idempotent(request: ConsoleRequest, form: forms.Form, redirect: str) -> Iterator[FirstSubmit]:
    """Run the block for the first submit of ``form`` only.

    A repeated submit waits up to 12 s for the first one and is redirected to its result:
    ``redirect``, unless the block sets another ``result_url``. If the block raises, the
    key stays used, so a request whose outcome is unknown is never sent twice.

    Raises `RepeatedSubmitError` for a repeated submit.
    """
    if not _acquire(request, form):
        raise RepeatedSubmitError(_redirect_repeat(request, form, redirect))
    submit = FirstSubmit(redirect)
    try:
        yield submit
    except BaseException:
        submit.fail()
        raise
    finally:
        value = _cache_value(request, submit.result_url)
        cache.set(_cache_key(request, form), value, KEY_TTL_SECONDS)


def redirect_repeated(request: ConsoleRequest, redirect: str) -> None:
    """Raise `RepeatedSubmitError` if the form in the request was submitted before.

    For views that read what the first submit may have changed or deleted.
    """
    form = IdempotentForm(request.POST or None)
    if form.is_valid() and cache.get(_cache_key(request, form)) is not None:
        raise RepeatedSubmitError(_redirect_repeat(request, form, redirect))


def _acquire(request: ConsoleRequest, form: forms.Form) -> bool:
    """Reserve the form's key; return False if it was already used.

    Also returns False when the cache is unavailable, so the caller must not send.
    """
    value = _cache_value(request, STARTED)
    return bool(cache.add(_cache_key(request, form), value, KEY_TTL_SECONDS))


def _redirect_repeat(request: ConsoleRequest, form: forms.Form, fallback: str) -> HttpResponse:
    """Redirect to the result of the first submit, or to ``fallback`` if unknown."""
    deadline = monotonic() + REPEAT_WAIT_SECONDS
    key = _cache_key(request, form)
    while (value := cache.get(key, "")).startswith(STARTED) and monotonic() < deadline:
        sleep(POLL_INTERVAL_SECONDS)
    url, digest = value.partition(" ")[::2]
    if url in ("", STARTED, FAILED):
        messages.warning(request, ALREADY_SUBMITTED if value else STORE_UNAVAILABLE)
        return redirect_to(request, fallback)
    if digest not in ("", _content_digest(request)):
        messages.warning(request, SUBMITTED_WITH_OTHER_VALUES)
    return redirect_to(request, url)


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
