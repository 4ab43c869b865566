"""The settings that can be changed for many clients at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from console.audit_log.change_descriptions import (
    CLIENT_SETTINGS,
    ChangeDescription,
    describe_changes,
)
from console.forms.field_kinds import FIELD_KINDS
from console.forms.inputs import empty_list_value
from console.forms.settings_form import SettingsForm, form_for
from console.forms.validation import validation_errors
from console.forms.value_text import format_value as in_words
from console.forms.value_text import translate
from tenants.authlete.changes import diff_edits
from tenants.authlete.documents.base import Section, Setting
from tenants.authlete.documents.client import SECTIONS
from tenants.authlete.documents.client.rules import CLIENT_RULES
from tenants.authlete.documents.client.tokens import ClientExtensionSettings
from tenants.authlete.documents.rules import Rule
from tenants.authlete.json.compare import is_equivalent
from tenants.authlete.operation import Effect

EXTENSION = "extension"
UNIQUE_MEMBERS = {"clientIdAlias"}  # no two clients of a service can have the same
LIST_KINDS = {"strings", "choices"}  # kinds that words can be added to and taken out of

type Members = Mapping[str, Any]


class EditMode(StrEnum):
    """How the entered value changes a setting."""

    EXACTLY = "exactly"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class BulkSetting:
    """A setting of a client, or of the object ``within`` it."""

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

    def value_in(self, client: Members) -> Any:
        """Return the value in ``client``, or None."""
        return (self._holder(client) if self.within else client).get(self.setting.api_name)

    def edits(self, client: Members, value: Any) -> dict[str, Any]:
        """Return what to write to ``client`` to set ``value``; None resets it."""
        if not self.within:
            return {self.setting.api_name: value}
        return {self.within: {**self._holder(client), self.setting.api_name: value}}

    def describe_value(self, value: Any) -> str:
        return in_words(self.setting, value)

    def describe_change(self, before: Any, after: Any) -> list[ChangeDescription]:
        """Describe the change from one value to another."""
        before, after = ({self.setting.api_name: value} for value in (before, after))
        if self.within:
            before, after = {self.within: before}, {self.within: after}
        return describe_changes(diff_edits(before, after), CLIENT_SETTINGS)

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

    def _holder(self, client: Members) -> Members:
        inner_object = client.get(self.within)
        return inner_object if isinstance(inner_object, Mapping) else {}


def _settings_of(section: type[Section], within: str = "") -> Iterable[BulkSetting]:
    for setting in section.settings():
        if setting.api_name == EXTENSION:
            yield from _settings_of(ClientExtensionSettings, EXTENSION)
        elif not setting.is_immutable and setting.api_name not in UNIQUE_MEMBERS:
            yield BulkSetting(section, setting, within)


SETTING_GROUPS: tuple[tuple[str, tuple[BulkSetting, ...]], ...] = tuple(
    (section.title, tuple(_settings_of(section))) for section in SECTIONS.values()
)
BULK_SETTINGS: Mapping[str, BulkSetting] = {
    setting.name: setting for _title, settings in SETTING_GROUPS for setting in settings
}


# A bulk change has one setting.
FIXABLE_RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in CLIENT_RULES
    if len(rule.fix) == 1 and rule.fix.keys() <= BULK_SETTINGS.keys()
}


@dataclass(frozen=True, slots=True)
class SettingEdit:
    """A change of one setting of each client."""

    target: BulkSetting
    mode: EditMode
    value: Any

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


def fix_of(rule: Rule) -> SettingEdit:
    """Return the change that makes clients comply with a rule of `FIXABLE_RULES`."""
    ((name, value),) = rule.fix.items()
    return SettingEdit(BULK_SETTINGS[name], EditMode.EXACTLY, value)


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


LOCK, UNLOCK, SET, ROTATE = "lock", "unlock", "set", "rotate"


@dataclass(frozen=True, slots=True)
class BulkAction:
    """An action that a job runs on each selected client."""

    name: str
    job_kind: str  # of the job
    effect: Effect  # that the person's role must allow
    icon: str
    label: str | Promise
    description: str | Promise
    _title: str | Promise  # with a count

    def title(self, count: int) -> str:
        """Return the title for ``count`` clients."""
        return str(self._title % {"count": count})


BULK_ACTIONS: Mapping[str, BulkAction] = {
    action.name: action
    for action in (
        BulkAction(
            LOCK,
            "client.lock",
            Effect.CHANGE,
            "lock",
            _("Lock"),
            _(
                "The clients can't get new tokens until they are unlocked. Existing tokens are "
                "not revoked."
            ),
            ngettext_lazy("Lock %(count)d client", "Lock %(count)d clients", "count"),
        ),
        BulkAction(
            UNLOCK,
            "client.unlock",
            Effect.CHANGE,
            "unlock",
            _("Unlock"),
            _("The clients can be used again."),
            ngettext_lazy("Unlock %(count)d client", "Unlock %(count)d clients", "count"),
        ),
        BulkAction(
            SET,
            "client.set",
            Effect.CHANGE,
            "edit",
            _("Change a setting"),
            _("Set the same value for all clients, or add and remove list entries."),
            ngettext_lazy("Set %(count)d client", "Set %(count)d clients", "count"),
        ),
        BulkAction(
            ROTATE,
            "client.stage_rotation",
            Effect.REVEAL,
            "key",
            _("Stage new secrets"),
            _(
                "Generate a new secret for each client. The current secret works until you "
                "activate the new one on the client's page."
            ),
            ngettext_lazy(
                "Start %(count)d staged rotation", "Start %(count)d staged rotations", "count"
            ),
        ),
    )
}
