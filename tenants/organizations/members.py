"""Who belongs to an organization: the rules for changing that, and its record."""

import unicodedata
from dataclasses import dataclass

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import record_action
from tenants.authlete.changes import FieldChange
from tenants.models import Membership, Organization
from tenants.organizations.roles import Role

MAX_EMAIL_CHARS = 150  # characters of an email address, which is the user's name as well


class MembershipRuleError(Exception):
    """A rule forbids the change, and nothing was changed; the text is for people."""


@dataclass(frozen=True, slots=True)
class AddedMember:
    """A new member, and whether they are new to the console as well."""

    membership: Membership
    is_new_user: bool


def normalize_email(email: str) -> str:
    """One spelling for one email address."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def clean_email(email: str) -> str:
    """The address in its one spelling; raises `ValidationError` for what is none."""
    email = normalize_email(email)
    validate_email(email)
    if not email.isascii():  # letters that look like others
        raise ValidationError(_("Use an email address with ASCII characters only."))
    if len(email) > MAX_EMAIL_CHARS:
        raise ValidationError(_("Use at most 150 characters."))
    return email


def find_membership(organization: Organization, email: str) -> Membership | None:
    """The membership of whoever signs in with ``email``; None for no member."""
    return Membership.objects.filter(
        organization=organization, user__username=normalize_email(email)
    ).first()


def add_member(
    actor: Actor, organization: Organization, email: str, role: Role, name: str = ""
) -> AddedMember:
    """Make a person a member; who is new to the console is made known to it first.

    Raises `ValidationError` for a bad address, `MayNot` for who is a member already.
    """
    email = clean_email(email)
    given = FieldChange("role", None, role.value)
    with (
        record_action(actor, events.MEMBER_ADD, object=email, label=name, changes=[given]),
        transaction.atomic(),
    ):
        _lock_organization(organization)
        if find_membership(organization, email):
            raise MembershipRuleError(_("This person is already a member."))
        user, new = _get_or_create_user(email, name)
        member = Membership.objects.create(organization=organization, user=user, role=role)
    return AddedMember(member, new)


def change_role(actor: Actor, member: Membership, role: Role) -> None:
    """Raises `MayNot` when no admin would be left, or it was changed meanwhile."""
    given = FieldChange("role", member.role, role.value)
    email = member.user.get_username()
    with (
        record_action(actor, events.MEMBER_CHANGE, object=email, changes=[given]),
        transaction.atomic(),
    ):
        _check_unchanged(member)
        _check_admin_remains(member)
        Membership.objects.filter(pk=member.pk).update(role=role)
    member.role = role


def remove_member(actor: Actor, member: Membership) -> None:
    """Raises `MayNot` when no admin would be left, or it was changed meanwhile."""
    taken = FieldChange("role", member.role, None)
    email = member.user.get_username()
    with (
        record_action(actor, events.MEMBER_REMOVE, object=email, changes=[taken]),
        transaction.atomic(),
    ):
        _check_unchanged(member)
        _check_admin_remains(member)
        Membership.objects.filter(pk=member.pk).delete()


def create_password_link(actor: Actor, user: User) -> str:
    """The path where ``user`` sets a password: once, within `PASSWORD_RESET_TIMEOUT`.

    It opens nothing by itself: who uses it signs in afterwards, second factor
    included.
    """
    with record_action(actor, events.PASSWORD_LINK, object=user.get_username()):
        key = default_token_generator.make_token(user)
        return reverse(
            "account_reset_password_from_key",
            kwargs={"uidb36": user_pk_to_url_str(user), "key": key},
        )


def remove_second_factor(actor: Actor, user: User) -> None:
    """Take away the second factor of somebody who lost it, and end their sessions."""
    with (
        record_action(actor, events.SECOND_FACTOR_REMOVE, object=user.get_username()),
        transaction.atomic(),
    ):
        Authenticator.objects.filter(user=user).delete()
        for session in UserSession.objects.filter(user=user):
            session.end()


def check_can_manage(admin: User, member: Membership) -> None:
    """Raises `MayNot` unless ``admin`` is one wherever this person is a member.

    Else the admin of one organization could become someone who counts in another.
    """
    theirs = set(Membership.objects.filter(user=member.user).values_list("organization"))
    ours = set(Membership.objects.filter(user=admin, role=Role.ADMIN).values_list("organization"))
    if theirs - ours:
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


def _lock_organization(organization: Organization) -> None:
    """One change at a time, so that two admins cannot remove each other."""
    Organization.objects.select_for_update().get(pk=organization.pk)


def _check_unchanged(member: Membership) -> None:
    _lock_organization(member.organization)
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
