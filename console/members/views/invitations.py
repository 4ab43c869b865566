"""Pages that invite people and send them links."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from console.members.forms import NewMemberForm
from console.members.queries import denial_reason, get_member, index_url, role_context
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.rate_limits import INVITATION_LIMIT, consume
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from tenants.models import Invitation
from tenants.organizations import invitations
from tenants.organizations.invitations import SentInvitation
from tenants.organizations.members import MembershipRuleError
from tenants.organizations.roles import ConsolePermission, Role
from tenants.outbound import mail


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Invite a person."""
    form = NewMemberForm(request.POST or None, initial={"role": Role.VIEWER})
    if form.is_valid():
        email, name, role = (form.cleaned_data[field] for field in ("email", "name", "role"))
        try:
            _count_mail(member)
            sent = invitations.invite(
                member.actor, member.organization, email, Role(role), name, _base_url(request)
            )
        except MembershipRuleError as error:
            form.add_error("email", str(error))
        else:
            return _respond_sent(request, member, sent)
    context = {"member": member, "form": form, "mails": mail.is_enabled(), **role_context()}
    return render_form(request, "members/new.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def password_link(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Send a member a link that sets a new password."""
    person = get_member(member, pk)
    why_not = denial_reason(member, person)
    problem = ""
    if request.method == "POST" and not why_not:
        try:
            _count_mail(member)
            sent = invitations.send_password_link(member.actor, person, _base_url(request))
        except MembershipRuleError as error:
            problem = str(error)
        else:
            return _respond_sent(request, member, sent)
    context = {
        "member": member,
        "person": person,
        "why_not": why_not,
        "problem": problem,
        "mails": mail.is_enabled(),
    }
    status = 422 if problem else 200
    return render_page(request, "members/password_link.html", context, status=status)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def resend_invitation(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Replace a pending invitation by a new one."""

    def send(invitation: Invitation) -> HttpResponse:
        _count_mail(member)
        sent = invitations.invite(
            member.actor,
            member.organization,
            invitation.email,
            Role(invitation.role),
            invitation.name,
            _base_url(request),
        )
        return _respond_sent(request, member, sent)

    return _confirm(request, member, pk, send, template="members/resend_invitation.html")


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def withdraw_invitation(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Withdraw a pending invitation."""

    def drop(invitation: Invitation) -> HttpResponse:
        invitations.withdraw(member.actor, invitation)
        person = {"person": invitation.email}
        messages.success(request, _("Invitation to %(person)s withdrawn.") % person)
        return redirect_to(request, index_url(member))

    return _confirm(request, member, pk, drop, template="members/withdraw_invitation.html")


def _confirm(
    request: ConsoleRequest,
    member: Member,
    pk: int,
    action: Callable[[Invitation], HttpResponse],
    *,
    template: str,
) -> HttpResponse:
    """Ask for confirmation, then run ``action`` on a pending invitation."""
    pending = invitations.query_pending(member.organization)
    invitation = get_object_or_404(pending, pk=pk)
    problem = ""
    if request.method == "POST":
        try:
            return action(invitation)
        except MembershipRuleError as error:
            problem = str(error)
    context = {
        "member": member,
        "invitation": invitation,
        "problem": problem,
        "mails": mail.is_enabled(),
    }
    return render_page(request, template, context, status=422 if problem else 200)


def _count_mail(member: Member) -> None:
    """Raise `MembershipRuleError` above the hourly limit."""
    if not consume(member, INVITATION_LIMIT):
        raise MembershipRuleError(INVITATION_LIMIT.error_message)


def _respond_sent(request: ConsoleRequest, member: Member, sent: SentInvitation) -> HttpResponse:
    """Say that the link was mailed, or show it in this response only."""
    if not sent.link:
        person = {"person": sent.invitation.email}
        messages.success(request, _("Link mailed to %(person)s.") % person)
        return redirect_to(request, index_url(member))
    context = {
        "member": member,
        "invitation": sent.invitation,
        "link": sent.link,
        "hours": settings.INVITATION_HOURS,
    }
    return render_page(request, "members/link.html", context)


def _base_url(request: ConsoleRequest) -> str:
    return settings.CONSOLE_URL or request.build_absolute_uri("/")
