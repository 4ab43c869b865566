"""Fields of a form that take any of several values, one parameter each.

The first is in a control that people see; the others travel beside it, hidden.
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

from console.search_language import meant

type Told = tuple[tuple[str, str | Told], ...]

MOST = 20  # values of one filter: each is a search of its own
FEW = 20  # ways to write a choice, of which all are told
OTHERWISE = {  # what people try
    "administrator": "admin",
    "create": "change",
    "delete": "destroy",
    "denied": "refused",
    "edit": "change",
    "error": "refused",
    "failed": "refused",
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


class _Further(forms.Widget):
    """Drawn without Django's templates: there are many of it, with hundreds of
    options."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(dict.fromkeys(filter(None, map(str.strip, data.getlist(name)))))

    def render(
        self, name: str, value: Any, attrs: Any = None, renderer: Any = None
    ) -> SafeString:
        first, *others = value or [""]
        told = self.build_attrs(self.attrs, {"name": name, **(attrs or {})})
        hidden = '<input type="hidden" name="{}" value="{}">'
        further = format_html_join("", hidden, ((name, one) for one in others))
        return self.drawn(first, told) + further

    def drawn(self, value: str, attrs: dict[str, Any]) -> SafeString:
        raise NotImplementedError


class _Input(_Further, forms.TextInput):
    def drawn(self, value: str, attrs: dict[str, Any]) -> SafeString:
        told = format_html(' value="{}"', value) if value else ""
        return format_html("<input{}{}>", _flat(type=self.input_type, **attrs), told)


class Text(_Input):
    pass


class Hidden(_Input):
    input_type = "hidden"


class Select(_Further, forms.Select):
    def drawn(self, value: str, attrs: dict[str, Any]) -> SafeString:
        groups = _groups(_told(self.choices))
        option = format_html('<option value="{}"', value)
        chosen = groups.replace(f"{option}>", f"{option} selected>", 1)
        return format_html("<select{}>{}</select>", _flat(**attrs), SafeString(chosen))


class Texts(forms.CharField):
    """Some texts."""

    def __init__(self, label: Any = "", most: int = 200, **attrs: str) -> None:
        attrs = {"autocomplete": "off", "spellcheck": "false"} | attrs
        widget = Text(attrs=attrs) if label else Hidden()
        super().__init__(label=label, max_length=most, required=False, widget=widget)

    def clean(self, value: list[str]) -> list[str]:
        few(value)
        return [super(Texts, self).clean(one) for one in value]


class Choices(forms.ChoiceField):
    """Some of a list, by their names or by the words for them."""

    widget = Select

    def __init__(self, label: Any, choices: Any) -> None:
        super().__init__(label=label, choices=choices, required=False)

    def clean(self, value: list[str]) -> list[str]:
        few(value)
        return list(dict.fromkeys(chain.from_iterable(map(self._called, value))))

    def _called(self, text: str) -> list[str]:
        words: dict[str, str] = {}
        called = []  # without the name that a label has behind it, to tell it by
        for key, label in flat(self.choices):
            if not key:
                continue
            words |= {str(key): key, str(label): key}
            if _bare(str(label).removesuffix(f" ({key})")) == _bare(text):
                called.append(str(key))
        for word, key in words.items():
            if word.casefold() == text.casefold():
                return [str(key)]
        if called:
            return called
        asked = OTHERWISE.get(text.casefold(), text)
        hint = meant(asked if asked in words else text, words)
        if not hint and len(words) <= FEW:
            known = ", ".join(dict.fromkeys(words.values()))
            hint = " " + _("Known are %s.") % known
        raise ValidationError(_("“%s” is not known.") % text + hint)


class Checks(Choices):
    """The same, of which all are seen."""

    widget = forms.CheckboxSelectMultiple  # type: ignore[assignment]


def _bare(words: str) -> str:
    """Without the place of a name, which nobody types."""
    return " ".join(words.replace("…", " ").casefold().split())


def options(offered: Iterable[tuple[str, str]]) -> SafeString:
    """What an input may be completed to, each with what that is if it is said."""
    label = ' label="{}"'
    return format_html_join(
        "",
        '<option value="{}"{}></option>',
        ((one, format_html(label, said) if said else "") for one, said in offered),
    )


@lru_cache(maxsize=256)
def _flat(**attrs: str | bool) -> SafeString:
    """Attributes, none of which anybody entered, as they are written."""
    return flatatt(attrs)


def _told(choices: Any) -> Told:
    """Choices in the language of the reader."""
    return tuple(
        (key, _told(label) if isinstance(label, (list, tuple)) else str(label))
        for key, label in choices
    )


@lru_cache(maxsize=64)
def _groups(choices: Told) -> SafeString:
    """Drawn once: some are hundreds, and no reader sees others."""
    drawn = []
    for key, label in choices:
        if isinstance(label, tuple):
            group = '<optgroup label="{}">{}</optgroup>'
            drawn.append(format_html(group, key, _groups(label)))
        else:
            drawn.append(format_html('<option value="{}">{}</option>', key, label))
    return SafeString("".join(drawn))


def few(value: list[str]) -> None:
    if len(value) > MOST:
        raise ValidationError(_("Enter at most %d values.") % MOST)


def flat(choices: Any) -> Any:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, (list, tuple)):
            yield from label
        else:
            yield key, label
