"""Where sign-in differs from what the library does by itself."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from console.access import address_of
from console.accounts import browsers
from console.accounts.passwords import LONGEST
from console.accounts.record import keep
from console.stepup import fresh
from tenants import factors
from tenants.audit.events import SIGN_IN_THROTTLED
from tenants.authlete.errors import Outcome
from tenants.members import normal


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """No sign-up, one address a person, and a limit on tries that cannot be dodged."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The email address or the password is wrong."),
        "too_many_login_attempts": _(
            "Too many tries. Wait an hour, or sign in from a browser in which you "
            "have signed in before."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Nobody who has just signed in is asked for the same things again."""
        if fresh(self.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        if len(str(credentials.get("password", "")).encode()) > LONGEST:
            raise self.validation_error("email_password_mismatch")  # nothing hashed
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            login = str(credentials.get("email") or credentials.get("username"))
            keep(request, None, SIGN_IN_THROTTLED, Outcome.REFUSED, login=login)
            raise

    def post_login(
        self, request: HttpRequest, user: User, **kwargs: Any
    ) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        browsers.remember(response, normal(user.email))
        return response

    def _get_login_attempts_cache_key(
        self, request: HttpRequest, **credentials: Any
    ) -> str:
        """Tries are counted by address, whatever host the browser names.

        A browser that this person has signed in with has a count of its own: whoever
        guesses from elsewhere does not lock them out.
        """
        login = normal(str(credentials.get("email") or credentials.get("username")))
        return f"{browsers.known(request, login)}:{login}"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seeds are sealed with the vault's keys."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is wrong."),
        "code_used": _("This code has been used. Wait for the next one."),
    }

    def encrypt(self, text: str) -> str:
        return factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return factors.unseal(encrypted_text)
