"""Keeping what happens at the door where those who look after it read it."""

from collections.abc import Iterator
from typing import Unpack

from django.contrib.auth.models import User
from django.http import HttpRequest

from console.access import address_of
from tenants.audit.events import Event
from tenants.audit.notes import Told, note
from tenants.audit.who import Who
from tenants.authlete.errors import Outcome
from tenants.members import normal
from tenants.models import Membership


def keep(
    request: HttpRequest,
    user: User | None,
    event: Event,
    outcome: Outcome = Outcome.DONE,
    *,
    login: str = "",
    **told: Unpack[Told],
) -> None:
    """Note ``event`` in each organization of ``user``, or in none when there is none.

    ``login`` is who somebody claims to be. Raises `NotRecorded` as `note` does.
    """
    login = normal(login)
    user = user or User.objects.filter(username=login).first()
    for who in _whos(request, user, login):
        note(who, event, outcome=outcome, **told)


def _whos(request: HttpRequest, user: User | None, login: str) -> Iterator[Who]:
    page, address = getattr(request, "page", ""), address_of(request)
    number, name = (user.pk, user.get_username()) if user else (0, login)
    found = list(Membership.objects.filter(user=number).select_related("organization"))
    for one in found:
        home = one.organization
        yield Who(number, name, one.role, home.pk, home.slug, page, address)
    if not found:
        yield Who(number, name, page=page, address=address)
