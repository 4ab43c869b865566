"""Pages of members."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from console.forms.change_forms import ChangeReasonForm
from console.members import forms
from console.members.forms import NewMemberForm, RoleForm
from console.web.access import ConsoleRequest, Member, organization_page
from console.web.idempotency import idempotent
from console.web.labels import ROLE_LABELS
from console.web.responses import redirect_to, render_page
from console.web.step_up import step_up
from tenants.models import Membership
from tenants.organizations import account_closure, members
from tenants.organizations.members import MembershipRuleError
from tenants.organizations.roles import ConsolePermission, Role


@organization_page(ConsolePermission.ADMINISTRATION)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    """List the members."""
    context = {"member": member, "members": _members(member), **_role_context()}
    return render_page(request, "members/index.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Add a member; new people get a password link, shown by this response."""
    form = NewMemberForm(request.POST or None, initial={"role": Role.VIEWER})
    context = {"member": member, "form": form, **_role_context()}
    if form.is_valid():
        email, name, role = (form.cleaned_data[one] for one in ("email", "name", "role"))
        try:
            added = members.add_member(member.actor, member.organization, email, Role(role), name)
        except MembershipRuleError as error:
            form.add_error("email", str(error))
        else:
            if added.is_new_user:  # whoever is known may be somebody in another organization
                path = members.create_password_link(member.actor, added.membership.user)
                return _show_link(request, member, added.membership, path)
            messages.success(request, _("%(person)s added.") % {"person": email})
            return redirect_to(request, _index_url(member))
    return render_page(request, "members/new.html", context, status=_form_status(form))


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def edit(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Change a member's role, and show sign-in help."""
    person = _get_member(member, pk)
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
            told = {"person": person.user, "role": ROLE_LABELS[role]}
            messages.success(request, _("Role of %(person)s changed to %(role)s.") % told)
            own = person.user == member.user and not role.has_permission(
                ConsolePermission.ADMINISTRATION
            )
            return redirect_to(request, _home_url(member) if own else _index_url(member))
    context = {
        "member": member,
        "person": person,
        "form": form,
        "own": person.user == member.user,
        "why_not": _denial_reason(member, person),
        **_role_context(),
    }
    return render_page(request, "members/edit.html", context, status=_form_status(form))


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def remove(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Remove a member."""
    person = _get_member(member, pk)
    problem = ""
    if request.method == "POST":
        try:
            members.remove_member(member.actor, person)
        except MembershipRuleError as error:
            problem = str(error)
        else:
            told = {"person": person.user}
            messages.success(request, _("%(person)s removed.") % told)
            own = person.user == member.user
            return redirect_to(request, reverse("dashboard:home") if own else _index_url(member))
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
def password_link(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Create a password link; only this response shows it."""
    person = _get_member(member, pk)
    why_not = _denial_reason(member, person)
    if request.method == "POST" and not why_not:
        path = members.create_password_link(member.actor, person.user)
        return _show_link(request, member, person, path)
    context = {"member": member, "person": person, "why_not": why_not}
    return render_page(request, "members/password_link.html", context)


@organization_page(ConsolePermission.ADMINISTRATION)
@step_up
def reset_2fa(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Remove the second factor of a member who has lost it."""
    person = _get_member(member, pk)
    why_not = _denial_reason(member, person)
    if request.method == "POST" and not why_not:
        members.remove_second_factor(member.actor, person.user)
        told = {"person": person.user}
        messages.success(request, _("2FA of %(person)s reset.") % told)
        return redirect_to(request, _index_url(member))
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
    person = _get_member(member, pk)
    why_not = _denial_reason(member, person)
    form = ChangeReasonForm(request.POST or None)
    if form.is_valid() and not why_not:
        why = {one: form.cleaned_data[one] for one in ("reason", "ticket")}
        try:
            with idempotent(request, form, _index_url(member)):
                action(member.actor, person.user, **why)
        except MembershipRuleError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, message % {"person": person.user})
            return redirect_to(request, _index_url(member))
    context = {"member": member, "person": person, "why_not": why_not, "form": form}
    status = 422 if form.errors else 200
    return render_page(request, template, context, status=status)


def _members(member: Member) -> QuerySet[Membership]:
    factors = Authenticator.objects.filter(user=OuterRef("user"), type="totp")
    return (
        Membership.objects.filter(organization=member.organization)
        .select_related("user", "organization")
        .annotate(has_factor=Exists(factors))
        .order_by("user__first_name", "user__username")
    )


def _get_member(member: Member, pk: int) -> Membership:
    return get_object_or_404(_members(member), pk=pk)


def _denial_reason(member: Member, person: Membership) -> str:
    """Return why this admin can't manage that person's sign-in, or ""."""
    if person.user == member.user:
        return _("Change your own password and 2FA in your account.")
    try:
        members.check_can_manage(member.user, person)
    except MembershipRuleError as error:
        return str(error)
    return ""


def _show_link(
    request: ConsoleRequest, member: Member, person: Membership, link_path: str
) -> HttpResponse:
    context = {
        "member": member,
        "person": person,
        "link": request.build_absolute_uri(link_path),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    return render_page(request, "members/password_link.html", context)


def _role_context() -> dict[str, object]:
    return {"roles": forms.role_labels(), "rows": list(forms.permission_rows())}


def _index_url(member: Member) -> str:
    return reverse("members:index", args=[member.organization.slug])


def _home_url(member: Member) -> str:
    return reverse("dashboard:index", args=[member.organization.slug])


def _form_status(form: RoleForm) -> int:
    return 422 if form.is_bound else 200
