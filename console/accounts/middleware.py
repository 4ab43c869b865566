"""What holds for every page once somebody has signed in."""

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
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from console.access import ConsoleRequest
from console.accounts.record import keep
from console.stepup import is_within
from tenants.audit.events import SESSION_ENDED
from tenants.authlete.errors import NotRecorded
from tenants.models import Membership
from tenants.roles import WITH_SECOND_FACTOR

type Answer = Callable[[HttpRequest], HttpResponse]

BEGAN, SEEN = "began", "seen"  # seconds since 1970, in the session
STEP = 60  # seconds between two notes of when somebody was last seen
POLL = "X-Poll"  # the header of a page that looks again by itself


class SessionLimits:
    """Ends a session that nobody used for a while, or that has lasted too long.

    A page that looks again by itself is nobody who uses it.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        session = request.session
        if SESSION_KEY in session:
            now = int(time.time())
            began, seen = session.get(BEGAN, 0), session.get(SEEN, 0)
            if not is_within(now - began, settings.SESSION_ABSOLUTE):
                _end(request, "too long")
            elif not is_within(now - seen, settings.SESSION_IDLE):
                _end(request, "unused")
            elif now - seen >= STEP and POLL not in request.headers:
                session[SEEN] = now
        return self.get_response(request)


class NoStore:
    """No answer of ours is kept by a browser or by anything on the way to it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        patch_cache_control(response, no_store=True)
        return response


class NothingReplayed:
    """Forgets what was posted when the library asks for the password again.

    It would keep the whole request in the session, body and cookies, to repeat it
    afterwards. Here the person comes back to the page and posts anew.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "request" in request.session.get(STATE_SESSION_KEY, {}):
            del request.session[STATE_SESSION_KEY]
        return response


class SignInWithHtmx:
    """Turns a redirect to sign-in into one of the whole page, not of a part of it."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        htmx = cast(ConsoleRequest, request).htmx
        place = response.headers.get("Location", "").partition("?")[0]
        if not htmx or not place.startswith("/accounts/"):
            return response
        back = urlencode({"next": htmx.current_url_abs_path or "/"})
        return HttpResponseClientRedirect(f"{place}?{back}")


class RequireSecondFactor:
    """Who may change anything sets a second factor up before doing anything else."""

    def __init__(self, get_response: Answer) -> None:
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
        has = Authenticator.objects.filter(
            user_id=request.user.pk, type=Authenticator.Type.TOTP
        )
        needs = Membership.objects.filter(
            user_id=request.user.pk, role__in=[*WITH_SECOND_FACTOR]
        )
        lacks = not has.exists() and needs.exists()
        return redirect(reverse("mfa_activate_totp")) if lacks else None


def _end(request: HttpRequest, why: str) -> None:
    """It ends, whether or not the record can be told that it did."""
    user = request.user if isinstance(request.user, User) else None
    request.session.flush()
    request.user = AnonymousUser()
    if user:
        with suppress(NotRecorded):
            keep(request, user, SESSION_ENDED, object=why)
