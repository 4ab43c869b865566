"""Asking anew who it is, right before what is hard to take back.

A session lasts for hours, on a screen that somebody may walk up to. So what reveals,
replaces or ends something is done only by who gave a password or a code a short while
ago; whoever did not is sent to give one, and nothing of what they sent is kept
(`docs/explanation/decisions/step-up.md`).
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.web.access import ConsoleRequest

ACCEPTED_METHODS = {"password", "mfa"}  # what another site vouches for is none
CLOCK_SKEW_SECONDS = 60  # seconds that two hosts' clocks may differ

CONFIRM_FIRST = _("Nothing was done yet. Confirm that it is you, then send it once more.")
SECOND_FACTOR_MISSING = _(
    "What you asked for needs a code of your own, and signing in through another site"
    " is none. Set up an authenticator app first, then go back to the page."
)

type StepUpPage[**P] = Callable[Concatenate[ConsoleRequest, Any, P], HttpResponse]


def step_up[**P](page: StepUpPage[P]) -> StepUpPage[P]:
    """For pages that only somebody who has just proven who they are may use.

    Stands below `organization_page` or `workspace_page`: who may not do it at all is
    told so, and not asked for a password first.
    """

    @wraps(page)
    def view(
        request: ConsoleRequest, place: Any, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if is_recently_authenticated(request):
            return page(request, place, *args, **kwargs)
        return _redirect_to_confirmation(request)

    view.steps_up = True  # type: ignore[attr-defined]  # read by tests
    return view


def is_recently_authenticated(request: HttpRequest) -> bool:
    """Whether a password or a second factor was given a short while ago."""
    proofs = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record["method"] in ACCEPTED_METHODS
    ]
    age = time.time() - max(proofs, default=0)
    return is_within_limit(age, settings.STEP_UP_SECONDS)


def is_within_limit(age: float, limit: int) -> bool:
    """Whether ``age`` is neither past ``limit`` nor from a clock that jumped; both in
    seconds."""
    return -CLOCK_SKEW_SECONDS <= age <= limit


def _redirect_to_confirmation(request: ConsoleRequest) -> HttpResponse:
    """Lead to where one proves who one is, and from there back to the page."""
    back = request.get_full_path()
    if request.htmx and not request.htmx.boosted:
        back = request.htmx.current_url_abs_path or back
    name = _confirmation_route(request.user)
    if not name:
        messages.warning(request, SECOND_FACTOR_MISSING)
        name = "mfa_activate_totp"
    elif request.method == "POST":
        messages.warning(request, CONFIRM_FIRST)
    path = f"{reverse(name)}?{urlencode({'next': back})}"
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": path})
    return redirect(path)


def _confirmation_route(user: User) -> str:
    """The page on which this person can prove who they are, or nothing."""
    if has_totp(user):
        return "mfa_reauthenticate"
    return "account_reauthenticate" if user.has_usable_password() else ""


def has_totp(user: User) -> bool:
    """Whether the person has set up an authenticator app."""
    mine = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return bool(mine.exists())
