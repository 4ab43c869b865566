"""Labels and formats of nested settings: ``supportedScopes[email].description``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.forms.columns import COLUMNS
from console.forms.value_text import format_members, format_value, to_json, translate
from tenants.authlete.documents.base import InputType, Setting

# A step into a list, by item name, or into an object, by member name.
STEP_PATTERN = re.compile(r"\[(?P<item>.*?)\](?=[.\[]|$)|\.(?P<member>[^.\[]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NestedSetting:
    """A setting, or an item or member inside it."""

    setting: Setting
    label: str
    is_item: bool = False  # a whole item of a list

    def format(self, value: Any) -> str:
        """Return ``value`` as text."""
        if not self.is_item:
            return format_value(self.setting, value)
        if value is None:
            return _("not set")
        if isinstance(value, Mapping):
            return format_members(self.setting, value)
        return value if isinstance(value, str) else to_json(value)


def resolve_nested(setting: Setting, path: str) -> NestedSetting:
    """Return the nested setting at ``path``; undeclared members keep their name."""
    nested = NestedSetting(setting, translate(setting.label))
    for step in STEP_PATTERN.finditer(path):
        item, member = step["item"], step["member"]
        if member is None:
            nested = NestedSetting(nested.setting, f"{nested.label}, {item}", is_item=True)
        else:
            declared = _declared_member(nested.setting, member)
            nested = NestedSetting(declared, f"{nested.label}, {translate(declared.label)}")
    return nested


def _declared_member(setting: Setting, member: str) -> Setting:
    columns = COLUMNS.get(setting.input_type.kind, ())
    undeclared = Setting(member, member, member, "", InputType("text"))
    return next((column for column in columns if column.api_name == member), undeclared)
