"""The places that a signed-in person can go to, in the order of the menu."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.web.paths import cached_reverse
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission, Permission, Role


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page of an organization that stands in the menu for who may see it."""

    route: str
    label: str | Promise
    icon: str
    needs: Permission | None = None  # None: every member


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A place, as this request sees it."""

    label: str | Promise
    icon: str
    path: str
    is_current: bool
    route: str


MENU: tuple[tuple[str | Promise, tuple[MenuItem, ...]], ...] = (
    (
        "",
        (
            MenuItem("dashboard:index", _("Home"), "home"),
            MenuItem("services:index", _("Services"), "services", Effect.READ),
            MenuItem("clients:index", _("Clients"), "clients", Effect.READ),
            MenuItem("keys:index", _("Keys"), "key", Effect.READ),
            MenuItem("users:index", _("Subjects"), "person", ConsolePermission.USERS),
            MenuItem("tokens:lookup", _("Token lookup"), "key", ConsolePermission.USERS),
            MenuItem("batches:index", _("Batches"), "batches", Effect.READ),
            MenuItem("jobs:index", _("Jobs"), "jobs"),
        ),
    ),
    (
        _("People and record"),
        (
            MenuItem("audit:index", _("Audit record"), "record", ConsolePermission.AUDIT_LOG),
            MenuItem(
                "audit:access_review",
                _("Access"),
                "members",
                ConsolePermission.AUDIT_LOG,
            ),
        ),
    ),
    (
        _("Organization"),
        (
            MenuItem(
                "members:index",
                _("Members"),
                "members",
                ConsolePermission.ADMINISTRATION,
            ),
            MenuItem(
                "credentials:index",
                _("Credentials"),
                "credentials",
                ConsolePermission.ADMINISTRATION,
            ),
            MenuItem(
                "streams:index",
                _("Streams"),
                "record",
                ConsolePermission.ADMINISTRATION,
            ),
            MenuItem(
                "webhooks:index",
                _("Webhooks"),
                "outside",
                ConsolePermission.ADMINISTRATION,
            ),
        ),
    ),
)


# The place that stands for all pages of an area, and those that stand for one page.
MENU_ROUTE_BY_AREA = {
    place.route.split(":")[0]: place.route
    for _heading, places in reversed(MENU)
    for place in reversed(places)
} | {"searches": "audit:index"}
PAGE_MENU_ROUTES = {place.route for _heading, places in MENU for place in places} - set(
    MENU_ROUTE_BY_AREA.values()
)


def build_menu(
    current: str, organization: str, role: Role
) -> Iterator[tuple[str | Promise, list[MenuLink]]]:
    """The headings of the menu, each with the links that this role may follow.

    ``here`` is the area of the page, or its route if that has a place of its own. A
    place whose page does not exist is left out.
    """
    for heading, places in MENU:
        links = []
        for place in places:
            path = optional_path(place.route, organization)
            if path and (place.needs is None or role.has_permission(place.needs)):
                at = place.route in (current, MENU_ROUTE_BY_AREA.get(current))
                links.append(MenuLink(place.label, place.icon, path, at, place.route))
        if links:
            yield heading, links


def optional_path(route: str, *args: str) -> str:
    """The path of a page, or nothing when there is no such page."""
    try:
        return cached_reverse(route, *args)
    except NoReverseMatch:
        return ""
