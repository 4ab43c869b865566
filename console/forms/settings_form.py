"""Forms generated from the sections of a document.

A Django form validates every submitted field; this one validates only changed ones.
The opened values are submitted with the form (`FormSnapshot`), so an unchanged value
is never rejected, rewritten, or compared with a newer version.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from console.forms.field_kinds import FIELD_KINDS, FIXED_KIND, unexpected_kind
from console.forms.inputs import FieldInput
from console.forms.setting_field import UNCOMMON, FieldKind, FieldState, SettingField, cache_key
from console.forms.submitted import SubmittedValues, as_submitted
from console.forms.validation import FormSnapshot, is_same_value, validation_errors
from console.forms.value_text import translate
from tenants.authlete.documents.base import Document, Section, Setting
from tenants.authlete.redaction.exposure import exposes_secret
from tenants.authlete.redaction.unknown_fields import get_section_schema
from tenants.crypto.fingerprints import get_draft_redactor

BASE_FIELD = "base"  # the hidden input with the signed snapshot


@dataclass(frozen=True, slots=True)
class FormProblem:
    """An error that keeps the form from being accepted."""

    message: str
    label: str = ""
    id: str = ""  # of the setting's frame


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """The settings of one section."""

    name: str
    title: str
    help: str
    fields: tuple[SettingField, ...]


class SettingsForm:
    """A form over the settings of some sections."""

    sections: ClassVar[tuple[type[Section], ...]]
    section_by_setting: ClassVar[Mapping[str, type[Section]]]  # by setting name
    settings: ClassVar[Mapping[str, Setting]]  # by name

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        document: Document | None = None,
        base: FormSnapshot | None = None,
        edits: Mapping[str, Any] | None = None,
        entered: QueryDict | None = None,
        object_key: str = "",
    ) -> None:
        """Bind submitted ``data``, or open the form on a document.

        Without ``data``, show ``edits`` over ``document`` or the opened values ``base``, and
        inputs as ``entered`` in other forms over both.
        ``object_key`` identifies the object; its snapshot can't be opened for another one.
        """
        self.is_bound = data is not None
        self.form_key = "/".join([object_key, *(section.__name__ for section in self.sections)])
        self.is_row_change = False  # submitted to add, remove or reset a row
        self._default_state = FieldState(form_key=self.form_key)
        self._focus = ""
        self._words: list[str] = []
        self._shown_names: Container[str] | None = None
        self._show = ""
        self._blanks: dict[str, int] = {}
        self._problems: dict[str, list[str]] = {}
        self._warnings: dict[str, list[str]] = {}
        if document is not None:
            base = FormSnapshot.from_document(document, self.settings.values())
        self._submitted = SubmittedValues.from_query_dict(
            data or entered or QueryDict(), self.settings, self.form_key
        )
        self._overrides = edits or {}
        self._edits: dict[str, Any] = {}
        if data is not None:
            base = self._open_snapshot(data)
            self._apply_buttons(data)
        self._base = base or FormSnapshot(0, {})
        self._kinds = {name: self._kind_of(setting) for name, setting in self.settings.items()}
        self._input_values = {
            name: self._input_value(setting)
            for name, setting in self.settings.items()
            if not setting.is_immutable
        }
        if self.is_bound and not self.is_row_change and base is not None:
            self._check()

    @property
    def title(self) -> str:
        return ", ".join(translate(section.title) for section in self.sections)

    @property
    def version(self) -> int:
        """The opened version: modifiedAt in milliseconds since 1970."""
        return self._base.version

    @cached_property
    def base(self) -> Mapping[str, Any]:
        """The opened values of the editable settings, by API name."""
        return {
            setting.api_name: self._base_value(setting)
            for name, setting in self.settings.items()
            if not setting.is_immutable and (not self.is_bound or name in self._submitted.parts)
        }

    def _base_value(self, setting: Setting) -> Any:
        return self._base.values.get(setting.api_name)

    @property
    def signed(self) -> str:
        """The signed snapshot, for the hidden input `base`."""
        return self._base.sign(self.form_key)

    @property
    def edits(self) -> Mapping[str, Any]:
        """The changed values, by API name; None removes a member."""
        return self._edits

    @property
    def errors(self) -> list[FormProblem]:
        """All errors, in the order of the page."""
        return [
            FormProblem(message, translate(self.settings[name].label), f"field-{name}")
            if name
            else FormProblem(message)
            for name in ("", *self.settings)
            for message in self._problems.get(name, ())
        ]

    def is_valid(self) -> bool:
        return self.is_bound and not self.is_row_change and not self._problems

    def add_error(self, name: str | None, message: str) -> None:
        """Add an error to one setting or to the form as a whole."""
        self._problems.setdefault(name or "", []).append(message)

    def add_warning(self, name: str, message: str) -> None:
        """Add a warning to a setting; it doesn't make the form invalid."""
        self._warnings.setdefault(name, []).append(message)

    @cached_property
    def changed_names(self) -> frozenset[str]:
        """The names of the settings whose inputs changed."""
        return frozenset(name for name in self._input_values if self._is_changed(name))

    @property
    def changed_members(self) -> frozenset[str]:
        """The settings whose inputs changed, by API name."""
        return frozenset(self.settings[name].api_name for name in self.changed_names)

    def filter_settings(self, words: str, show: str) -> None:
        """Show only settings that contain all of ``words``, and those with errors.

        With ``show`` "set" or "changed", also hide all others. Hidden settings keep their
        values when the form is submitted.
        """
        self._words = words.lower().split()
        self._show = show

    def show_only(self, names: Container[str]) -> None:
        """Show only the named settings, without marking any as changed."""
        self._shown_names = names

    def _is_shown(self, setting: Setting) -> bool:
        if self._shown_names is not None and setting.name not in self._shown_names:
            return False
        if setting.name in self._problems or not (self._show or self._words):
            return True
        if self._show == "changed" and setting.name not in self.changed_names:
            return False
        if self._show == "set" and not (
            setting.is_customized(self._base_value(setting)) or setting.name in self.changed_names
        ):
            return False
        text = f"{translate(setting.label)} {setting.api_name} {translate(setting.help)}".lower()
        return all(word in text for word in self._words)

    @property
    def is_empty(self) -> bool:
        """Whether no setting is shown."""
        return not any(group.fields for group in self.groups)

    @cached_property
    def groups(self) -> tuple[FieldGroup, ...]:
        """The shown settings by section."""
        return tuple(
            FieldGroup(
                section.anchor(),
                translate(section.title),
                translate(" ".join((section.__doc__ or "").split())),
                tuple(
                    self[setting.name] for setting in section.settings() if self._is_shown(setting)
                ),
            )
            for section in self.sections
        )

    def __str__(self) -> str:
        return render_to_string("components/settings_form.html", {"form": self})

    __html__ = __str__

    @property
    def summary(self) -> str:
        """The error summary, with links to the settings."""
        return render_to_string("components/form_errors.html", {"form": self})

    def __getitem__(self, name: str) -> SettingField:
        setting = self.settings[name]
        kind = self._kinds[name]
        if setting.is_immutable:
            value = self._base_value(setting)
            typed = kind.input.display(setting, value) if kind is not FIXED_KIND else None
            warnings = tuple(self._warnings.get(name, ()))
            return SettingField(setting, kind, name, typed, value, FieldState(warnings=warnings))
        base, changed = self._base_value(setting), name in self.changed_names
        refused = self._rule_violation(setting, base)
        has_messages = name in self._problems or name in self._warnings
        if changed or refused or has_messages or self._focus.startswith(name):
            state = replace(
                self._default_state,
                errors=tuple(self._problems.get(name, ())),
                entered=changed,
                changed=changed and self._shown_names is None,
                refused=refused,
                warnings=tuple(self._warnings.get(name, ())),
                blank_rows=self._blanks,
                focus=self._focus,
            )
        else:
            state = self._default_state
        return SettingField(setting, kind, name, self._input_values[name], base, state)

    def _open_snapshot(self, data: QueryDict) -> FormSnapshot | None:
        try:
            (text,) = data.getlist(BASE_FIELD)
            return FormSnapshot.from_signed(text, self.form_key)
        except (ValueError, BadSignature):
            self.add_error(
                None,
                _(
                    "This page has expired. Nothing was changed. Reload it and enter your "
                    "changes again."
                ),
            )
            return None

    def _apply_buttons(self, data: QueryDict) -> None:
        """Add or remove a row, or reset a setting, by the pressed button."""
        for button in ("add", "drop", "back"):
            path = data.get(button, "")
            if path.partition(".")[0] not in self.settings:
                continue
            self.is_row_change = True
            if button == "add":
                self._focus = path
                self._blanks[path] = self._submitted.count_blank_rows(path) + 1
            elif button == "drop":
                self._focus = self._submitted.remove_row(path)
            else:
                self._submitted.parts.pop(path, None)

    def _kind_of(self, setting: Setting) -> FieldKind:
        kind = FIELD_KINDS[setting.input_type.kind]
        value = self._base_value(setting)
        is_supported = value is None or kind.input.supports(value)
        if setting.is_immutable:
            return kind if is_supported and kind.name == "hsks" else FIXED_KIND
        return kind if is_supported else unexpected_kind(kind)

    def _input_value(self, setting: Setting) -> Any:
        """Return an input's content; one that wasn't submitted is unchanged."""
        inner, base = self._kinds[setting.name].input, self._base_value(setting)
        sent = self._submitted.parts.get(setting.name)
        if sent is not None:
            return inner.read(setting, sent)
        if setting.api_name in self._overrides:
            return inner.display_edited(setting, self._overrides[setting.api_name], base)
        return inner.display(setting, base)

    def _is_changed(self, name: str) -> bool:
        setting = self.settings[name]
        before = self._kinds[name].input.display(setting, self._base_value(setting))
        after = self._input_values[name]
        return bool(after != before and after != as_submitted(before))

    def _check(self) -> None:
        for name in self._input_values:
            sent = self._submitted.parts.get(name)
            if sent and sent.is_repeated:
                self.add_error(name, _("Submitted twice. Enter it once."))
            elif name in self.changed_names:
                self._clean_setting(self.settings[name])

    def _clean_setting(self, setting: Setting) -> None:
        base = self._base_value(setting)
        inner = self._kinds[setting.name].input
        try:
            value = inner.clean(setting, self._input_values[setting.name], base)
        except ValidationError as error:
            for message in error.messages:
                self.add_error(setting.name, message)
            return
        if is_same_value(value, base):
            return
        section = self.section_by_setting[setting.name]
        problems = validation_errors(section, setting, inner, value, base)
        redactor = get_draft_redactor(self.form_key).with_schema(get_section_schema(section))
        if exposes_secret(setting.api_name, base, value, redactor):
            problems.append(
                _(
                    "A redacted secret would become visible. Restore the names and values next "
                    "to it, or enter a new secret."
                )
            )
        for message in problems:
            self.add_error(setting.name, message)
        if not problems:
            self._edits[setting.api_name] = value

    def _rule_violation(self, setting: Setting, base: Any) -> str:
        """Return why the current value is invalid, or an empty string."""
        section, inner = self.section_by_setting[setting.name], self._kinds[setting.name].input
        if base is None or isinstance(base, bool):
            return ""
        if (key := cache_key(setting, base)) is not UNCOMMON:
            return _common_rule_violation(section, setting, inner, key, get_language())
        return " ".join(validation_errors(section, setting, inner, base))


@lru_cache(maxsize=4096, typed=True)
def _common_rule_violation(
    section: type[Section], setting: Setting, inner: FieldInput, key: Any, _language: str | None
) -> str:
    value = list(key) if isinstance(key, tuple) else key
    return " ".join(validation_errors(section, setting, inner, value))


def form_for(sections: Iterable[type[Section]]) -> type[SettingsForm]:
    """Build the form class for some sections."""
    sections = tuple(sections)
    return type(
        "".join(section.__name__ for section in sections[:1]) + "Form",
        (SettingsForm,),
        {
            "sections": sections,
            "section_by_setting": {
                setting.name: section for section in sections for setting in section.settings()
            },
            "settings": {
                setting.name: setting for section in sections for setting in section.settings()
            },
        },
    )
