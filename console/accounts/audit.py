"""Log sign-ins and account changes in the organization's audit log."""

from collections.abc import Iterator
from typing import Unpack

from django.contrib.auth.models import User
from django.http import HttpRequest

from console.web.access import client_ip
from tenants.audit.actor import Actor
from tenants.audit.events import AuditEvent
from tenants.audit.recorder import EventDetails, record_event
from tenants.authlete.outcome import Outcome
from tenants.models import Membership
from tenants.organizations.members import normalize_email


def log_account_event(
    request: HttpRequest,
    user: User | None,
    event: AuditEvent,
    outcome: Outcome = Outcome.SUCCEEDED,
    *,
    login: str = "",
    **fields: Unpack[EventDetails],
) -> None:
    """Note ``event`` in each organization of ``user``, or in none when there is none.

    ``login`` is who somebody claims to be. Raises `NotRecorded` as `note` does.
    """
    login = normalize_email(login)
    user = user or User.objects.filter(username=login).first()
    for actor in account_actors(request, user, login):
        record_event(actor, event, outcome=outcome, **fields)


def account_actors(request: HttpRequest, user: User | None, login: str) -> Iterator[Actor]:
    """Yield the user as an actor in each of their organizations, or in none."""
    page, address = getattr(request, "page_id", ""), client_ip(request)
    number, name = (user.pk, user.get_username()) if user else (0, login)
    memberships = list(Membership.objects.filter(user=number).select_related("organization"))
    for membership in memberships:
        home = membership.organization
        yield Actor(number, name, membership.role, home.pk, home.slug, page, address)
    if not memberships:
        yield Actor(number, name, page_id=page, ip_address=address)
