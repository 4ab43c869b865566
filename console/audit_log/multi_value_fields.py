"""Form fields that take several values of one parameter.

The first value is in a visible control, the others in hidden inputs.
"""

from collections.abc import Iterable
from functools import lru_cache
from itertools import chain
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.lists.search_tokens import did_you_mean

type ChoiceTuple = tuple[tuple[str, str | ChoiceTuple], ...]

MAX_FILTER_VALUES = 20  # per filter; each value is a separate search
MAX_LISTED_CHOICES = 20  # choices listed in an error
CHOICE_SYNONYMS = {
    "administrator": "admin",
    "create": "change",
    "delete": "destroy",
    "denied": "refused",
    "edit": "change",
    "error": "refused",
    "failure": "refused",
    "login": "sign_in.done",
    "logout": "sign_out",
    "ok": "done",
    "operator": "editor",
    "owner": "admin",
    "pending": "open",
    "show": "reveal",
    "success": "done",
    "update": "change",
    "view": "read",
    "write": "change",
}


class _MultiValueWidget(forms.Widget):
    """Base widget of fields with several values, rendered without templates for speed."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(dict.fromkeys(filter(None, map(str.strip, data.getlist(name)))))

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        first, *remaining = value or [""]
        details = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        hidden = '<input type="hidden" name="{}" value="{}">'
        further = format_html_join("", hidden, ((name, item) for item in remaining))
        return self.render_control(first, details) + further

    def render_control(self, value: str, attrs: dict[str, Any]) -> SafeString:
        raise NotImplementedError


class _MultiValueInput(_MultiValueWidget, forms.TextInput):
    def render_control(self, value: str, attrs: dict[str, Any]) -> SafeString:
        value_attr = format_html(' value="{}"', value) if value else ""
        return format_html("<input{}{}>", _render_attrs(type=self.input_type, **attrs), value_attr)


class MultiTextInput(_MultiValueInput):
    """A text input; further values are hidden inputs."""


class MultiHiddenInput(_MultiValueInput):
    """Hidden inputs, one per value."""

    input_type = "hidden"


class MultiSelect(_MultiValueWidget, forms.Select):
    """A select; further values are hidden inputs."""

    def render_control(self, value: str, attrs: dict[str, Any]) -> SafeString:
        groups = _render_choices(_translate_choices(self.choices))
        option = format_html('<option value="{}"', value)
        selected = groups.replace(f"{option}>", f"{option} selected>", 1)
        return format_html("<select{}>{}</select>", _render_attrs(**attrs), SafeString(selected))


class MultiTextField(forms.CharField):
    """Some texts."""

    def __init__(self, label: Any = "", max_length: int = 200, **attrs: str) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false"} | attrs
        widget = MultiTextInput(attrs=attrs) if label else MultiHiddenInput()
        super().__init__(label=label, max_length=max_length, required=False, widget=widget)

    def clean(self, value: list[str]) -> list[str]:
        check_value_count(value)
        return [super(MultiTextField, self).clean(text) for text in value]


class MultiChoiceField(forms.ChoiceField):
    """Some of a list, by their names or by the words for them."""

    widget = MultiSelect

    def __init__(self, label: Any, choices: Any) -> None:
        super().__init__(label=label, choices=choices, required=False)

    def clean(self, value: list[str]) -> list[str]:
        check_value_count(value)
        return list(dict.fromkeys(chain.from_iterable(map(self._match_choices, value))))

    def _match_choices(self, text: str) -> list[str]:
        words: dict[str, str] = {}
        matches = []  # choices whose label matches without its "(key)" suffix
        for key, label in flatten_choices(self.choices):
            if not key:
                continue
            words |= {str(key): key, str(label): key}
            if _normalize_label(str(label).removesuffix(f" ({key})")) == _normalize_label(text):
                matches.append(str(key))
        for word, key in words.items():
            if word.casefold() == text.casefold():
                return [str(key)]
        if matches:
            return matches
        requested = CHOICE_SYNONYMS.get(text.casefold(), text)
        hint = did_you_mean(requested if requested in words else text, words)
        if not hint and len(words) <= MAX_LISTED_CHOICES:
            allowed = ", ".join(dict.fromkeys(words.values()))
            hint = " " + _("Allowed: %s.") % allowed
        raise ValidationError(_("Unknown value “%s”.") % text + hint)


class CheckboxesField(MultiChoiceField):
    """A choice field with visible checkboxes."""

    widget = forms.CheckboxSelectMultiple  # type: ignore[assignment]


def _normalize_label(label: str) -> str:
    """Normalize a label, without the placeholder "…"."""
    return " ".join(label.replace("…", " ").casefold().split())


def render_options(choices: Iterable[tuple[str, str]]) -> SafeString:
    """Render the options of a datalist."""
    label = ' label="{}"'
    return format_html_join(
        "",
        '<option value="{}"{}></option>',
        ((value, format_html(label, text) if text else "") for value, text in choices),
    )


@lru_cache(maxsize=256)
def _render_attrs(**attrs: str | bool) -> SafeString:
    """Render trusted HTML attributes."""
    return flatatt(attrs)


def _translate_choices(choices: Any) -> ChoiceTuple:
    """Choices in the language of the reader."""
    return tuple(
        (key, _translate_choices(label) if isinstance(label, (list, tuple)) else str(label))
        for key, label in choices
    )


@lru_cache(maxsize=64)
def _render_choices(choices: ChoiceTuple) -> SafeString:
    """Drawn once: some are hundreds, and no reader sees others."""
    drawn = []
    for key, label in choices:
        if isinstance(label, tuple):
            group = '<optgroup label="{}">{}</optgroup>'
            drawn.append(format_html(group, key, _render_choices(label)))
        else:
            drawn.append(format_html('<option value="{}">{}</option>', key, label))
    return SafeString("".join(drawn))


def check_value_count(values: list[str]) -> None:
    """Raise `ValidationError` if there are too many values."""
    if len(values) > MAX_FILTER_VALUES:
        raise ValidationError(_("Enter at most %d values.") % MAX_FILTER_VALUES)


def flatten_choices(choices: Any) -> Any:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label
