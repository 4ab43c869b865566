"""Invite people to an organization, and let members set a new password.

An invitation is bound to organization, role, email address, memberships and password of the
person; it's void once any of these changes, and once the inviter can't invite any more. Its
link is mailed to the person. Where no mail
server is configured, an admin gets the link, and the audit entry says so.

`tenants.organizations.acceptance` is what the person does with the link.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.recorder import record_action
from tenants.authlete.changes import FieldChange
from tenants.models import Invitation, Membership, Organization, PrivateCredentials
from tenants.organizations.members import (
    MembershipRuleError,
    clean_email,
    find_membership,
    lock_organization,
)
from tenants.organizations.roles import ConsolePermission, Role
from tenants.outbound import mail

COMMAND_PREFIX = "manage.py "  # of the actors of commands; no username has a space


@dataclass(frozen=True, slots=True)
class SentInvitation:
    """An invitation, and its link if the link is shown to an admin instead of mailed."""

    invitation: Invitation
    link: str


def invite(
    actor: Actor, organization: Organization, email: str, role: Role, name: str, base_url: str
) -> SentInvitation:
    """Invite a person, or replace their pending invitation.

    Raises `ValidationError` for a bad address and `MembershipRuleError` for an existing member
    and if the mail can't be sent.
    """
    email = clean_email(email)
    changes = [FieldChange("role", None, role.value), _link_change()]
    with record_action(actor, events.INVITATION_CREATE, object=email, label=name, changes=changes):
        with transaction.atomic():
            lock_organization(organization)
            if find_membership(organization, email):
                raise MembershipRuleError(_("This person is already a member."))
            invitation, token = _issue(actor, organization, email, role, name)
        return _deliver(invitation, token, base_url)


def send_password_link(actor: Actor, member: Membership, base_url: str) -> SentInvitation:
    """Send a link with which a member sets a new password; 2FA stays.

    Raises `MembershipRuleError` if the mail can't be sent. A link that an admin sees ends the
    privacy of the credentials.
    """
    email = member.user.get_username()
    with record_action(actor, events.PASSWORD_LINK, object=email, changes=[_link_change()]):
        with transaction.atomic():
            lock_organization(member.organization)
            invitation, token = _issue(
                actor, member.organization, email, Role(member.role), member.user.first_name
            )
            if invitation.is_link_shown:
                PrivateCredentials.objects.filter(user=member.user).delete()
        return _deliver(invitation, token, base_url)


def withdraw(actor: Actor, invitation: Invitation) -> None:
    """Withdraw a pending invitation."""
    change = FieldChange("role", invitation.role, None)
    with record_action(
        actor, events.INVITATION_WITHDRAW, object=invitation.email, changes=[change]
    ):
        Invitation.objects.filter(pk=invitation.pk).delete()


@dataclass(frozen=True, slots=True)
class PendingInvitation:
    """An invitation of someone who isn't a member yet, and whether it's still good."""

    invitation: Invitation
    is_expired: bool
    is_valid: bool


def list_pending(organization: Organization) -> list[PendingInvitation]:
    """Return the pending invitations of an organization, by email address."""
    return [
        PendingInvitation(invitation, is_expired(invitation), is_valid(invitation))
        for invitation in query_pending(organization)
    ]


def query_pending(organization: Organization) -> QuerySet[Invitation]:
    """Return the invitations of people who aren't members of the organization."""
    members = Membership.objects.filter(organization=organization)
    invitations = Invitation.objects.filter(organization=organization)
    return invitations.exclude(email__in=members.values("user__username"))


def find_invitation(token_digest: str) -> Invitation | None:
    """Return the valid invitation with this token digest, if any."""
    invitations = Invitation.objects.select_related("organization").filter(
        token_digest=token_digest
    )
    invitation = invitations.first()
    return invitation if invitation and is_valid(invitation) else None


def is_valid(invitation: Invitation) -> bool:
    """Return whether it hasn't expired, and neither the person nor the inviter has changed."""
    if is_expired(invitation) or not invitation.state_digest or not _may_invite(invitation):
        return False
    current = _state_digest(invitation.email)
    return constant_time_compare(invitation.state_digest, current)


