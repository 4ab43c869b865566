"""Rendering of a setting: its inputs in a frame, or in a row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any

from django.template.base import Template
from django.template.context import Context
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from console.forms.inputs import FieldInput
from console.forms.value_text import format_absent, format_value, translate
from console.templatetags.text import api_name
from tenants.authlete.documents.base import Setting

MAX_TIMESTAMP_MS = 250_000_000_000_000  # since 1970: the year 9892

_api_name = cache(api_name)


@dataclass(frozen=True, slots=True)
class FieldKind:
    """The input and template of one kind of values."""

    name: str
    input: FieldInput
    parts: Callable[["SettingField"], Any] | None = None  # more template context

    @property
    def template(self) -> Template:
        return load_template(f"fields/{self.name}.html")


@cache
def load_template(path: str) -> Template:
    """Return Django's inner template, which is cheaper to render."""
    return get_template(path).template  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True, slots=True)
class FieldState:
    """The state of a setting in a form, besides its value."""

    errors: tuple[str, ...] = ()
    entered: bool = False  # the input differs from the opened value
    changed: bool = False  # entered, and marked as changed
    refused: str = ""  # why the current value is invalid
    warnings: tuple[str, ...] = ()  # conflicts with other settings
    blank_rows: Mapping[str, int] = field(default_factory=dict)  # empty rows, by path
    focus: str = ""  # the path of the list that was just changed
    form_key: str = ""  # of the form that seals the inputs

    @property
    def has_details(self) -> bool:
        """Whether anything differs from the state of most settings."""
        return bool(
            self.entered
            or self.errors
            or self.refused
            or self.warnings
            or self.focus
            or self.blank_rows
        )


class SettingField:
    """A setting in a form, or a cell of a row; its string is its HTML."""

    def __init__(
        self,
        setting: Setting,
        kind: FieldKind,
        name: str,
        typed: Any,
        base: Any,
        state: FieldState,
        *,
        row_number: int = 0,
    ) -> None:
        self.setting = setting
        self.kind = kind
        self.name = name  # of the inputs
        self.input_value = typed
        self.base = base  # the value when the page was opened
        self.state = state
        self.row_number = row_number  # counted from 1; 0 outside rows
        self.id = "f-" + name.replace(".", "-")
        self.is_group = kind.input.is_group or setting.is_immutable

    @cached_property
    def label(self) -> str:
        return translate(self.setting.label)

    @property
    def help(self) -> str:
        return translate(self.setting.help)

    @property
    def member(self) -> SafeString:
        return _api_name(self.setting.api_name)

    @property
    def aria(self) -> SafeString:
        """The attributes that label or describe the input."""
        if self.row_number:
            focus = SafeString(" autofocus" if self.state.focus == self.name else "")
            label = row_label(self.label, self.row_number)
            return format_html(' aria-label="{}"{}', label, focus)
        errors, warnings = len(self.state.errors), len(self.state.warnings)
        ids = [f"{self.id}-e{number}" for number in range(1, errors + 1)]
        ids += [f"{self.id}-w{number}" for number in range(1, warnings + 1)]
        ids += [f"{self.id}-h"] if self.setting.help else []
        if not ids:
            return SafeString("")
        invalid = SafeString(' aria-invalid="true"' if errors else "")
        return format_html(' aria-describedby="{}"{}', " ".join(ids), invalid)

    @property
    def has_notes(self) -> bool:
        """Whether to render anything besides label, value and help."""
        state = self.state
        has_messages = state.changed or state.errors or state.refused or state.warnings
        return bool(has_messages or self.setting.is_immutable)

    @property
    def is_multiline(self) -> bool:
        """Whether the text has line breaks, which an input would drop."""
        return "\n" in self.input_value or "\r" in self.input_value

    @property
    def timestamp_ms(self) -> int | None:
        """A timestamp in milliseconds since 1970, if it can be shown as a date."""
        value = self.base
        is_moment = self.setting.input_type.kind == "moment" and type(value) is int
        return value if is_moment and 0 < value < MAX_TIMESTAMP_MS else None

    @property
    def base_text(self) -> str:
        """The current value as text."""
        return format_value(self.setting, self.base)

    @property
    def default(self) -> str:
        """The meaning of an absent or zero value, or an empty string."""
        setting = self.setting
        if setting.is_immutable:
            return ""
        if setting.zero_label and setting.input_type.kind == "number":
            return _("0: %(meaning)s.") % {"meaning": translate(setting.zero_label)}
        if setting.default is not None and "Default:" not in str(setting.help):
            return _("Default: %(value)s.") % {"value": format_value(setting, setting.default)}
        if setting.unset_label and setting.input_type.kind not in ("choice", "choices"):
            return _("Empty: %(meaning)s.") % {"meaning": translate(setting.unset_label)}
        return ""

    @property
    def unset(self) -> str:
        """The label of the choice of no value."""
        return format_absent(self.setting)

    @property
    def unit(self) -> str:
        return translate(self.setting.input_type.unit)

    @property
    def zero(self) -> str:
        return translate(self.setting.zero_label)

    def __str__(self) -> str:
        state, language = self.state, get_language()
        key = UNCOMMON if state.has_details else cache_key(self.setting, self.base)
        if key is UNCOMMON:
            return _render(self, language)
        return _render_common(self.setting, self.kind, key, language)

    __html__ = __str__

    @property
    def inputs(self) -> SafeString:
        """The inputs without a frame, for a cell."""
        typed = self.input_value
        if self.state.has_details or not (typed is True or not typed):
            return _render_inputs(self)
        return _render_common_cell(
            self.setting, self.kind, self.name, bool(typed), self.row_number, get_language()
        )

    @property
    def parts(self) -> Any:
        return self.kind.parts(self) if self.kind.parts else None


