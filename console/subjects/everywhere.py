"""Having everything of a subject revoked, at every service of every region.

Services are listed anew. A region that does not list them gets an item that lists them
later, and one for each of its services that was seen before.
"""

from collections.abc import Iterator
from itertools import zip_longest

from django.utils.translation import gettext as _

from console.access import Member
from console.editing.known import remember_services
from console.lookups import Found
from console.models import KnownService, Receipt
from console.subjects import keeping
from tenants.audit.events import SUBJECT_REVOKE_ALL
from tenants.audit.notes import doing
from tenants.authlete import Authlete
from tenants.authlete.errors import AuthleteError
from tenants.authlete.listing import all_services
from tenants.jobs.steering import NewItem
from tenants.jobs.steering import start as start_job
from tenants.models import Organization

KIND = "subject.revoke_all"
SECONDS = 6.0  # in which the regions list their services


def start(member: Member, found: Found, reason: str, ticket: str) -> Receipt:
    """Raises `NotRecorded`, and then nothing was begun."""
    connected = member.regions()
    receipt = keeping.begin(
        member, found, reason, ticket, regions=connected, everything=True
    )
    what = {"receipt": str(receipt.pk), "subject": found.subject}
    items = list(_items(member, what))  # asked for before a transaction begins
    try:
        with doing(
            member.who,
            SUBJECT_REVOKE_ALL,
            subject=found.subject,
            object=str(receipt.pk),
            reason=reason,
            ticket=ticket,
        ):
            job = start_job(
                member.who,
                member.organization,
                KIND,
                _("Revoke everything of one subject"),
                items,
                reason=reason,
                ticket=ticket,
            )
    except AuthleteError:
        receipt.delete()
        raise
    keeping.done_by(receipt, job)
    return receipt


def service_item(region: str, number: int, name: str, what: dict[str, str]) -> NewItem:
    return NewItem(region, number, label=name, what=what, sealed=True)


def _items(member: Member, what: dict[str, str]) -> Iterator[NewItem]:
    """The regions take turns, so that none is asked for more at once than another."""
    home = member.organization
    turns, later = [], []
    for region, listed in _listed(member):
        if listed is None:
            label = _("Services that are not known yet")
            later.append(NewItem(region, label=label, what=what, sealed=True))
        names = _known(home, region) if listed is None else listed
        turns.append(
            [service_item(region, number, name, what) for number, name in names.items()]
        )
    for turn in zip_longest(*turns):
        yield from filter(None, turn)
    yield from later


def _listed(member: Member) -> Iterator[tuple[str, dict[int, str] | None]]:
    """The services of each region by number; None where it did not list all."""
    doors: dict[str, Authlete | None] = {}
    for region in member.regions():
        try:
            doors[region.name] = member.connect(region.name)
        except AuthleteError:
            doors[region.name] = None
    open_ = {name: door for name, door in doors.items() if door}
    lists = dict(zip(open_, all_services(list(open_.values()), SECONDS), strict=True))
    whole = {name: one.all for name, one in lists.items() if one.whole}
    remember_services(member.organization, whole)
    for name in doors:
        found = whole.get(name)
        yield (
            name,
            None if found is None else {one.api_key: one.service_name for one in found},
        )


def _known(organization: Organization, region: str) -> dict[int, str]:
    """The services of a region that were seen before."""
    rows = KnownService.objects.filter(organization=organization, region=region)
    return dict(rows.values_list("service_id", "name"))
