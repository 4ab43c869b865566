"""Accept an invitation, or set a new password with a link.

Credentials are private if they were set with a mailed link. Other credentials could have been
set by an admin, so they never carry over to another organization: the person signs in and
replaces them before the membership is created.
"""

from collections.abc import Sequence
from contextlib import ExitStack
from enum import StrEnum

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import record_action
from tenants.authlete.changes import FieldChange
from tenants.models import Invitation, Membership, PrivateCredentials
from tenants.organizations.invitations import find_user, is_valid
from tenants.organizations.members import (
    MembershipRuleError,
    create_membership,
    find_membership,
    lock_organization,
)
from tenants.organizations.roles import Role


class AcceptanceStep(StrEnum):
    """What a person does next to accept an invitation."""

    SET_PASSWORD = "set password"  # noqa: S105
    SIGN_IN = "sign in"
    REPLACE_CREDENTIALS = "replace credentials"
    CONFIRM = "confirm"
    UNAVAILABLE = "unavailable"


def next_step(invitation: Invitation, signed_in: User | None) -> AcceptanceStep:
    """Return what the person does next to accept a valid invitation."""
    user = find_user(invitation.email)
    if user and not user.is_active:
        return AcceptanceStep.UNAVAILABLE
    if find_membership(invitation.organization, invitation.email):
        return AcceptanceStep.SET_PASSWORD
    if user is None or not user.has_usable_password():
        elsewhere = user is not None and Membership.objects.filter(user=user).exists()
        if elsewhere and invitation.is_link_shown:  # this admin isn't one of the others'
            return AcceptanceStep.UNAVAILABLE
        return AcceptanceStep.SET_PASSWORD
    if signed_in != user:
        return AcceptanceStep.SIGN_IN
    if PrivateCredentials.objects.filter(user=user).exists():
        return AcceptanceStep.CONFIRM
    return AcceptanceStep.REPLACE_CREDENTIALS


def accept(
    actor: Actor,
    invitation: Invitation,
    step: AcceptanceStep,
    signed_in: User | None,
    password: str = "",
    account_actors: Sequence[Actor] = (),
) -> User:
    """Accept an invitation, with a new password unless the step is `CONFIRM`.

    ``account_actors`` record the new password. Raises `MembershipRuleError` if the invitation
    is void or ``step`` isn't the next one.
    """
    email, role = invitation.email, Role(invitation.role)
    is_member = find_membership(invitation.organization, email) is not None
    changes = [
        FieldChange("role", None, role.value),
        FieldChange("invited_by", None, invitation.invited_by),
    ]
    with ExitStack() as entries:
        if not is_member:
            entries.enter_context(
                record_action(
                    actor, events.MEMBER_ADD, object=email, label=invitation.name, changes=changes
                )
            )
        for account_actor in account_actors if password else ():
            entries.enter_context(record_action(account_actor, events.PASSWORD_CHANGE))
            if step is AcceptanceStep.REPLACE_CREDENTIALS:
                entries.enter_context(
                    record_action(account_actor, events.SECOND_FACTOR_REMOVE, object=email)
                )
        entries.enter_context(transaction.atomic())
        _check_redeemable(invitation, step, signed_in)
        user = _redeem(invitation, role, is_member=is_member)
        if password:
            _set_credentials(
                user,
                password,
                is_private=not invitation.is_link_shown,
                keeps_second_factor=is_member,
            )
    return user


def _check_redeemable(invitation: Invitation, step: AcceptanceStep, signed_in: User | None) -> None:
    """Lock the person's invitations, so that one of them is accepted at a time, and check."""
    lock_organization(invitation.organization)
    locked = Invitation.objects.select_for_update().filter(email=invitation.email).order_by("pk")
    current = next((row for row in locked if row.token_digest == invitation.token_digest), None)
    if current is None or not is_valid(current) or next_step(current, signed_in) is not step:
        raise MembershipRuleError(_("This link no longer works."))


def _redeem(invitation: Invitation, role: Role, *, is_member: bool) -> User:
    """Use up the invitation and return the member's user."""
    Invitation.objects.filter(pk=invitation.pk).delete()
    if is_member:
        return User.objects.get(username=invitation.email)
    added = create_membership(invitation.organization, invitation.email, role, invitation.name)
    return added.membership.user


def _set_credentials(
    user: User, password: str, *, is_private: bool, keeps_second_factor: bool
) -> None:
    """Set the password, end all sessions and remove a second factor that others may know."""
    user.set_password(password)
    user.save(update_fields=["password"])
    if not keeps_second_factor:
        Authenticator.objects.filter(user=user).delete()
    for session in UserSession.objects.filter(user=user):
        session.end()
    PrivateCredentials.objects.filter(user=user).delete()
    if is_private:
        PrivateCredentials.objects.create(user=user)
