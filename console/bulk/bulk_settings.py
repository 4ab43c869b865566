"""Settings that can be changed for many services or clients at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from console.audit_log.change_descriptions import (
    ChangeDescription,
    DeclaredSettings,
    describe_changes,
)
from console.documents.kinds import DocumentKind
from console.forms.field_kinds import FIELD_KINDS
from console.forms.inputs import empty_list_value
from console.forms.settings_form import SettingsForm, form_for
from console.forms.validation import validation_errors
from console.forms.value_text import format_value as in_words
from console.forms.value_text import translate
from tenants.authlete.changes import diff_edits
from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.json.compare import is_equivalent

EXTENSION = "extension"
LIST_KINDS = {"strings", "choices"}  # kinds that words can be added to and taken out of

type Members = Mapping[str, Any]


class EditMode(StrEnum):
    """How the entered value changes a setting."""

    EXACTLY = "exactly"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class BulkSetting:
    """A setting of a service or client, or of the object ``within`` it."""

    declared: DeclaredSettings  # of the kind of document
    section: type[Section]
    setting: Setting
    within: str = ""  # the member that it is inside of

    @property
    def name(self) -> str:
        """The API name, with a dot inside an object: ``extension.tokenDuration``."""
        member = self.setting.api_name
        return f"{self.within}.{member}" if self.within else member

    @property
    def label(self) -> str:
        return translate(self.setting.label)

    @property
    def is_list(self) -> bool:
        return self.setting.input_type.kind in LIST_KINDS

    def value_in(self, document: Members) -> Any:
        """Return the value in ``document``, or None."""
        return (self._holder(document) if self.within else document).get(self.setting.api_name)

    def edits(self, document: Members, value: Any) -> dict[str, Any]:
        """Return what to write to ``document`` to set ``value``; None resets it."""
        if not self.within:
            return {self.setting.api_name: value}
        return {self.within: {**self._holder(document), self.setting.api_name: value}}

    def describe_value(self, value: Any) -> str:
        return in_words(self.setting, value)

    def describe_change(self, before: Any, after: Any) -> list[ChangeDescription]:
        """Describe the change from one value to another."""
        before, after = ({self.setting.api_name: value} for value in (before, after))
        if self.within:
            before, after = {self.within: before}, {self.within: after}
        return describe_changes(diff_edits(before, after), self.declared)

    def is_same(self, value: Any, other_value: Any) -> bool:
        """Return whether two values are equivalent; off equals absent."""
        unset = not self.setting.is_customized(value) and not self.setting.is_customized(
            other_value
        )
        return unset or is_equivalent(value, other_value)

    def problems(self, value: Any, base: Any) -> list[str]:
        """Return why ``value`` is invalid, except for problems that ``base`` has."""
        kind = FIELD_KINDS[self.setting.input_type.kind]
        return validation_errors(self.section, self.setting, kind.input, value, base)

    def _holder(self, document: Members) -> Members:
        inner_object = document.get(self.within)
        return inner_object if isinstance(inner_object, Mapping) else {}


type SettingGroups = Sequence[tuple[str, Sequence[BulkSetting]]]  # by title of the section


def group_settings(kind: DocumentKind, excluded: Collection[str] = ()) -> SettingGroups:
    """Return the settings of ``kind`` that can be changed, without ``excluded`` names and kinds."""
    return [
        (
            section.title,
            [
                BulkSetting(kind.declared, *found)
                for found in _settings_of(section)
                if not {found[1].api_name, found[1].input_type.kind} & set(excluded)
            ],
        )
        for section in kind.sections.values()
    ]


def _settings_of(
    section: type[Section], within: str = ""
) -> Iterator[tuple[type[Section], Setting, str]]:
    for setting in section.settings():
        if setting.api_name == EXTENSION:
            yield from _settings_of(ClientExtensionSettings, EXTENSION)
        elif not setting.is_immutable:
            yield section, setting, within


@dataclass(frozen=True, slots=True)
class SettingEdit:
    """A change of one setting of each object."""

    target: BulkSetting
    mode: EditMode
    value: Any

    @classmethod
    def exactly(cls, target: BulkSetting, value: Any) -> Self:
        """Return the edit that replaces the value."""
        return cls(target, EditMode.EXACTLY, value)

    def apply_to(self, value: Any) -> Any:
        """Return the new value of a setting."""
        if self.mode is EditMode.EXACTLY:
            return self.value
        entries = value if isinstance(value, list) else []
        if self.mode is EditMode.ADD:
            return [*entries, *(entry for entry in self.value if entry not in entries)]
        remaining = [entry for entry in entries if entry not in self.value]
        return (
            value
            if len(remaining) == len(entries)
            else remaining or empty_list_value(self._setting)
        )

    @property
    def _setting(self) -> Setting:
        return self.target.setting


def setting_form(bulk_setting: BulkSetting) -> type[SettingsForm]:
    """Return the form class with the input of the setting."""
    return form_for([bulk_setting.section])


def entered_value(form: SettingsForm, bulk_setting: BulkSetting) -> Any:
    """Return the value that a valid form holds; None resets the setting.

    An untouched input counts, too: an empty check box means off.
    """
    setting = bulk_setting.setting
    if setting.api_name in form.edits:
        return form.edits[setting.api_name]
    return bool(setting.default) if setting.input_type.kind == "flag" else None
