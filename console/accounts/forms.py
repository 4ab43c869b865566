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

from console.accounts.audit import log_account_event
from tenants.audit.events import SIGN_IN_THROTTLED
from tenants.authlete.outcome import Outcome
from tenants.crypto import mfa_seeds
from tenants.crypto.vault import UnsealError

PENDING_SECRET_KEY = totp.SECRET_SESSION_KEY


class SingleUseCodeForm(BaseAuthenticateForm):  # type: ignore[misc]
    """A one-time code with a limited number of attempts."""

    def clean_code(self) -> str:
        try:
            with _log_throttling(self.user):
                code: str = super().clean_code()
            _use_code(self, code)
        except UnsealError:
            raise get_adapter().validation_error("seed_lost") from None
        return code


class AuthenticateForm(SingleUseCodeForm, Authenticate):  # type: ignore[misc]
    """The code of a sign-in."""


class ReauthenticateForm(SingleUseCodeForm, Reauthenticate):  # type: ignore[misc]
    """A one-time code of a signed-in user."""


class ActivateForm(ActivateTOTPForm):  # type: ignore[misc]
    """Keeps the seed that is being set up sealed, and its first code spent."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.user = kwargs.pop("user")
        forms.Form.__init__(self, *args, **kwargs)
        session = context.request.session
        try:
            if not self.is_bound:
                raise KeyError(PENDING_SECRET_KEY)
            self.secret = mfa_seeds.unseal_seed(session[PENDING_SECRET_KEY], self.user.pk)
        except (KeyError, UnsealError):
            self.secret = totp.generate_totp_secret()
            session[PENDING_SECRET_KEY] = mfa_seeds.seal_seed(self.secret, self.user.pk)

    def clean_code(self) -> str:
        code: str = super().clean_code()
        _mark_code_used(self.user.pk, self.secret, code)
        return code


@contextmanager
def _log_throttling(user: User) -> Iterator[None]:
    """Log that a user tried too many codes."""
    try:
        yield
    except ValidationError as error:
        if error.code == "too_many_login_attempts":
            log_account_event(context.request, user, SIGN_IN_THROTTLED, Outcome.REJECTED)
        raise


def _use_code(form: SingleUseCodeForm, code: str) -> None:
    if form.authenticator.type != Authenticator.Type.TOTP:
        return  # the library marks recovery codes as used by itself
    seed = mfa_seeds.unseal_seed(form.authenticator.data["secret"])
    try:
        _mark_code_used(form.user.pk, seed, code)
    except ValidationError:
        form._emit_authentication_failed(form.authenticator)
        raise


def _mark_code_used(user: int, seed: str, code: str) -> None:
    """Refuse a code whose time step was used before, in any process."""
    window = (2 * app_settings.TOTP_TOLERANCE + 1) * app_settings.TOTP_PERIOD
    for step in totp.yield_hotp_counters_from_time():
        expected = totp.format_hotp_value(totp.hotp_value(seed, step))
        if compare_user_code(actual=code, expected=expected):
            if cache.add(f"totp:{user}:{step}", 1, timeout=2 * window):
                return
            break
    raise get_adapter().validation_error("code_used")
