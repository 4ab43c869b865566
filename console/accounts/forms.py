"""Second factors: a code is good once, and an unfinished seed is sealed as well."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm as Authenticate
from allauth.mfa.base.forms import BaseAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as Reauthenticate
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp
from django import forms
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.exceptions import ValidationError

from console.accounts.record import keep
from tenants import factors
from tenants.audit.events import SIGN_IN_THROTTLED
from tenants.authlete.errors import Outcome

PENDING = totp.SECRET_SESSION_KEY


class OneCode(BaseAuthenticateForm):  # type: ignore[misc]
    """A code that is good once, of somebody who may not try many."""

    def clean_code(self) -> str:
        with _limited(self.user):
            code: str = super().clean_code()
        _spend_of(self, code)
        return code


class AuthenticateForm(OneCode, Authenticate):  # type: ignore[misc]
    """The code of a sign-in."""


class ReauthenticateForm(OneCode, Reauthenticate):  # type: ignore[misc]
    """The code of somebody who is signed in already."""


class ActivateForm(ActivateTOTPForm):  # type: ignore[misc]
    """Keeps the seed that is being set up sealed, and its first code spent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        session = context.request.session
        if not self.is_bound or PENDING not in session:
            seed = totp.generate_totp_secret()
            session[PENDING] = factors.seal(seed, self.user.pk)
        self.secret = factors.unseal(session[PENDING], self.user.pk)

    def clean_code(self) -> str:
        code: str = super().clean_code()
        _spend(self.user.pk, self.secret, code)
        return code


@contextmanager
def _limited(user: User) -> Iterator[None]:
    """Keep it in the record when somebody has tried too many codes."""
    try:
        yield
    except ValidationError as error:
        if error.code == "too_many_login_attempts":
            keep(context.request, user, SIGN_IN_THROTTLED, Outcome.REFUSED)
        raise


def _spend_of(form: OneCode, code: str) -> None:
    if form.authenticator.type != Authenticator.Type.TOTP:
        return  # the library marks recovery codes as used by itself
    seed = factors.unseal(form.authenticator.data["secret"])
    try:
        _spend(form.user.pk, seed, code)
    except ValidationError:
        form._emit_authentication_failed(form.authenticator)
        raise


def _spend(user: int, seed: str, code: str) -> None:
    """Refuse a code whose time step was used before, in any process."""
    window = (2 * app_settings.TOTP_TOLERANCE + 1) * app_settings.TOTP_PERIOD
    for step in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(seed, step))
        if compare_user_code(actual=code, expected=expected):
            if cache.add(f"totp:{user}:{step}", 1, timeout=2 * window):
                return
            break
    raise get_adapter().validation_error("code_used")
