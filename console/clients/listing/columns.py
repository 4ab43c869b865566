"""The columns of the lists of clients, and which of them a person wants to see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.clients.listing.rows import ClientRow
from console.models import Chosen

LIST_NAME = "clients"


@dataclass(frozen=True, slots=True)
class ClientColumn:
    name: str
    label: str | Promise
    sort_key: Callable[[ClientRow], Any]
    is_default: bool = True  # shown until somebody chooses
    is_sortable: bool = True


NAME_COLUMN = ClientColumn("name", _("Client"), lambda row: row.title.casefold())
SERVICE_COLUMN = ClientColumn("service", _("Service"), lambda row: (row.region, row.service))
CLIENT_COLUMNS = (
    ClientColumn("type", _("Type"), lambda row: row.client_type),
    ClientColumn("auth", _("Authentication"), lambda row: row.auth_method, is_default=False),
    ClientColumn("grants", _("Grants"), lambda row: tuple(row.grants)),
    ClientColumn("redirects", _("Redirects to"), lambda row: tuple(row.hosts)),
    ClientColumn("source", _("Registration"), lambda row: row.source, is_default=False),
    ClientColumn("id", _("Client ID"), lambda row: row.client_id, is_default=False),
    ClientColumn("created", _("Created"), lambda row: row.created_at, is_default=False),
    ClientColumn("changed", _("Changed"), lambda row: row.modified_at),
)
COLUMNS_BY_NAME = {one.name: one for one in (NAME_COLUMN, *CLIENT_COLUMNS)}
DEFAULT_COLUMNS = [one.name for one in CLIENT_COLUMNS if one.is_default]


class ColumnsForm(forms.Form):
    """Which columns to show, beside the name."""

    column = forms.MultipleChoiceField(
        label=_("Columns"),
        required=False,
        choices=[(one.name, one.label) for one in CLIENT_COLUMNS],
        widget=forms.CheckboxSelectMultiple,
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


def chosen_columns(user: User) -> list[str]:
    """The names of the columns that ``user`` wants to see, in their order."""
    found = Chosen.objects.filter(user=user, name=LIST_NAME).first()
    wanted = found.columns.split() if found else DEFAULT_COLUMNS
    return [one.name for one in CLIENT_COLUMNS if one.name in wanted]


def save_columns(user: User, columns: list[str]) -> None:
    Chosen.objects.update_or_create(
        user=user, name=LIST_NAME, defaults={"columns": " ".join(columns)}
    )
