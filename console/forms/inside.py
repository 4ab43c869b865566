"""Changes inside a setting: ``supportedScopes[email].description`` in words."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from console.forms.columns import COLUMNS
from console.forms.words import as_json, members, said, words
from tenants.authlete.documents.base import Setting, Show

# A step into a list, by an item's name, or into an object, by a member's.
STEP = re.compile(r"\[(?P<item>.*?)\](?=[.\[]|$)|\.(?P<member>[^.\[]+)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Inside:
    """A place inside a setting."""

    setting: Setting
    label: str
    is_item: bool = False  # a whole item of a list

    def words(self, value: Any) -> str:
        """What is at this place, in words."""
        if not self.is_item:
            return words(self.setting, value)
        if value is None:
            return _("not there")
        if isinstance(value, Mapping):
            return members(self.setting, value)
        return value if isinstance(value, str) else as_json(value)


def inside(setting: Setting, path: str) -> Inside:
    """The place that ``path`` leads to; what is not declared keeps its name."""
    place = Inside(setting, said(setting.label))
    for step in STEP.finditer(path):
        item, member = step["item"], step["member"]
        if member is None:
            place = Inside(place.setting, f"{place.label}, {item}", is_item=True)
        else:
            found = _member(place.setting, member)
            place = Inside(found, f"{place.label}, {said(found.label)}")
    return place


def _member(setting: Setting, member: str) -> Setting:
    columns = COLUMNS.get(setting.show.kind, ())
    undeclared = Setting(member, member, member, "", Show("text"))
    return next((one for one in columns if one.member == member), undeclared)
