"""Who belongs to an organization, and as what."""

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from console import once
from console.access import ConsoleRequest, Member, organization_page
from console.editing.forms import WhyForm
from console.members import table
from console.members.forms import NewMemberForm, RoleForm
from console.names import ROLES
from console.page import answer, go
from console.stepup import step_up
from tenants import closing, members
from tenants.members import MayNot
from tenants.models import Membership
from tenants.roles import Right, Role


@organization_page(Right.MANAGE)
def index(request: ConsoleRequest, member: Member) -> HttpResponse:
    context = {"member": member, "members": _all(member), **_roles()}
    return answer(request, "members/index.html", context)


@organization_page(Right.MANAGE)
@step_up
def new(request: ConsoleRequest, member: Member) -> HttpResponse:
    """Add a person; who is new to the console gets a link, shown by this answer."""
    form = NewMemberForm(request.POST or None, initial={"role": Role.VIEWER})
    context = {"member": member, "form": form, **_roles()}
    if form.is_valid():
        email, name, role = (
            form.cleaned_data[one] for one in ("email", "name", "role")
        )
        try:
            added = members.add(
                member.who, member.organization, email, Role(role), name
            )
        except MayNot as error:
            form.add_error("email", str(error))
        else:
            if added.new:  # whoever is known may be somebody in another organization
                path = members.hand_link(member.who, added.member.user)
                return _hand(request, member, added.member, path)
            messages.success(
                request, _("%(person)s is a member now.") % {"person": email}
            )
            return go(request, _index(member))
    return answer(request, "members/new.html", context, status=_status(form))


@organization_page(Right.MANAGE)
@step_up
def edit(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """One member: their role, and what helps them to sign in."""
    person = _one(member, pk)
    form = RoleForm(request.POST or None, initial={"role": person.role})
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        if role == person.role:
            messages.info(request, _("Nothing was changed."))
            return go(request, request.path)
        try:
            members.change_role(member.who, person, role)
        except MayNot as error:
            form.add_error("role", str(error))
        else:
            told = {"person": person.user, "role": ROLES[role]}
            messages.success(request, _("%(person)s: %(role)s from now on.") % told)
            own = person.user == member.user and not role.may(Right.MANAGE)
            return go(request, _home(member) if own else _index(member))
    context = {
        "member": member,
        "person": person,
        "form": form,
        "own": person.user == member.user,
        "why_not": _why_not(member, person),
        **_roles(),
    }
    return answer(request, "members/edit.html", context, status=_status(form))


@organization_page(Right.MANAGE)
@step_up
def remove(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    person = _one(member, pk)
    problem = ""
    if request.method == "POST":
        try:
            members.remove(member.who, person)
        except MayNot as error:
            problem = str(error)
        else:
            told = {"person": person.user}
            messages.success(request, _("%(person)s is no member any more.") % told)
            own = person.user == member.user
            return go(request, reverse("dashboard:home") if own else _index(member))
    context = {
        "member": member,
        "person": person,
        "problem": problem,
        "own": person.user == member.user,
    }
    status = 422 if problem else 200
    return answer(request, "members/remove.html", context, status=status)


@organization_page(Right.MANAGE)
@step_up
def link(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Hand out a link for a new password; it is shown by the answer to the POST."""
    person = _one(member, pk)
    why_not = _why_not(member, person)
    if request.method == "POST" and not why_not:
        path = members.hand_link(member.who, person.user)
        return _hand(request, member, person, path)
    context = {"member": member, "person": person, "why_not": why_not}
    return answer(request, "members/link.html", context)


@organization_page(Right.MANAGE)
@step_up
def factor(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Take away the second factor of somebody who has lost it."""
    person = _one(member, pk)
    why_not = _why_not(member, person)
    if request.method == "POST" and not why_not:
        members.take_factor(member.who, person.user)
        told = {"person": person.user}
        messages.success(
            request, _("%(person)s signs in without a second factor now.") % told
        )
        return go(request, _index(member))
    context = {"member": member, "person": person, "why_not": why_not}
    return answer(request, "members/factor.html", context)


@organization_page(Right.MANAGE)
@step_up
def close(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Let a person sign in no more; nothing is taken that they could not get back."""
    return _turn(request, member, pk, closing.close, _("%(person)s is closed."))


@organization_page(Right.MANAGE)
@step_up
def reopen(request: ConsoleRequest, member: Member, pk: int) -> HttpResponse:
    """Let a person whose account was closed sign in again."""
    return _turn(
        request, member, pk, closing.reopen, _("%(person)s can sign in again.")
    )


def _turn(
    request: ConsoleRequest,
    member: Member,
    pk: int,
    act: Callable[..., object],
    said: str,
) -> HttpResponse:
    """Ask, or do it once. The page is called as ``act``."""
    person = _one(member, pk)
    why_not = _why_not(member, person)
    form = WhyForm(request.POST or None)
    if form.is_valid() and not why_not:
        if not once.claim(request, form):
            return once.again(request, form, _index(member))
        why = {one: form.cleaned_data[one] for one in ("reason", "ticket")}
        try:
            act(member.who, person.user, **why)
        except MayNot as error:
            once.failed(request, form)
            form.add_error(None, str(error))
        else:
            messages.success(request, said % {"person": person.user})
            return once.came_to(request, form, _index(member))
    context = {
        "member": member,
        "person": person,
        "why_not": why_not,
        "form": form,
        "once": once.fresh(),
    }
    status = 422 if form.errors else 200
    return answer(request, f"members/{act.__name__}.html", context, status=status)


def _all(member: Member) -> QuerySet[Membership]:
    factors = Authenticator.objects.filter(user=OuterRef("user"), type="totp")
    return (
        Membership.objects.filter(organization=member.organization)
        .select_related("user", "organization")
        .annotate(has_factor=Exists(factors))
        .order_by("user__first_name", "user__username")
    )


def _one(member: Member, pk: int) -> Membership:
    return get_object_or_404(_all(member), pk=pk)


def _why_not(member: Member, person: Membership) -> str:
    """Why this admin may not help that person to sign in, or nothing."""
    if person.user == member.user:
        return _("Change your own password and second factor in your account.")
    try:
        members.check_in_charge(member.user, person)
    except MayNot as error:
        return str(error)
    return ""


def _hand(
    request: ConsoleRequest, member: Member, person: Membership, path: str
) -> HttpResponse:
    context = {
        "member": member,
        "person": person,
        "link": request.build_absolute_uri(path),
        "hours": settings.PASSWORD_RESET_TIMEOUT // 3600,
    }
    return answer(request, "members/link.html", context)


def _roles() -> dict[str, object]:
    return {"roles": table.roles(), "rows": list(table.rows())}


def _index(member: Member) -> str:
    return reverse("members:index", args=[member.organization.slug])


def _home(member: Member) -> str:
    return reverse("dashboard:index", args=[member.organization.slug])


def _status(form: RoleForm) -> int:
    return 422 if form.is_bound else 200
