"""Account pages that allauth lacks."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from console.accounts.audit import log_account_event
from console.web.step_up import has_totp
from tenants.audit.events import SIGN_IN_THROTTLED
from tenants.authlete.outcome import Outcome


def logout(request: HttpRequest) -> HttpResponse:
    """Sign the user out with allauth's page, and have the browser clear the site's data.

    Cookies are left alone: the session's is gone, and the one that names a known
    browser has to outlive it.
    """
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@login_required
def change_password(request: HttpRequest) -> HttpResponse:
    """Show allauth's page to users with a password, and an explanation to all others.

    A first password can only be set with a link that an admin hands over.
    """
    if isinstance(request.user, User) and not request.user.has_usable_password():
        return render(request, "account/no_password.html")
    response: HttpResponse = account.password_change(request)
    return response


@login_required
def reauthenticate(request: HttpRequest) -> HttpResponse:
    """Ask for the password of users without two-factor authentication, and for a code otherwise."""
    if isinstance(request.user, User) and has_totp(request.user):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(reverse("mfa_reauthenticate") + query)
    response: HttpResponse = account.reauthenticate(request)
    return response


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Respond to an address that sends too many requests."""
    user = request.user if isinstance(request.user, User) else None
    log_account_event(request, user, SIGN_IN_THROTTLED, Outcome.REJECTED, object=request.path)
    return render(request, "account/too_many_requests.html", status=429)
