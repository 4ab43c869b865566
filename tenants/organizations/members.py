"""Manage members of an organization, with audit entries."""

import unicodedata
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import record_action
from tenants.authlete.changes import FieldChange
from tenants.models import Invitation, Membership, Organization, PrivateCredentials
from tenants.organizations.roles import Role

MAX_EMAIL_CHARS = 150  # characters of an email address, which is the user's name as well


class MembershipRuleError(Exception):
    """A rule forbids the change; nothing was changed."""


@dataclass(frozen=True, slots=True)
class AddedMember:
    """A new membership, and whether the user is new."""

    membership: Membership
    is_new_user: bool


def normalize_email(email: str) -> str:
    """Normalize an email address."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def clean_email(email: str) -> str:
    """Normalize and validate an email address; raise `ValidationError`."""
    email = normalize_email(email)
    validate_email(email)
    if not email.isascii():  # letters that look like others
        raise ValidationError(_("Use an email address with ASCII characters only."))
    if len(email) > MAX_EMAIL_CHARS:
        raise ValidationError(_("Use at most 150 characters."))
    return email


def list_administrators(organization: Organization) -> list[User]:
    """Return the active administrators, ordered by name."""
    members = User.objects.filter(
        membership__organization=organization, membership__role=Role.ADMIN, is_active=True
    )
    return list(members.order_by("first_name", "last_name", "username"))


def find_membership(organization: Organization, email: str) -> Membership | None:
    """Return the membership of an email address, if any."""
    return Membership.objects.filter(
        organization=organization, user__username=normalize_email(email)
    ).first()


def add_member(
    actor: Actor, organization: Organization, email: str, role: Role, name: str = ""
) -> AddedMember:
    """Add a member and create the user if needed, without an invitation.

    Only for people whose credentials no other organization's admin could have set; see
    `tenants.organizations.invitations`.
    Raises `ValidationError` for a bad address and `MembershipRuleError` for an existing member.
    """
    email = clean_email(email)
    change = FieldChange("role", None, role.value)
    with (
        record_action(actor, events.MEMBER_ADD, object=email, label=name, changes=[change]),
        transaction.atomic(),
    ):
        added = create_membership(organization, email, role, name)
    return added


def create_membership(organization: Organization, email: str, role: Role, name: str) -> AddedMember:
    """Create a membership, and the user if needed, within the caller's transaction."""
    lock_organization(organization)
    if find_membership(organization, email):
        raise MembershipRuleError(_("This person is already a member."))
    user, new = _get_or_create_user(email, name)
    void_invitations(email)
    return AddedMember(
        Membership.objects.create(organization=organization, user=user, role=role), new
    )


def void_invitations(email: str) -> None:
    """Void all invitations of a person whose memberships change."""
    Invitation.objects.filter(email=email).update(state_digest="")


def change_role(actor: Actor, member: Membership, role: Role) -> None:
    """Change a role; raise `MembershipRuleError` for the last admin or a newer change."""
    change = FieldChange("role", member.role, role.value)
    email = member.user.get_username()
    with (
        record_action(actor, events.MEMBER_CHANGE, object=email, changes=[change]),
        transaction.atomic(),
    ):
        _check_unchanged(member)
        _check_admin_remains(member)
        Membership.objects.filter(pk=member.pk).update(role=role)
        void_invitations(email)
    member.role = role


def remove_member(actor: Actor, member: Membership) -> None:
    """Remove a member; raise `MembershipRuleError` for the last admin or a newer change."""
    change = FieldChange("role", member.role, None)
    email = member.user.get_username()
    with (
        record_action(actor, events.MEMBER_REMOVE, object=email, changes=[change]),
        transaction.atomic(),
    ):
        _check_unchanged(member)
        _check_admin_remains(member)
        Membership.objects.filter(pk=member.pk).delete()
        Invitation.objects.filter(organization=member.organization_id, email=email).delete()
        void_invitations(email)


def remove_second_factor(actor: Actor, user: User) -> None:
    """Remove a user's 2FA and end their sessions."""
    with (
        record_action(actor, events.SECOND_FACTOR_REMOVE, object=user.get_username()),
        transaction.atomic(),
    ):
        Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()


def reset_credentials(actor: Actor, user: User) -> None:
    """Remove a user's password and 2FA and end their sessions.

    For operators, after they verified a person whose account was created by someone else.
    """
    with record_action(actor, events.PASSWORD_CHANGE, object=user.get_username()):
        user.set_unusable_password()
        user.save(update_fields=["password"])
        PrivateCredentials.objects.filter(user=user).delete()
    remove_second_factor(actor, user)


def check_can_manage(admin: User, member: Membership) -> None:
    """Raise `MembershipRuleError` unless ``admin`` is one in all of the member's organizations.

    Otherwise an admin of one organization could take over a member of another.
    """
    member_organizations = set(
        Membership.objects.filter(user=member.user).values_list("organization")
    )
    managed_organizations = set(
        Membership.objects.filter(user=admin, role=Role.ADMIN).values_list("organization")
    )
    if member_organizations - managed_organizations:
        raise MembershipRuleError(
            _(
                "This person is also a member of other organizations. Ask the operator of this "
                "console."
            )
        )


def _get_or_create_user(email: str, name: str) -> tuple[User, bool]:
    user, new = User.objects.get_or_create(
        username=email, defaults={"email": email, "first_name": name}
    )
    if new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user, new


def lock_organization(organization: Organization) -> None:
    """Lock the organization, so that two admins can't remove each other."""
    Organization.objects.select_for_update().get(pk=organization.pk)


def _check_unchanged(member: Membership) -> None:
    lock_organization(member.organization)
    if not Membership.objects.filter(pk=member.pk, role=member.role).exists():
        raise MembershipRuleError(_("Someone else changed this member. Reload the page."))


def _check_admin_remains(member: Membership) -> None:
    admins = Membership.objects.filter(
        organization=member.organization_id, role=Role.ADMIN, user__is_active=True
    )
    if member.role == Role.ADMIN and not admins.exclude(pk=member.pk).exists():
        raise MembershipRuleError(
            _("This is the only administrator. Add another administrator first.")
        )
