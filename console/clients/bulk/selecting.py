"""What a list sent, resolved to the clients that it means at this moment."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Protocol

from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from console.access import Member, Workspace
from console.clients.asked import ASKED, Asked, text_of, value_of
from console.clients.bulk.forms import SelectForm
from console.clients.bulk.kept import Choice, Chosen
from console.clients.bulk.reading import Place
from console.clients.columns import BY_NAME
from console.clients.facets import OF_CLIENTS, narrowed
from console.clients.reading import every_one
from console.clients.rows import Row
from console.clients.searching import Index
from console.editing.ages import Age
from console.models import KnownClient
from tenants.authlete.documents.client import Client
from tenants.regions import regions

AT_ONCE = 200  # places that one statement names
OLD = timedelta(minutes=10)  # of what is known, without a word about it


class Fits(Protocol):
    """Whether a client fits what the list was asked for, as it is now."""

    def __call__(self, place: Place, client: Client) -> bool: ...


def chosen(member: Member, form: SelectForm) -> Choice:
    """Raises an `AuthleteError` where what fits cannot be told at all."""
    told = form.cleaned_data
    choice = Choice(
        (), told["within"], told["query"], told["shown"] or 0, is_all=told["all"]
    )
    if not choice.is_all:
        return replace(choice, clients=_named(member, form.places))
    resolve = _in_service if choice.within else _everywhere
    clients, gaps = resolve(member, choice)
    return replace(choice, clients=clients, gaps=gaps)


def fits(member: Member, choice: Choice) -> Fits:
    """For everything that fits a list: a client may have changed since it was seen."""
    if not choice.is_all:
        return lambda place, client: True
    asked, services = _asked(member, choice)

    def still(place: Place, client: Client) -> bool:
        region, number, _client = place
        row = replace(
            Row.of(region, number, client), service=services.get(place[:2], "")
        )
        named = asked.query.found(
            [row],
            lambda _row: text_of(client),
            lambda row, member: value_of(client, member, row),
        )
        found, _counted = narrowed(
            asked.facets, [(one, 1) for one in named], asked.chosen
        )
        return bool(found)

    return still


def _asked(member: Member, choice: Choice) -> tuple[Asked, dict[tuple[str, int], str]]:
    """What the list was asked for, understood; and what its services are called."""
    query = QueryDict(choice.query)
    if choice.within:
        return Asked(query, ASKED, OF_CLIENTS, list(BY_NAME)), {}
    index = Index(member)
    names = {place: one.name for place, one in index.services.items()}
    return index.asked(query), names


def _in_service(member: Member, choice: Choice) -> tuple[list[Chosen], list[str]]:
    """All that fit of one service, as they are now, and why some may be missing."""
    region, _slash, number = choice.within.partition("/")
    workspace = Workspace(member, regions()[region], member.connect(region))
    asked, _names = _asked(member, choice)
    found = every_one(workspace, int(number), asked)
    return _clients(found.fitting), [_(found.error.title)] if found.error else []


def _everywhere(member: Member, choice: Choice) -> tuple[list[Chosen], list[str]]:
    """All that fit of all services, as they were last seen."""
    index = Index(member)
    asked = index.asked(QueryDict(choice.query))
    if asked.query.problem:
        return [], []
    gaps = [gap for age in index.ages() for gap in _gaps(age)]
    return _clients(index.every_one(asked)), gaps


def _gaps(age: Age) -> Iterator[str]:
    """What of a region may have been overlooked."""
    region = age.region.title
    if number := len(age.silent):
        said = ngettext(
            "%(region)s: %(count)d service did not answer when it was last asked.",
            "%(region)s: %(count)d services did not answer when they were last asked.",
            number,
        )
        yield said % {"region": region, "count": number}
    if age.unread:
        said = ngettext(
            "%(region)s: the clients of %(count)d service were never read.",
            "%(region)s: the clients of %(count)d services were never read.",
            age.unread,
        )
        yield said % {"region": region, "count": age.unread}
    if age.oldest and timezone.now() - age.oldest > OLD:
        at = localtime(age.oldest)
        said = _("%(region)s: what is known is in part as old as %(at)s.")
        when = f"{date_format(at, 'j M')}, {at:%H:%M %:z}"
        yield said % {"region": region, "at": when}


def _clients(rows: Iterable[Row]) -> list[Chosen]:
    return [
        Chosen(row.region, row.service_id, row.client_id, row.title) for row in rows
    ]


def _named(member: Member, places: Sequence[Place]) -> list[Chosen]:
    """The clients at these places, with the names that they were last seen with."""
    names: dict[Place, str] = {}
    for at in range(0, len(places), AT_ONCE):
        these = [
            Q(region=region, service_id=service_id, client_id=client_id)
            for region, service_id, client_id in places[at : at + AT_ONCE]
        ]
        known = KnownClient.objects.filter(
            reduce(or_, these), organization=member.organization
        )
        for one in known:
            place = (one.region, one.service_id, one.client_id)
            names[place] = one.name or one.alias
    return [Chosen(*place, names.get(place, "")) for place in places]


def back(member: Member, choice: Choice) -> str:
    """The list that the clients were chosen in, as it was."""
    slug = member.organization.slug
    path = reverse("clients:index", args=[slug])
    if choice.within:
        path = reverse("clients:listed", args=[slug, *choice.within.split("/")])
    return f"{path}?{choice.query}" if choice.query else path
