"""The columns of the lists of clients, and which of them a user wants to see."""

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from console.clients.listing.rows import ClientRow, iso_time
from console.lists.columns import ListColumn
from console.lists.export import ExportFields
from console.models import Chosen

LIST_NAME = "clients"
NAME_COLUMN = ListColumn[ClientRow]("name", _("Client"), lambda row: row.title.casefold())
SERVICE_COLUMN = ListColumn[ClientRow](
    "service", _("Service"), lambda row: (row.region, row.service)
)
CLIENT_COLUMNS = (
    ListColumn[ClientRow]("type", _("Type"), lambda row: row.client_type),
    ListColumn[ClientRow](
        "auth", _("Authentication"), lambda row: row.auth_method, is_default=False
    ),
    ListColumn[ClientRow]("grants", _("Grants"), lambda row: tuple(row.grants)),
    ListColumn[ClientRow]("redirects", _("Redirects to"), lambda row: tuple(row.hosts)),
    ListColumn[ClientRow]("source", _("Registration"), lambda row: row.source, is_default=False),
    ListColumn[ClientRow]("id", _("Client ID"), lambda row: row.client_id, is_default=False),
    ListColumn[ClientRow]("created", _("Created"), lambda row: row.created_at, is_default=False),
    ListColumn[ClientRow]("changed", _("Changed"), lambda row: row.modified_at),
)
COLUMNS_BY_NAME = {one.name: one for one in (NAME_COLUMN, *CLIENT_COLUMNS)}
DEFAULT_COLUMNS = [one.name for one in CLIENT_COLUMNS if one.is_default]

EXPORT_FIELDS: ExportFields[ClientRow] = {
    "region": lambda row: row.region,
    "service_id": lambda row: row.service_id,
    "service": lambda row: row.service,
    "client_id": lambda row: row.client_id,
    "client_id_alias": lambda row: row.alias,
    "name": lambda row: row.name,
    "type": lambda row: row.client_type,
    "auth_method": lambda row: row.auth_method,
    "grant_types": lambda row: list(row.grants),
    "redirect_hosts": lambda row: list(row.hosts),
    "source": lambda row: row.source,
    "locked": lambda row: row.locked,
    "created_at": lambda row: iso_time(row.created_at),
    "modified_at": lambda row: iso_time(row.modified_at),
    "seen_at": lambda row: row.seen_at.isoformat() if row.seen_at else "",
}


class ColumnsForm(forms.Form):
    """The columns to show besides the name."""

    column = forms.MultipleChoiceField(
        label=_("Columns"),
        required=False,
        choices=[(one.name, one.label) for one in CLIENT_COLUMNS],
        widget=forms.CheckboxSelectMultiple,
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


def chosen_columns(user: User) -> list[str]:
    """Return the names of the columns that ``user`` wants to see, in order."""
    found = Chosen.objects.filter(user=user, name=LIST_NAME).first()
    wanted = found.columns.split() if found else DEFAULT_COLUMNS
    return [one.name for one in CLIENT_COLUMNS if one.name in wanted]


def save_columns(user: User, columns: list[str]) -> None:
    """Save the columns that ``user`` wants to see, for every browser."""
    Chosen.objects.update_or_create(
        user=user, name=LIST_NAME, defaults={"columns": " ".join(columns)}
    )
