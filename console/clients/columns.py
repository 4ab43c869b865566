"""The columns of the lists of clients, and which of them a person wants to see."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from console.clients.rows import Row
from console.models import Chosen

LIST = "clients"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    label: str | Promise
    key: Callable[[Row], Any]
    usual: bool = True  # shown until somebody chooses
    sorts: bool = True


NAME = Column("name", _("Client"), lambda row: row.title.casefold())
SERVICE = Column("service", _("Service"), lambda row: (row.region, row.service))
COLUMNS = (
    Column("type", _("Type"), lambda row: row.client_type),
    Column("auth", _("Authentication"), lambda row: row.auth_method, usual=False),
    Column("grants", _("Grants"), lambda row: tuple(row.grants)),
    Column("redirects", _("Redirects to"), lambda row: tuple(row.hosts)),
    Column("source", _("Registration"), lambda row: row.source, usual=False),
    Column("id", _("Client ID"), lambda row: row.client_id, usual=False),
    Column("created", _("Created"), lambda row: row.created_at, usual=False),
    Column("changed", _("Changed"), lambda row: row.modified_at),
)
BY_NAME = {one.name: one for one in (NAME, *COLUMNS)}
USUAL = [one.name for one in COLUMNS if one.usual]


class ColumnsForm(forms.Form):
    """Which columns to show, beside the name."""

    column = forms.MultipleChoiceField(
        label=_("Columns"),
        required=False,
        choices=[(one.name, one.label) for one in COLUMNS],
        widget=forms.CheckboxSelectMultiple,
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)


def chosen(user: User) -> list[str]:
    """The names of the columns that ``user`` wants to see, in their order."""
    found = Chosen.objects.filter(user=user, name=LIST).first()
    wanted = found.columns.split() if found else USUAL
    return [one.name for one in COLUMNS if one.name in wanted]


def choose(user: User, columns: list[str]) -> None:
    Chosen.objects.update_or_create(
        user=user, name=LIST, defaults={"columns": " ".join(columns)}
    )
