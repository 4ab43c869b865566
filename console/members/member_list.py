"""The columns, filters and export of the list of members."""

from django.utils.translation import gettext_lazy as _

from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.web.labels import ROLE_LABELS
from tenants.models import Membership
from tenants.organizations.roles import Role


def _has_factor(person: Membership) -> bool:
    """Return whether 2FA is set up; `query_members` annotates it."""
    return bool(getattr(person, "has_factor", False))


def _full_name(person: Membership) -> str:
    return person.user.get_full_name() or person.user.username


def _account_state(person: Membership) -> str:
    if not person.user.is_active:
        return "closed"
    return "open" if person.user.has_usable_password() else "pending"


MEMBERS = ListDefinition[Membership](
    "members",
    _("Members"),
    _("Search members by name or email"),
    _("Name or email"),
    columns=(
        ListColumn("person", _("Person"), lambda row: _full_name(row).casefold()),
        ListColumn("role", _("Role"), lambda row: list(Role).index(Role(row.role))),
        ListColumn("2fa", _("2FA"), _has_factor),
        ListColumn("signed-in", _("Last sign-in"), lambda row: iso_time(row.user.last_login)),
    ),
    facets=(
        Facet("role", _("Role"), lambda row: [row.role], ROLE_LABELS),
        Facet(
            "2fa",
            _("2FA"),
            lambda row: ["on" if _has_factor(row) else "off"],
            {"on": _("enabled"), "off": _("not enabled")},
        ),
        Facet(
            "account",
            _("Account"),
            lambda row: [_account_state(row)],
            {"open": _("Open"), "pending": _("No password"), "closed": _("Closed")},
        ),
    ),
    text=lambda row: f"{row.user.get_full_name()} {row.user.username} {row.user.email}",
    fields={
        "name": lambda row: row.user.get_full_name(),
        "account": lambda row: row.user.username,
        "role": lambda row: row.role,
        "second_factor": _has_factor,
        "state": _account_state,
        "last_sign_in": lambda row: iso_time(row.user.last_login),
    },
)