def row_label(label: str, row_number: int) -> str:
    """Return the label of an input in a row."""
    return _("%(label)s, row %(row)s") % {"label": label, "row": row_number}


# Frames of settings without messages, and whole fields with common values, are cached.
# This renders all settings in a fifth of the time.
UNCOMMON = object()
FRAME_TEMPLATE = "components/setting_field.html"
INPUTS_PLACEHOLDER = "<!--inputs-->"  # in a frame


def cache_key(setting: Setting, value: Any) -> Any:
    """Return a cache key for a common value; else `UNCOMMON`."""
    if setting.input_type.kind == "moment":  # relative to the current time
        return UNCOMMON
    match value:
        case None | bool() | int():
            return value
        case str() if value in setting.input_type.choices:
            return value
        case list() if all(
            isinstance(item, str) and item in setting.input_type.choices for item in value
        ):
            return tuple(value)
        case _:
            return UNCOMMON


@lru_cache(maxsize=8192, typed=True)
def _render_common(setting: Setting, kind: FieldKind, key: Any, language: str | None) -> SafeString:
    value = list(key) if isinstance(key, tuple) else key
    typed = kind.input.display(setting, value)
    return _render(SettingField(setting, kind, setting.name, typed, value, FieldState()), language)


@lru_cache(maxsize=8192)
def _render_common_cell(
    setting: Setting, kind: FieldKind, name: str, is_on: bool, row_number: int, language: str | None
) -> SafeString:
    typed = is_on or kind.input.display(setting, None)
    return _render_inputs(
        SettingField(setting, kind, name, typed, None, FieldState(), row_number=row_number)
    )


def _render_inputs(box: SettingField) -> SafeString:
    return box.kind.template.render(Context({"field": box}))


def _render(box: SettingField, language: str | None) -> SafeString:
    inputs = _render_inputs(box)
    if box.has_notes:
        return load_template(FRAME_TEMPLATE).render(Context({"field": box, "inputs": inputs}))
    before, after = _frame_parts(box.setting, box.kind, language)
    return before + inputs + after


@lru_cache(maxsize=4096)
def _frame_parts(
    setting: Setting, kind: FieldKind, language: str | None
) -> tuple[SafeString, SafeString]:
    """Return the HTML before and after the inputs."""
    box = SettingField(setting, kind, setting.name, None, None, FieldState())
    html = load_template(FRAME_TEMPLATE).render(
        Context({"field": box, "inputs": SafeString(INPUTS_PLACEHOLDER)})
    )
    before, _placeholder, after = html.partition(INPUTS_PLACEHOLDER)
    return SafeString(before), SafeString(after)  # escaped when rendered
