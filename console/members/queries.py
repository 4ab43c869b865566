"""Queries of the member pages."""

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from console.members import forms
from console.web.access import Member
from tenants.models import Membership
from tenants.organizations import members
from tenants.organizations.members import MembershipRuleError


def query_members(member: Member) -> QuerySet[Membership]:
    """Return the members, each with whether they have set up 2FA."""
    factors = Authenticator.objects.filter(user=OuterRef("user"), type="totp")
    return (
        Membership.objects.filter(organization=member.organization)
        .select_related("user", "organization")
        .annotate(has_factor=Exists(factors))
        .order_by("user__first_name", "user__username")
    )


def get_member(member: Member, pk: int) -> Membership:
    """Return a member of the organization, or raise a 404."""
    return get_object_or_404(query_members(member), pk=pk)


def denial_reason(member: Member, person: Membership) -> str:
    """Return why this admin can't manage that person's sign-in, or ""."""
    if person.user == member.user:
        return _("Change your own password and 2FA in your account.")
    try:
        members.check_can_manage(member.user, person)
    except MembershipRuleError as error:
        return str(error)
    return ""


def role_context() -> dict[str, object]:
    """Return the context of the table of role permissions."""
    return {"roles": forms.role_labels(), "rows": list(forms.permission_rows())}


def index_url(member: Member) -> str:
    """Return the path of the list of members."""
    return reverse("members:index", args=[member.organization.slug])
