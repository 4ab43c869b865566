"""Session limits and account checks for signed-in users."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast
from urllib.parse import urlencode

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from console.accounts import hashers
from console.accounts.audit import log_account_event
from console.accounts.hashers import HashingBusyError
from console.web.access import ConsoleRequest
from console.web.step_up import CONFIRMATION_ROUTES, is_within_limit
from console.web.steps import is_in_dialog
from tenants.audit.events import SESSION_ENDED
from tenants.authlete.errors import AuditUnavailableError
from tenants.models import Membership
from tenants.organizations.roles import ROLES_REQUIRING_2FA

type GetResponse = Callable[[HttpRequest], HttpResponse]

STARTED_KEY, LAST_SEEN_KEY = "began", "seen"  # seconds since 1970, in the session
LAST_SEEN_STEP_SECONDS = 60  # minimum between updates of the last-seen time
BUSY_RETRY_SECONDS = 10
POLL_HEADER = "X-Poll"  # the header of a page that looks again by itself


class SessionLimitMiddleware:
    """Ends idle sessions and sessions beyond the maximum age.

    A page that looks again by itself is nobody who uses it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if SESSION_KEY in session:
            now = int(time.time())
            started_at, last_seen_at = session.get(STARTED_KEY, 0), session.get(LAST_SEEN_KEY, 0)
            if not is_within_limit(now - started_at, settings.SESSION_ABSOLUTE):
                _end_session(request, "too long")
            elif not is_within_limit(now - last_seen_at, settings.SESSION_IDLE):
                _end_session(request, "unused")
            elif (
                now - last_seen_at >= LAST_SEEN_STEP_SECONDS and POLL_HEADER not in request.headers
            ):
                session[LAST_SEEN_KEY] = now
        return self.get_response(request)


class NoStoreMiddleware:
    """Prevents browsers and proxies from caching responses."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, no_store=True)
        return response


class DiscardReplayMiddleware:
    """Discards posted data when allauth asks for the password again.

    It would keep the whole request in the session, body and cookies, to repeat it
    afterwards. Here the person comes back to the page and posts anew.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "request" in request.session.get(STATE_SESSION_KEY, {}):
            del request.session[STATE_SESSION_KEY]
        return response


class HtmxSignInMiddleware:
    """Turns a redirect to sign-in into one of the whole page, not of a part of it.

    A dialog of steps shows the page that confirms the identity itself, and account pages.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx = cast(ConsoleRequest, request).htmx
        target_path = response.headers.get("Location", "").partition("?")[0]
        if not htmx or not target_path.startswith("/accounts/"):
            return response
        if is_in_dialog(request):
            is_account_step = request.path.startswith("/accounts/")
            if target_path in map(reverse, CONFIRMATION_ROUTES) or (
                is_account_step and target_path != reverse("account_login")
            ):
                return response
        back = urlencode({"next": htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{target_path}?{back}")


class RequireSecondFactorMiddleware:
    """Who may change anything sets a second factor up before doing anything else."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.REQUIRE_MFA or not request.user.is_authenticated:
            return None
        if request.path.startswith("/accounts/"):
            return None
        if not getattr(view, "login_required", True):
            return None
        # Who has one is the rule, and asked for first: it is the cheaper question.
        has = Authenticator.objects.filter(user_id=request.user.pk, type=Authenticator.Type.TOTP)
        needs = Membership.objects.filter(user_id=request.user.pk, role__in=[*ROLES_REQUIRING_2FA])
        lacks = not has.exists() and needs.exists()
        return redirect(reverse("mfa_activate_totp")) if lacks else None


class HashingBusyMiddleware:
    """Respond with 503 when too many passwords are being hashed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or request.path != reverse("account_login"):
            return self.get_response(request)
        try:
            with hashers.slots.admit_sign_in():
                return self.get_response(request)
        except HashingBusyError:
            return _render_busy(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return _render_busy(request) if isinstance(exception, HashingBusyError) else None


def _render_busy(request: HttpRequest) -> HttpResponse:
    response = render(request, "account/busy.html", status=503)
    response["Retry-After"] = str(BUSY_RETRY_SECONDS)
    return response


def _end_session(request: HttpRequest, reason: str) -> None:
    """End the session, whether or not the audit log can be written."""
    user = request.user if isinstance(request.user, User) else None
    request.session.flush()
    request.user = AnonymousUser()
    if user:
        with suppress(AuditUnavailableError):
            log_account_event(request, user, SESSION_ENDED, object=reason)
