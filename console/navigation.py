"""The places that a signed-in person can go to, in the order of the menu."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.paths import path_to
from tenants.authlete.operation import Effect
from tenants.roles import Need, Right, Role


@dataclass(frozen=True, slots=True)
class Place:
    """A page of an organization that stands in the menu for who may see it."""

    route: str
    label: str | Promise
    icon: str
    needs: Need | None = None  # None: every member


@dataclass(frozen=True, slots=True)
class Link:
    """A place, as this request sees it."""

    label: str | Promise
    icon: str
    path: str
    here: bool
    route: str


PLACES: tuple[tuple[str | Promise, tuple[Place, ...]], ...] = (
    (
        "",
        (
            Place("dashboard:index", _("Home"), "home"),
            Place("services:index", _("Services"), "services", Effect.READ),
            Place("clients:index", _("Clients"), "clients", Effect.READ),
            Place("keys:index", _("Keys"), "key", Effect.READ),
            Place("subjects:index", _("Subjects"), "person", Right.DESK),
            Place("tokens:check", _("Check a token"), "key", Right.DESK),
            Place("batches:index", _("Batches"), "batches", Effect.READ),
            Place("jobs:index", _("Jobs"), "jobs"),
        ),
    ),
    (
        _("People and record"),
        (
            Place("audit:index", _("Audit record"), "record", Right.RECORD),
            Place("audit:access", _("Access"), "members", Right.RECORD),
        ),
    ),
    (
        _("Organization"),
        (
            Place("members:index", _("Members"), "members", Right.MANAGE),
            Place("credentials:index", _("Credentials"), "credentials", Right.MANAGE),
            Place("streams:index", _("Streams"), "record", Right.MANAGE),
            Place("webhooks:index", _("Webhooks"), "outside", Right.MANAGE),
        ),
    ),
)


# The place that stands for all pages of an area, and those that stand for one page.
OF_AREA = {
    place.route.split(":")[0]: place.route
    for _heading, places in reversed(PLACES)
    for place in reversed(places)
} | {"searches": "audit:index"}
OF_A_PAGE = {place.route for _heading, places in PLACES for place in places} - set(
    OF_AREA.values()
)


def menu(
    here: str, organization: str, role: Role
) -> Iterator[tuple[str | Promise, list[Link]]]:
    """The headings of the menu, each with the links that this role may follow.

    ``here`` is the area of the page, or its route if that has a place of its own. A
    place whose page does not exist is left out.
    """
    for heading, places in PLACES:
        links = []
        for place in places:
            path = path_of(place.route, organization)
            if path and (place.needs is None or role.may(place.needs)):
                at = place.route in (here, OF_AREA.get(here))
                links.append(Link(place.label, place.icon, path, at, place.route))
        if links:
            yield heading, links


def path_of(route: str, *places: str) -> str:
    """The path of a page, or nothing when there is no such page."""
    try:
        return path_to(route, *places)
    except NoReverseMatch:
        return ""
