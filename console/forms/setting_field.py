"""What templates draw settings from: a frame around inputs, in rows where needed."""

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

MAX_TIMESTAMP_MS = 250_000_000_000_000  # milliseconds since 1970, in the year 9892

_api_name = cache(api_name)


@dataclass(frozen=True, slots=True)
class FieldKind:
    """How values of one kind are entered and drawn."""

    name: str
    input: FieldInput
    parts: Callable[["SettingField"], Any] | None = None  # what its template needs besides

    @property
    def template(self) -> Template:
        return load_template(f"fields/{self.name}.html")


@cache
def load_template(path: str) -> Template:
    """Return a template without its wrapper, which costs more than a field."""
    return get_template(path).template  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True, slots=True)
class FieldState:
    """What a form says about a setting besides its value."""

    errors: tuple[str, ...] = ()
    entered: bool = False  # it holds something else than what was seen
    changed: bool = False  # the same, where that is said
    refused: str = ""  # why our rules would not take what Authlete has
    warnings: tuple[str, ...] = ()  # how it does not go together with others
    blank_rows: Mapping[str, int] = field(default_factory=dict)  # empty rows, by path
    focus: str = ""  # the path of the list that has just changed
    form_key: str = ""  # of the form, for what it holds sealed

    @property
    def has_details(self) -> bool:
        """Whether there is anything that is not so for most settings."""
        return bool(
            self.entered
            or self.errors
            or self.refused
            or self.warnings
            or self.focus
            or self.blank_rows
        )


class SettingField:
    """One setting in a form, or one cell of a row; as text it is drawn."""

    def __init__(
        self,
        setting: Setting,
        kind: FieldKind,
        name: str,
        typed: Any,
        base: Any,
        told: FieldState,
        *,
        place: int = 0,
    ) -> None:
        self.setting = setting
        self.kind = kind
        self.name = name  # of its inputs
        self.input_value = typed  # what they hold
        self.base = base  # what Authlete had when the page was opened
        self.state = told
        self.row_number = place  # of its row, counted from 1; 0 outside of rows
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
        """Attributes that say what an input is called, or where more is said."""
        if self.row_number:
            focus = SafeString(" autofocus" if self.state.focus == self.name else "")
            spoken = row_label(self.label, self.row_number)
            return format_html(' aria-label="{}"{}', spoken, focus)
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
        """Whether there is anything to say besides name, value and help."""
        told, one = self.state, self.setting
        said = told.changed or told.errors or told.refused or told.warnings
        return bool(said or one.is_immutable)

    @property
    def is_multiline(self) -> bool:
        """Whether the text has line breaks, which an input would lose."""
        return "\n" in self.input_value or "\r" in self.input_value

    @property
    def timestamp_ms(self) -> int | None:
        """Milliseconds since 1970, of a moment that a calendar can show."""
        at = self.base
        is_moment = self.setting.input_type.kind == "moment" and type(at) is int
        return at if is_moment and 0 < at < MAX_TIMESTAMP_MS else None

    @property
    def base_text(self) -> str:
        """What Authlete had, in words."""
        return format_value(self.setting, self.base)

    @property
    def default(self) -> str:
        """What holds without a value; nothing where that goes without saying."""
        one = self.setting
        if one.is_immutable:
            return ""
        if one.zero_label and one.input_type.kind == "number":
            return _("0: %(meaning)s.") % {"meaning": translate(one.zero_label)}
        if one.default is not None:
            return _("Default: %(value)s.") % {"value": format_value(one, one.default)}
        if one.unset_label and one.input_type.kind not in ("choice", "choices"):
            return _("Empty: %(meaning)s.") % {"meaning": translate(one.unset_label)}
        return ""

    @property
    def unset(self) -> str:
        """What the choice of no value is called."""
        return format_absent(self.setting)

    @property
    def unit(self) -> str:
        return translate(self.setting.input_type.unit)

    @property
    def zero(self) -> str:
        return translate(self.setting.zero_label)

    def __str__(self) -> str:
        told, language = self.state, get_language()
        key = UNCOMMON if told.has_details else cache_key(self.setting, self.base)
        if key is UNCOMMON:
            return _render(self, language)
        return _render_common(self.setting, self.kind, key, language)

    __html__ = __str__

    @property
    def inputs(self) -> SafeString:
        """Its inputs without a frame, for a cell."""
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
    """Return the label of an input of a row."""
    return _("%(label)s, row %(row)s") % {"label": label, "row": row_number}


# Drawing a form of all settings costs a fifth of what Django's own way does, since
# what never differs is drawn once: the frame of a setting of which nothing is to be
# said, and the whole of it while it is off, absent or one of a few values.
UNCOMMON = object()
FRAME_TEMPLATE = "components/setting_field.html"
INPUTS_PLACEHOLDER = "<!--inputs-->"  # in a frame, where the inputs go


def cache_key(setting: Setting, value: Any) -> Any:
    """Return a cache key for a value that many services have; `UNCOMMON` for other values."""
    if setting.input_type.kind == "moment":  # told as "2 minutes ago"
        return UNCOMMON
    match value:
        case None | bool() | int():
            return value
        case str() if value in setting.input_type.choices:
            return value
        case list() if all(
            isinstance(one, str) and one in setting.input_type.choices for one in value
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
    setting: Setting, kind: FieldKind, name: str, on: bool, place: int, language: str | None
) -> SafeString:
    typed = on or kind.input.display(setting, None)
    return _render_inputs(SettingField(setting, kind, name, typed, None, FieldState(), place=place))


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
    """Return a frame, split at the position of the inputs."""
    box = SettingField(setting, kind, setting.name, None, None, FieldState())
    whole = load_template(FRAME_TEMPLATE).render(
        Context({"field": box, "inputs": SafeString(INPUTS_PLACEHOLDER)})
    )
    before, _hole, after = whole.partition(INPUTS_PLACEHOLDER)
    return SafeString(before), SafeString(after)  # both were escaped as one
