"""Step-up authentication before sensitive actions.

Pages that reveal, replace or delete something require a password or a code given in the
last `STEP_UP_SECONDS`. Otherwise the user is redirected to confirm their identity; the
submitted values are not kept
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
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from console.web.access import ConsoleRequest
from console.web.steps import is_in_dialog

ACCEPTED_METHODS = {"password", "mfa"}  # not sign-ins through another site
CONFIRMATION_ROUTES = ("mfa_reauthenticate", "account_reauthenticate")
CLOCK_SKEW_SECONDS = 60

CONFIRM_FIRST = _("Nothing was sent yet. Confirm it's you, then submit again.")
SECOND_FACTOR_MISSING = _(
    "This action requires two-factor authentication. Set up an authenticator app, then go"
    " back to the page."
)

type StepUpPage[**P, Response: HttpResponseBase] = Callable[
    Concatenate[ConsoleRequest, Any, P], Response
]


def step_up[**P, Response: HttpResponseBase](
    page: StepUpPage[P, Response],
) -> StepUpPage[P, Response | HttpResponse]:
    """Require recent authentication for a page.

    Put it below `organization_page` or `workspace_page`, so that permissions are checked
    first.
    """

    @wraps(page)
    def view(
        request: ConsoleRequest, scope: Any, /, *args: P.args, **kwargs: P.kwargs
    ) -> Response | HttpResponse:
        if is_recently_authenticated(request):
            return page(request, scope, *args, **kwargs)
        return redirect_to_confirmation(request)

    view.steps_up = True  # type: ignore[attr-defined]  # read by tests
    return view


def is_recently_authenticated(request: HttpRequest) -> bool:
    """Return whether a password or a second factor was given recently."""
    proofs = [
        record["at"]
        for record in get_authentication_records(request, request.user)
        if record["method"] in ACCEPTED_METHODS
    ]
    age = time.time() - max(proofs, default=0)
    return is_within_limit(age, settings.STEP_UP_SECONDS)


def is_within_limit(age: float, limit: int) -> bool:
    """Return whether ``age`` (seconds) is within ``limit`` and not in the future."""
    return -CLOCK_SKEW_SECONDS <= age <= limit


def redirect_to_confirmation(request: ConsoleRequest) -> HttpResponse:
    """Redirect to the page that confirms the identity, and from there back."""
    return_url = request.get_full_path()
    leaves = request.htmx and not is_in_dialog(request)
    if leaves and not request.htmx.boosted:
        return_url = request.htmx.current_url_abs_path or return_url
    name = _confirmation_route(request.user)
    if not name:
        messages.warning(request, SECOND_FACTOR_MISSING)
        name = "mfa_activate_totp"
    elif request.method == "POST":
        messages.warning(request, CONFIRM_FIRST)
    path = f"{reverse(name)}?{urlencode({'next': return_url})}"
    if leaves or (request.htmx and name not in CONFIRMATION_ROUTES):
        return HttpResponse(status=204, headers={"HX-Redirect": path})
    return redirect(path)


def _confirmation_route(user: User) -> str:
    """Return the route that confirms the identity of ``user``; empty if there is none."""
    code, password = CONFIRMATION_ROUTES
    if has_totp(user):
        return code
    return password if user.has_usable_password() else ""


def has_totp(user: User) -> bool:
    """Return whether the user has set up an authenticator app."""
    authenticators = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    return bool(authenticators.exists())
