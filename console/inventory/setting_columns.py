"""Settings as columns of the lists of services and clients.

The chosen columns are in the URL of the list, so that links and exports show the same; without
any there, the person's own choice applies.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django import forms
from django.contrib.auth.models import User
from django.forms.boundfield import BoundWidget
from django.http import QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from console.forms.value_text import format_value, translate
from console.inventory.setting_values import SettingValues
from console.lists.export import ExportFields
from console.lists.request import COLUMNS_PARAM
from console.lists.search_values import to_atoms
from console.models import ColumnPreference
from tenants.authlete.documents.base import Section
from tenants.authlete.documents.searchable import SearchableSetting, ValueType

MAX_SETTING_COLUMNS = 20
FORMATTED_TYPES = set(ValueType) - {ValueType.TEXT}


class HasSettings(Protocol):
    """A row with the values of its settings."""

    @property
    def settings(self) -> SettingValues: ...


@dataclass(frozen=True, slots=True)
class SettingColumn:
    """A column with the values of a setting."""

    searchable: SearchableSetting
    is_sortable: bool = False
    is_number: bool = False

    @property
    def name(self) -> str:
        return self.searchable.name

    @property
    def label(self) -> str:
        return translate(self.searchable.setting.label)

    def text(self, row: HasSettings) -> str:
        """Return the value in a row as text; empty if it is not set."""
        value = row.settings.get(self.name)
        if value is None:
            return ""
        if self.searchable.type in FORMATTED_TYPES:
            return format_value(self.searchable.setting, value)
        return ", ".join(map(str, to_atoms(value)))

    def value(self, row: HasSettings) -> Any:
        """Return the value in a row for exports; off for a flag without one."""
        value = row.settings.get(self.name)
        return False if value is None and self.searchable.type is ValueType.FLAG else value


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """The columns that can be chosen in one kind of list."""

    list_name: str
    sections: Mapping[str, type[Section]]
    settings: Mapping[str, SearchableSetting]
    columns: Mapping[str, Any]  # labels of the list's own columns, by name
    default: Sequence[str] = ()

    def chosen(self, user: User, params: QueryDict) -> list[str]:
        """Return the names of the columns to show, the list's own first."""
        if COLUMNS_PARAM in params:
            names = str(params[COLUMNS_PARAM]).split(",")
        else:
            saved = ColumnPreference.objects.filter(user=user, name=self.list_name).first()
            names = saved.columns.split() if saved else list(self.default)
        known = {name.lower(): name for name in (*self.columns, *self.settings)}
        found = {known[name.lower()] for name in names if name.lower() in known}
        settings = [name for name in self.settings if name in found]
        return [name for name in self.columns if name in found] + settings[:MAX_SETTING_COLUMNS]

    def setting_columns(self, names: Sequence[str]) -> list[SettingColumn]:
        """Return the columns among ``names`` that are settings."""
        return [SettingColumn(self.settings[name]) for name in names if name in self.settings]

    def save(self, user: User, names: Sequence[str]) -> None:
        """Save the columns that ``user`` wants to see, for every browser."""
        ColumnPreference.objects.update_or_create(
            user=user, name=self.list_name, defaults={"columns": " ".join(names)}
        )


def export_fields[Row: HasSettings](columns: Sequence[SettingColumn]) -> ExportFields[Row]:
    """Return the fields of an export for settings."""
    fields: dict[str, Callable[[Row], Any]] = {column.name: column.value for column in columns}
    return fields


class ColumnsForm(forms.Form):
    """The columns to show besides the name."""

    column = forms.MultipleChoiceField(
        label=_("Columns"), required=False, widget=forms.CheckboxSelectMultiple
    )
    setting = forms.MultipleChoiceField(
        label=_("Settings"), required=False, widget=forms.CheckboxSelectMultiple
    )
    next = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, choice: ColumnChoice, **options: Any) -> None:
        super().__init__(*args, **options)
        self._choice = choice
        self.fields["column"].choices = list(choice.columns.items())  # type: ignore[attr-defined]
        self.fields["setting"].choices = [  # type: ignore[attr-defined]
            (name, f"{translate(item.setting.label)} ({name})")
            for name, item in choice.settings.items()
        ]

    def clean_setting(self) -> list[str]:
        names: list[str] = self.cleaned_data["setting"]
        if len(names) > MAX_SETTING_COLUMNS:
            text = _("Choose at most %(count)d settings.") % {"count": MAX_SETTING_COLUMNS}
            raise forms.ValidationError(text)
        return names

    def clean_next(self) -> str:
        """Return the URL of the list to go back to; only local URLs."""
        url: str = self.cleaned_data["next"]
        is_local = url.startswith("/") and url_has_allowed_host_and_scheme(url, None)
        return url if is_local else ""

    @property
    def names(self) -> list[str]:
        """The chosen columns."""
        return [*self.cleaned_data["column"], *self.cleaned_data["setting"]]

    @property
    def setting_groups(self) -> list[tuple[str, list[BoundWidget], bool]]:
        """The settings of each section, and whether one of them is chosen."""
        options = {str(option.data["value"]): option for option in self["setting"]}
        groups = []
        for section in self._choice.sections.values():
            names = {item.api_name for item in section.settings()}
            found = [
                option
                for name, option in options.items()
                if (self._choice.settings[name].within or name) in names
            ]
            if found:
                is_open = any(option.data["selected"] for option in found)
                groups.append((translate(section.title), found, is_open))
        return groups
