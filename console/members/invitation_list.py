"""The columns, filters and export of the list of pending invitations."""

from django.utils.translation import gettext_lazy as _

from console.lists.definition import ListDefinition
from console.lists.export import iso_time
from console.lists.facets import Facet
from console.lists.request import ListColumn
from console.web.labels import ROLE_LABELS
from tenants.organizations.invitations import PendingInvitation
from tenants.organizations.roles import Role


def _state(row: PendingInvitation) -> str:
    if row.is_expired:
        return "expired"
    return "pending" if row.is_valid else "void"


INVITATIONS = ListDefinition[PendingInvitation](
    "invitations",
    _("Pending invitations"),
    _("Search invitations by email"),
    _("Email"),
    columns=(
        ListColumn("person", _("Person"), lambda row: row.invitation.email),
        ListColumn("role", _("Role"), lambda row: list(Role).index(Role(row.invitation.role))),
        ListColumn("link", _("Link"), lambda row: row.invitation.is_link_shown),
        ListColumn("expires", _("Expires"), lambda row: row.invitation.expires_at),
        ListColumn("actions", "", lambda row: row.invitation.email, is_sortable=False),
    ),
    facets=(
        Facet("role", _("Role"), lambda row: [row.invitation.role], ROLE_LABELS),
        Facet(
            "state",
            _("State"),
            lambda row: [_state(row)],
            {"pending": _("Pending"), "expired": _("Expired"), "void": _("Void")},
        ),
    ),
    text=lambda row: row.invitation.email,
    fields={
        "email": lambda row: row.invitation.email,
        "role": lambda row: row.invitation.role,
        "state": _state,
        "expires": lambda row: iso_time(row.invitation.expires_at),
    },
)