def _may_invite(invitation: Invitation) -> bool:
    """Return whether the inviter is still an administrator; operators use a command."""
    admins = [role for role in Role if role.has_permission(ConsolePermission.ADMINISTRATION)]
    return (
        invitation.invited_by.startswith(COMMAND_PREFIX)
        or Membership.objects.filter(
            organization=invitation.organization_id,
            user__username=invitation.invited_by,
            user__is_active=True,
            role__in=admins,
        ).exists()
    )


def is_expired(invitation: Invitation) -> bool:
    """Return whether an invitation has expired."""
    return invitation.expires_at <= timezone.now()


def digest_token(token: str) -> str:
    """Return the digest that is stored instead of the token."""
    return sha256(token.encode()).hexdigest()


def find_user(email: str) -> User | None:
    """Return the user with this email address, if any."""
    return User.objects.filter(username=email).first()


def requires_acceptance(email: str) -> bool:
    """Return whether the address has an account with a password or memberships."""
    user = find_user(email)
    if user is None:
        return False
    return user.has_usable_password() or Membership.objects.filter(user=user).exists()


def _issue(
    actor: Actor, organization: Organization, email: str, role: Role, name: str
) -> tuple[Invitation, str]:
    """Save a new invitation in place of the last one; return it with its token."""
    token = token_urlsafe(32)
    now = timezone.now()
    invitation, _created = Invitation.objects.update_or_create(
        organization=organization,
        email=email,
        defaults={
            "name": name,
            "role": role,
            "token_digest": digest_token(token),
            "state_digest": _state_digest(email),
            "is_link_shown": not mail.is_enabled(),
            "invited_by": actor.name,
            "created_at": now,
            "expires_at": now + timedelta(hours=settings.INVITATION_HOURS),
        },
    )
    return invitation, token


def _deliver(invitation: Invitation, token: str, base_url: str) -> SentInvitation:
    """Mail the link, or return it if there is no mail server."""
    link = base_url.rstrip("/") + reverse("account_open_invitation", args=[token])
    if invitation.is_link_shown:
        return SentInvitation(invitation, link)
    try:
        _send_mail(invitation, link)
    except mail.MAIL_ERRORS as error:
        Invitation.objects.filter(pk=invitation.pk).update(state_digest="")
        raise MembershipRuleError(
            _("The mail server didn't accept the message. Try again later.")
        ) from error
    return SentInvitation(invitation, "")


def _send_mail(invitation: Invitation, link: str) -> None:
    values = {
        "link": link,
        "inviter": invitation.invited_by,
        "organization": invitation.organization.name,
        "hours": settings.INVITATION_HOURS,
    }
    if find_membership(invitation.organization, invitation.email):
        subject = _("Set a new password for Meridian")
        text = _(
            "%(inviter)s sent you a link to set a new password for Meridian:\n\n%(link)s\n\n"
            "It works once and expires in %(hours)s hours. Don't share it. Nothing changes if"
            " you ignore it.\n"
        )
    else:
        subject = _("Invitation to %(organization)s on Meridian") % values
        text = _(
            "%(inviter)s invited you to %(organization)s on Meridian. Accept here:\n\n"
            "%(link)s\n\n"
            "The link works once and expires in %(hours)s hours. Don't share it. If you don't"
            " expect it, ignore it.\n"
        )
    mail.send(
        [invitation.email], subject, text % values, message_id=f"invitation-{uuid4()}@meridian"
    )


def _link_change() -> FieldChange:
    return FieldChange("link", None, "mailed" if mail.is_enabled() else "shown")


def _state_digest(email: str) -> str:
    """Return the digest of a person's account, password and memberships."""
    user = find_user(email)
    account = [user.pk, user.password] if user else []
    memberships = Membership.objects.filter(user__username=email).order_by("pk")
    state = [account, *memberships.values_list("pk", "organization_id", "role")]
    value = json.dumps(state)
    return salted_hmac("meridian invitation", value, algorithm="sha256").hexdigest()
