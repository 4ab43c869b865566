"""The adapters of django-allauth: sign-in without sign-up, and sealed 2FA seeds."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from console.accounts.audit import log_account_event
from console.accounts.hashers import HashingBusyError
from console.accounts.passwords import MAX_PASSWORD_BYTES
from console.accounts.throttling import failed_attempts_key, remember_browser
from console.web.access import client_ip
from console.web.step_up import is_recently_authenticated
from tenants.audit.events import SIGN_IN_THROTTLED
from tenants.authlete.outcome import Outcome
from tenants.crypto import mfa_seeds
from tenants.organizations.members import normalize_email


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up, one address a person, and a limit on tries that cannot be dodged."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The email address or the password is wrong."),
        "too_many_login_attempts": _(
            "Too many attempts. Wait an hour, or use a browser you have signed in with before."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Skip reauthentication right after signing in."""
        if is_recently_authenticated(self.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if len(str(credentials.get("password", "")).encode()) > MAX_PASSWORD_BYTES:
            raise self.validation_error("email_password_mismatch")  # nothing hashed
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            login = str(credentials.get("email") or credentials.get("username"))
            log_account_event(request, None, SIGN_IN_THROTTLED, Outcome.REJECTED, login=login)
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        try:
            return cast("User | None", super().authenticate(request, **credentials))
        except HashingBusyError:
            self._rollback_login_failed_rl_usage()
            raise

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        remember_browser(response, normalize_email(user.email))
        return response

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        login = normalize_email(str(credentials.get("email") or credentials.get("username")))
        return failed_attempts_key(request, login)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds are sealed with the vault's keys."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong."),
        "code_used": _("This code has been used. Wait for the next one."),
        "seed_lost": _(
            "Your second factor can't be checked because the server lost its encryption key. "
            "Ask an administrator to remove it."
        ),
    }

    def encrypt(self, text: str) -> str:
        return mfa_seeds.seal_seed(text)

    def decrypt(self, encrypted_text: str) -> str:
        return mfa_seeds.unseal_seed(encrypted_text)
