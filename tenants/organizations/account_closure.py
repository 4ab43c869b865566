"""Disable and enable a user's account in all organizations."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.events import AuditEvent
from tenants.audit.recorder import record_action
from tenants.authlete.changes import FieldChange
from tenants.models import Membership, Organization
from tenants.organizations.members import MembershipRuleError
from tenants.organizations.roles import Role


def close_account(
    actor: Actor, user: User, *, reason: str = "", ticket: str = "", allow_no_admin: bool = False
) -> list[Organization]:
    """Disable sign-in, end sessions and return the user's organizations.

    Memberships stay. Raises `MembershipRuleError` if an organization would lose its last admin,
    unless ``allow_no_admin``.
    """
    organizations = _organizations_of(user)
    with _record_in_each_organization(
        actor, organizations, events.ACCOUNT_CLOSE, user, reason, ticket
    ):
        _check_state_unchanged(user, is_active=True)
        if not allow_no_admin:
            _check_admins_remain(organizations, user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        for session in UserSession.objects.filter(user=user):
            session.end()
    user.is_active = False
    return organizations


def reopen_account(
    actor: Actor, user: User, *, reason: str = "", ticket: str = ""
) -> list[Organization]:
    """Enable sign-in with the previous password and 2FA."""
    organizations = _organizations_of(user)
    with _record_in_each_organization(
        actor, organizations, events.ACCOUNT_REOPEN, user, reason, ticket
    ):
        _check_state_unchanged(user, is_active=False)
        User.objects.filter(pk=user.pk).update(is_active=True)
    user.is_active = True
    return organizations


def _organizations_of(user: User) -> list[Organization]:
    return list(Organization.objects.filter(membership__user=user).order_by("pk"))


@contextmanager
def _record_in_each_organization(
    actor: Actor,
    organizations: Sequence[Organization],
    event: AuditEvent,
    user: User,
    reason: str,
    ticket: str,
) -> Iterator[None]:
    """Record the event in each organization's log and lock them.

    All or nothing is done. The locks keep two admins from closing each other's accounts.
    """
    actors = [
        replace(actor, organization_id=organization.pk, organization=organization.slug)
        for organization in organizations
    ]
    active = FieldChange("can_sign_in", user.is_active, not user.is_active)
    with ExitStack() as entries:
        for organization_actor in actors or [actor]:
            entries.enter_context(
                record_action(
                    organization_actor,
                    event,
                    object=user.get_username(),
                    changes=[active],
                    reason=reason,
                    ticket=ticket,
                )
            )
        with transaction.atomic():
            pks = [organization.pk for organization in organizations]
            locked = Organization.objects.select_for_update().filter(pk__in=pks)
            list(locked.order_by("pk"))
            yield


def _check_state_unchanged(user: User, *, is_active: bool) -> None:
    if not User.objects.filter(pk=user.pk, is_active=is_active).exists():
        raise MembershipRuleError(_("Someone else changed this account. Reload the page."))


def _check_admins_remain(organizations: Sequence[Organization], user: User) -> None:
    admins = Membership.objects.filter(role=Role.ADMIN, user__is_active=True)
    for organization in organizations:
        memberships = admins.filter(organization=organization)
        if memberships.filter(user=user).exists() and not memberships.exclude(user=user).exists():
            raise MembershipRuleError(
                _("%(name)s would have no administrator. Add another administrator first.")
                % {"name": organization.name}
            )
