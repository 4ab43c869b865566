"""Pages of members."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _

from console.forms.change_forms import ChangeReasonForm
from console.lists.definition import render_list
from console.members.forms import RoleForm
from console.members.invitation_list import INVITATIONS
from console.members.member_list import MEMBERS
from console.members.queries import (
    denial_reason,
    get_member,
    index_url,
    query_members,
    role_context,
)
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.labels import ROLE_LABELS
from console.web.responses import redirect_to, render_form, render_page
from console.web.step_up import step_up
from tenants.organizations import account_closure, members
from tenants.organizations.invitations import list_pending
from tenants.organizations.members import MembershipRuleError
from tenants.organizations.roles import ConsolePermission, Role


@organization_page(ConsolePermission.ADMINISTRATION)
def index(request: ConsoleRequest, member: Member) -> HttpResponseBase:
    """List the members, or the pending invitations."""
    invitations = list_pending(member.organization)
    invitations_url = f"{request.path}?list=invitations"
    is_invitation_list = bool(invitations) and request.GET.get("list") == "invitations"
    context = {
        "invitation_count": len(invitations),
        "invitations_url": invitations_url,
        "is_invitation_list": is_invitation_list,
        **role_context(),
    }
    template = "members/index.html"
    if is_invitation_list:
        context["list_path"] = invitations_url
        return render_list(request, member, INVITATIONS, invitations, template, context)
    return render_list(request, member, MEMBERS, list(query_members(member)), template, context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def edit(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Change a member's role, and show sign-in help."""
    person = get_member(member, pk)
    form = RoleForm(request.POST or None, initial={"role": person.role})
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        if role == person.role:
            messages.info(request, _("No changes."))
            return redirect_to(request, request.path)
        try:
            members.change_role(member.actor, person, role)
        except MembershipRuleError as error:
            form.add_error("role", str(error))
        else:
            details = {"person": person.user, "role": ROLE_LABELS[role]}
            messages.success(request, _("Role of %(person)s changed to %(role)s.") % details)
            loses_access = person.user == member.user and not role.has_permission(
                ConsolePermission.ADMINISTRATION
            )
            home_url = reverse("dashboard:index", args=[member.organization.slug])
            return redirect_to(request, home_url if loses_access else index_url(member))
    context = {
        "member": member,
        "person": person,
        "form": form,
        "own": person.user == member.user,
        "why_not": denial_reason(member, person),
        **role_context(),
    }
    return render_form(request, "members/edit.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def remove(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Remove a member."""
    person = get_member(member, pk)
    problem = ""
    if request.method == "POST":
        try:
            members.remove_member(member.actor, person)
        except MembershipRuleError as error:
            problem = str(error)
        else:
            details = {"person": person.user}
            messages.success(request, _("%(person)s removed.") % details)
            is_self = person.user == member.user
            return redirect_to(request, reverse("dashboard:home") if is_self else index_url(member))
    context = {
        "member": member,
        "person": person,
        "problem": problem,
        "own": person.user == member.user,
    }
    status = 422 if problem else 200
    return render_page(request, "members/remove.html", context, status=status)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def reset_2fa(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Remove the second factor of a member who has lost it."""
    person = get_member(member, pk)
    why_not = denial_reason(member, person)
    if request.method == "POST" and not why_not:
        members.remove_second_factor(member.actor, person.user)
        details = {"person": person.user}
        messages.success(request, _("2FA of %(person)s reset.") % details)
        return redirect_to(request, index_url(member))
    context = {"member": member, "person": person, "why_not": why_not}
    return render_page(request, "members/reset_2fa.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def close(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Block sign-in with an account."""
    return _confirm_action(
        request,
        member,
        pk,
        account_closure.close_account,
        _("Account of %(person)s closed."),
        template="members/close.html",
    )


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def reopen(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Let a person whose account was closed sign in again."""
    return _confirm_action(
        request,
        member,
        pk,
        account_closure.reopen_account,
        _("Account of %(person)s reopened."),
        template="members/reopen.html",
    )


def _confirm_action(
    request: ConsoleRequest,
    member: Member,
    pk: int,
    action: Callable[..., object],
    message: str,
    *,
    template: str,
) -> HttpResponse:
    """Ask for confirmation, then run ``action`` once."""
    person = get_member(member, pk)
    why_not = denial_reason(member, person)
    form = ChangeReasonForm(request.POST or None)
    if form.is_valid() and not why_not:
        change_reason = {name: form.cleaned_data[name] for name in ("reason", "ticket")}
        try:
            with idempotent(request, form, index_url(member)):
                action(member.actor, person.user, **change_reason)
        except MembershipRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, message % {"person": person.user})
            return redirect_to(request, index_url(member))
    context = {"member": member, "person": person, "why_not": why_not, "form": form}
    return render_form(request, template, context)
