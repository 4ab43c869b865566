"""Pages that accept an invitation or set a new password with a link."""

from allauth.account.forms import ResetPasswordKeyForm
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from console.accounts.audit import account_actors
from console.web.access import client_ip
from console.web.step_up import is_recently_authenticated, redirect_to_confirmation
from tenants.audit.actor import Actor
from tenants.models import Invitation
from tenants.organizations import acceptance, invitations
from tenants.organizations.acceptance import AcceptanceStep
from tenants.organizations.members import MembershipRuleError, find_membership

INVITATION_KEY = "invitation"  # of the session: the digest of the link's token


@login_not_required
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address, so that it isn't in the history or a referrer."""
    digest = invitations.digest_token(token)
    if not invitations.find_invitation(digest):
        return _render_void(request)
    request.session[INVITATION_KEY] = digest
    return redirect("account_invitation")


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest) -> HttpResponse:
    """Accept the invitation whose link was opened: sign in, confirm or set a password."""
    invitation = invitations.find_invitation(request.session.get(INVITATION_KEY, ""))
    if invitation is None:
        return _render_void(request)
    signed_in = request.user if isinstance(request.user, User) else None
    step = acceptance.next_step(invitation, signed_in)
    if step in (AcceptanceStep.CONFIRM, AcceptanceStep.REPLACE_CREDENTIALS):
        if not is_recently_authenticated(request):
            return redirect_to_confirmation(request)  # type: ignore[arg-type]
    elif step is not AcceptanceStep.SET_PASSWORD:
        return _render(request, invitation, step)
    form = None
    if step is not AcceptanceStep.CONFIRM:
        form = ResetPasswordKeyForm(request.POST or None, user=_password_user(invitation))
    if request.method == "POST" and (form is None or form.is_valid()):
        password = form.cleaned_data["password1"] if form else ""
        try:
            _accept(request, invitation, step, signed_in, password)
        except MembershipRuleError:
            return _render_void(request)
        return _respond_accepted(request, invitation, password)
    return _render(request, invitation, step, form=form)


@login_not_required
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """Say that the password is set."""
    return render(request, "account/invitation_done.html")


def _accept(
    request: HttpRequest,
    invitation: Invitation,
    step: AcceptanceStep,
    signed_in: User | None,
    password: str,
) -> None:
    user = invitations.find_user(invitation.email)
    actor = Actor(
        user.pk if user else 0,
        invitation.email,
        invitation.role,
        invitation.organization_id,
        invitation.organization.slug,
        getattr(request, "page_id", ""),
        client_ip(request),
    )
    account = list(account_actors(request, user, invitation.email)) if user else []
    acceptance.accept(actor, invitation, step, signed_in, password, account)


def _respond_accepted(request: HttpRequest, invitation: Invitation, password: str) -> HttpResponse:
    """Redirect to the organization, or to sign-in with the new password."""
    if password:
        logout(request)
        return redirect("account_invitation_done")
    del request.session[INVITATION_KEY]
    joined = {"organization": invitation.organization.name}
    messages.success(request, _("You joined %(organization)s.") % joined)
    return redirect(reverse("dashboard:index", args=[invitation.organization.slug]))


def _password_user(invitation: Invitation) -> User:
    """Return the user for the password rules, unsaved if it doesn't exist yet."""
    email = invitation.email
    return invitations.find_user(email) or User(
        username=email, email=email, first_name=invitation.name
    )


def _render(
    request: HttpRequest,
    invitation: Invitation,
    step: AcceptanceStep,
    *,
    form: ResetPasswordKeyForm | None = None,
) -> HttpResponse:
    context = {
        "invitation": invitation,
        "step": step,
        "form": form,
        "is_member": find_membership(invitation.organization, invitation.email) is not None,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "account/invitation.html", context, status=status)


def _render_void(request: HttpRequest) -> HttpResponse:
    return render(request, "account/invitation_void.html")
