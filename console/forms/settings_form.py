"""From sections to a form; a section stays the only declaration of its settings.

It has the face of a Django form and is none: Django's cleans every field that was
sent, and this one must judge only what a person changed. What they saw comes back
with the form (`snapshot`), so a value that nobody touched is never refused, never
written anew and never compared with a service that has moved on meanwhile.
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

BASE_FIELD = "base"  # the input that carries what was seen


@dataclass(frozen=True, slots=True)
class FormProblem:
    """Something to put right before the form can be taken."""

    message: str
    label: str = ""
    id: str = ""  # of the setting's frame, to link to


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
    section_by_setting: ClassVar[Mapping[str, type[Section]]]  # by the setting's name
    settings: ClassVar[Mapping[str, Setting]]  # by name

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        document: Document | None = None,
        base: FormSnapshot | None = None,
        edits: Mapping[str, Any] | None = None,
        place: str = "",
    ) -> None:
        """Bind what was sent, or open the form on a document.

        Without ``data`` it shows ``edits`` over ``document``, or over what was seen
        before as ``base``. ``place`` names the object; what was seen at one place
        does not open at another.
        """
        self.is_bound = data is not None
        self.form_key = "/".join([place, *(section.__name__ for section in self.sections)])
        self.is_row_change = False  # sent by a button that only draws the form anew
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
            data or QueryDict(), self.settings, self.form_key
        )
        self._overrides = edits or {}
        self._edits: dict[str, Any] = {}
        if data is not None:
            base = self._open_snapshot(data)
            self._apply_buttons(data)
        self._base = base or FormSnapshot(0, {})
        self._kinds = {name: self._kind_of(one) for name, one in self.settings.items()}
        self._input_values = {
            name: self._input_value(one)
            for name, one in self.settings.items()
            if not one.is_immutable
        }
        if self.is_bound and not self.is_row_change and base is not None:
            self._check()

    # ------------------------------------------------------------ what it is

    @property
    def title(self) -> str:
        return ", ".join(translate(section.title) for section in self.sections)

    @property
    def version(self) -> int:
        """The version that the person saw; milliseconds since 1970."""
        return self._base.version

    @cached_property
    def base(self) -> Mapping[str, Any]:
        """What the person saw of every setting that they could change."""
        return {
            one.api_name: self._base_value(one)
            for name, one in self.settings.items()
            if not one.is_immutable and (not self.is_bound or name in self._submitted.parts)
        }

    def _base_value(self, one: Setting) -> Any:
        return self._base.values.get(one.api_name)

    @property
    def signed(self) -> str:
        """For the form's hidden input `base`."""
        return self._base.sign(self.form_key)

    @property
    def edits(self) -> Mapping[str, Any]:
        """What the person changed, by Authlete's names; None takes a member out."""
        return self._edits

    @property
    def errors(self) -> list[FormProblem]:
        """Everything to put right, in the order of the page."""
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
        """Say what is wrong with one setting, or with the form as a whole."""
        self._problems.setdefault(name or "", []).append(message)

    def add_warning(self, name: str, message: str) -> None:
        """Say at a setting what does not go together; it is taken all the same."""
        self._warnings.setdefault(name, []).append(message)

    @cached_property
    def changed_names(self) -> frozenset[str]:
        """The names of the settings whose inputs hold something else than before."""
        return frozenset(name for name in self._input_values if self._is_changed(name))

    def filter_settings(self, words: str, show: str) -> None:
        """Show only settings that match every one of ``words``, and invalid ones.

        With ``show`` "set" or "changed", show only such settings. A setting that is not in the
        page keeps its value.
        """
        self._words = words.lower().split()
        self._show = show

    def show_only(self, names: Container[str]) -> None:
        """Show the settings of these names only, for an object that is not created yet.

        No setting is marked as changed.
        """
        self._shown_names = names

    def _is_shown(self, one: Setting) -> bool:
        if self._shown_names is not None and one.name not in self._shown_names:
            return False
        if one.name in self._problems or not (self._show or self._words):
            return True
        if self._show == "changed" and one.name not in self.changed_names:
            return False
        if self._show == "set" and not (
            one.is_customized(self._base_value(one)) or one.name in self.changed_names
        ):
            return False
        text = f"{translate(one.label)} {one.api_name} {translate(one.help)}".lower()
        return all(word in text for word in self._words)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left to be drawn."""
        return not any(group.fields for group in self.groups)

    @cached_property
    def groups(self) -> tuple[FieldGroup, ...]:
        """The settings by section, for the template."""
        return tuple(
            FieldGroup(
                section.__name__.lower(),
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
        """What keeps the form from being taken, as a notice that links there."""
        return render_to_string("components/form_errors.html", {"form": self})

    def __getitem__(self, name: str) -> SettingField:
        one = self.settings[name]
        kind = self._kinds[name]
        if one.is_immutable:
            value = self._base_value(one)
            typed = kind.input.display(one, value) if kind is not FIXED_KIND else None
            warnings = tuple(self._warnings.get(name, ()))
            return SettingField(one, kind, name, typed, value, FieldState(warnings=warnings))
        base, changed = self._base_value(one), name in self.changed_names
        refused = self._rule_violation(one, base)
        said = name in self._problems or name in self._warnings
        if changed or refused or said or self._focus.startswith(name):
            told = replace(
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
            told = self._default_state
        return SettingField(one, kind, name, self._input_values[name], base, told)

    # --------------------------------------------------------------- reading

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
        """Rows that were asked for, or given up, and settings put back."""
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

    def _kind_of(self, one: Setting) -> FieldKind:
        kind = FIELD_KINDS[one.input_type.kind]
        value = self._base_value(one)
        fits = value is None or kind.input.supports(value)
        if one.is_immutable:
            return kind if fits and kind.name == "hsks" else FIXED_KIND
        return kind if fits else unexpected_kind(kind)

    def _input_value(self, one: Setting) -> Any:
        """Return the value of the inputs; inputs that were not in the page are unchanged."""
        inner, base = self._kinds[one.name].input, self._base_value(one)
        sent = self._submitted.parts.get(one.name)
        if sent is not None:
            return inner.read(one, sent)
        if one.api_name in self._overrides:
            return inner.display_edited(one, self._overrides[one.api_name], base)
        return inner.display(one, base)

    def _is_changed(self, name: str) -> bool:
        one = self.settings[name]
        before = self._kinds[name].input.display(one, self._base_value(one))
        now = self._input_values[name]
        return bool(now != before and now != as_submitted(before))

    # -------------------------------------------------------------- checking

    def _check(self) -> None:
        for name in self._input_values:
            sent = self._submitted.parts.get(name)
            if sent and sent.is_repeated:
                self.add_error(name, _("Submitted twice. Enter it once."))
            elif name in self.changed_names:
                self._clean_setting(self.settings[name])

    def _clean_setting(self, one: Setting) -> None:
        base = self._base_value(one)
        inner = self._kinds[one.name].input
        try:
            value = inner.clean(one, self._input_values[one.name], base)
        except ValidationError as error:
            for message in error.messages:
                self.add_error(one.name, message)
            return
        if is_same_value(value, base):
            return
        problems = validation_errors(self.section_by_setting[one.name], one, inner, value, base)
        for message in problems:
            self.add_error(one.name, message)
        if not problems:
            self._edits[one.api_name] = value

    def _rule_violation(self, one: Setting, base: Any) -> str:
        """Why our rules would refuse what Authlete has, if they would."""
        section, inner = self.section_by_setting[one.name], self._kinds[one.name].input
        if base is None or isinstance(base, bool):
            return ""
        if (key := cache_key(one, base)) is not UNCOMMON:
            return _common_rule_violation(section, one, inner, key, get_language())
        return " ".join(validation_errors(section, one, inner, base))


@lru_cache(maxsize=4096, typed=True)
def _common_rule_violation(
    section: type[Section], one: Setting, inner: FieldInput, key: Any, _language: str | None
) -> str:
    value = list(key) if isinstance(key, tuple) else key
    return " ".join(validation_errors(section, one, inner, value))


def form_for(sections: Iterable[type[Section]]) -> type[SettingsForm]:
    """Make the form class of some sections, whose settings it shows in their order."""
    found = tuple(sections)
    return type(
        "".join(one.__name__ for one in found[:1]) + "Form",
        (SettingsForm,),
        {
            "sections": found,
            "section_by_setting": {
                setting.name: section for section in found for setting in section.settings()
            },
            "settings": {
                setting.name: setting for section in found for setting in section.settings()
            },
        },
    )
