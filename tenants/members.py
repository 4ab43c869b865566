"""Who belongs to an organization, and the rules for changing that."""

import unicodedata

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from tenants.models import Membership, Organization
from tenants.roles import Role

LONGEST = 150  # characters of an email address, which is the user's name as well


class LastAdmin(Exception):
    """Nobody would be left to manage the organization."""


def normal(email: str) -> str:
    """One spelling for one email address."""
    return unicodedata.normalize("NFKC", email).strip().casefold()


def person(email: str, name: str = "") -> tuple[User, bool]:
    """The person with this address, and whether they are new: without a password.

    Raises `ValidationError` for what cannot be an address here.
    """
    email = normal(email)
    validate_email(email)
    if not email.isascii():  # letters that look like others
        raise ValidationError(_("Use an email address of plain ASCII letters."))
    if len(email) > LONGEST:
        raise ValidationError(_("At most 150 characters."))
    with transaction.atomic():
        user, new = User.objects.get_or_create(
            username=email, defaults={"email": email, "first_name": name[:LONGEST]}
        )
        if new:
            user.set_unusable_password()
            user.save()
            EmailAddress.objects.create(
                user=user, email=email, verified=True, primary=True
            )
    return user, new


def password_path(user: User) -> str:
    """Where this person sets a password: once, within `PASSWORD_RESET_TIMEOUT`."""
    return reverse(
        "account_reset_password_from_key",
        kwargs={
            "uidb36": user_pk_to_url_str(user),
            "key": default_token_generator.make_token(user),
        },
    )


def give_role(organization: Organization, user: User, role: Role) -> Role | None:
    """Make ``user`` a member with ``role``; returns the role they had before.

    Raises `LastAdmin` when that would leave the organization without one.
    """
    with transaction.atomic():
        _hold(organization)
        member, new = Membership.objects.get_or_create(
            organization=organization, user=user, defaults={"role": role}
        )
        before = None if new else Role(member.role)
        if before not in (None, role):
            _keep_an_admin(member)
            member.role = role
            member.save(update_fields=["role"])
    return before


def remove(member: Membership) -> None:
    """Raises `LastAdmin` when that would leave the organization without one."""
    with transaction.atomic():
        _hold(member.organization)
        _keep_an_admin(member)
        member.delete()


def _hold(organization: Organization) -> None:
    """One change at a time, so that two admins cannot remove each other."""
    Organization.objects.select_for_update().get(pk=organization.pk)


def _keep_an_admin(member: Membership) -> None:
    admins = Membership.objects.filter(
        organization=member.organization_id, role=Role.ADMIN, user__is_active=True
    )
    if member.role == Role.ADMIN and not admins.exclude(pk=member.pk).exists():
        raise LastAdmin(_("This is the only admin. Make somebody else an admin first."))
