"""The menu of an organization, in order."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import NoReverseMatch, Resolver404, resolve, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.web.paths import cached_reverse
from tenants.authlete.operation import Effect
from tenants.organizations.roles import ConsolePermission, Permission, Role


@dataclass(frozen=True, slots=True)
class MenuItem:
    """A page in the menu, shown to members with its permission."""

    route: str
    label: str | Promise
    icon: str
    key: str  # pressed after "g"
    needs: Permission | None = None  # None: every member


@dataclass(frozen=True, slots=True)
class MenuLink:
    """A menu item, rendered for one request."""

    label: str | Promise
    icon: str
    key: str
    path: str
    is_current: bool
    route: str


USERS = ConsolePermission.USERS
AUDIT_LOG = ConsolePermission.AUDIT_LOG
ADMINISTRATION = ConsolePermission.ADMINISTRATION

MENU: tuple[tuple[str | Promise, tuple[MenuItem, ...]], ...] = (
    (
        "",
        (
            MenuItem("dashboard:index", _("Home"), "home", "h"),
            MenuItem("services:index", _("Services"), "services", "s", Effect.READ),
            MenuItem("clients:index", _("Clients"), "clients", "c", Effect.READ),
            MenuItem("keys:index", _("Keys"), "key", "k", Effect.READ),
            MenuItem("findings:index", _("Findings"), "flag", "i", Effect.READ),
            MenuItem("users:index", _("Users"), "person", "u", USERS),
            MenuItem("tokens:lookup", _("Token lookup"), "token", "t", USERS),
            MenuItem("batches:index", _("Batches"), "batches", "b", Effect.READ),
            MenuItem("jobs:index", _("Jobs"), "jobs", "j"),
        ),
    ),
    (
        _("Audit"),
        (
            MenuItem("audit:index", _("Audit log"), "record", "a", AUDIT_LOG),
            MenuItem("audit:access_review", _("Access review"), "review", "r", AUDIT_LOG),
        ),
    ),
    (
        _("Organization"),
        (
            MenuItem("members:index", _("Members"), "members", "m", ADMINISTRATION),
            MenuItem("credentials:index", _("Credentials"), "credentials", "d", ADMINISTRATION),
            MenuItem("policies:index", _("Policies"), "settings", "p", ADMINISTRATION),
            MenuItem("streams:index", _("Log streams"), "stream", "l", ADMINISTRATION),
            MenuItem("webhooks:index", _("Webhooks"), "webhook", "w", ADMINISTRATION),
        ),
    ),
)

# The menu item of each area, and the items that stand for a single page.
MENU_ROUTE_BY_AREA = {
    item.route.split(":")[0]: item.route
    for _heading, items in reversed(MENU)
    for item in reversed(items)
} | {"searches": "audit:index"}
PAGE_MENU_ROUTES = {item.route for _heading, items in MENU for item in items} - set(
    MENU_ROUTE_BY_AREA.values()
)


def build_menu(
    current: str, organization: str, role: Role
) -> Iterator[tuple[str | Promise, list[MenuLink]]]:
    """Yield the menu's headings, each with the links that ``role`` may follow.

    ``current`` is the area of the page, or its route if that has an item of its own.
    """
    for heading, items in MENU:
        links = []
        for item in items:
            path = optional_path(item.route, organization)
            if path and (item.needs is None or role.has_permission(item.needs)):
                is_current = item.route in (current, MENU_ROUTE_BY_AREA.get(current))
                links.append(
                    MenuLink(item.label, item.icon, item.key, path, is_current, item.route)
                )
        if links:
            yield heading, links


def optional_path(route: str, *args: str) -> str:
    """Return the path of a page; empty if there is no such page."""
    try:
        return cached_reverse(route, *args)
    except NoReverseMatch:
        return ""


SHARED_PARAMS = {"organization", "rule"}  # of pages that every organization has


def page_in_organization(path: str, organization: str, role: Role) -> str:
    """Return the path of the same page in another organization.

    A page about an object leads to the list of its area, and one that ``role`` may not open to
    the organization's home.
    """
    home = cached_reverse("dashboard:index", organization)
    try:
        match = resolve(path)
    except Resolver404:
        return home
    if "organization" not in match.kwargs:
        return home
    needs = getattr(match.func, "needs", None)
    if match.kwargs.keys() <= SHARED_PARAMS and (needs is None or role.has_permission(needs)):
        return reverse(match.view_name, kwargs={**match.kwargs, "organization": organization})
    menu = build_menu(match.app_name, organization, role)
    return next((link.path for _, links in menu for link in links if link.is_current), home)
