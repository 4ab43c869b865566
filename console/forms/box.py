"""What templates draw settings from: a frame around inputs, in rows where needed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.template.base import Template
from django.template.loader import get_template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.forms.inputs import Input
from console.forms.words import absent, said, words
from console.templatetags.words import api_name
from tenants.authlete.documents.base import Setting

_member = cache(api_name)


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind are entered and drawn."""

    name: str
    input: Input
    parts: Callable[["Box"], Any] | None = None  # what its template needs besides

    @property
    def template(self) -> Template:
        return _template(self.name)


@cache
def _template(name: str) -> Template:
    return get_template(f"fields/{name}.html").template  # type: ignore[attr-defined, no-any-return]  # of DjangoTemplates


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says about a setting besides its value."""

    errors: tuple[str, ...] = ()
    changed: bool = False
    refused: str = ""  # why our rules would not take what Authlete has
    blanks: Mapping[str, int] = field(default_factory=dict)  # empty rows, by path
    focus: str = ""  # the path of the list that has just changed


class Box:
    """One setting in a form, or one cell of a row."""

    def __init__(
        self,
        setting: Setting,
        kind: Kind,
        name: str,
        typed: Any,
        base: Any,
        told: Told,
        *,
        place: int = 0,
    ) -> None:
        self.setting = setting
        self.kind = kind
        self.name = name  # of its inputs
        self.typed = typed  # what they hold
        self.base = base  # what Authlete had when the page was opened
        self.told = told
        self.place = place  # of its row, counted from 1; 0 outside of rows
        self.id = "f-" + name.replace(".", "-")
        self.grouped = kind.input.grouped

    @property
    def label(self) -> str:
        return said(self.setting.label)

    @property
    def help(self) -> str:
        return said(self.setting.help)

    @property
    def member(self) -> SafeString:
        return _member(self.setting.member)

    @property
    def aria(self) -> SafeString:
        """Attributes that say what an input is called, or where more is said."""
        if self.place:
            spoken = _("%(label)s, row %(row)s")
            return format_html(
                ' aria-label="{}"', spoken % {"label": self.label, "row": self.place}
            )
        errors = len(self.told.errors)
        ids = [f"{self.id}-e{number}" for number in range(1, errors + 1)]
        ids += [f"{self.id}-h"] if self.setting.help else []
        if not ids:
            return SafeString("")
        invalid = SafeString(' aria-invalid="true"' if errors else "")
        return format_html(' aria-describedby="{}"{}', " ".join(ids), invalid)

    @property
    def marked(self) -> bool:
        """Whether there is anything to say besides name, value and help."""
        told, one = self.told, self.setting
        return bool(told.changed or told.errors or told.refused or one.fixed)

    @property
    def tall(self) -> bool:
        """Whether the text has line breaks, which an input would lose."""
        return "\n" in self.typed or "\r" in self.typed

    @property
    def was(self) -> str:
        """What Authlete had, in words."""
        return words(self.setting, self.base)

    @property
    def default(self) -> str:
        """What holds without a value; nothing where that goes without saying."""
        if self.setting.initial is not None:
            return words(self.setting, self.setting.initial)
        return said(self.setting.absent)

    @property
    def unset(self) -> str:
        """What the choice of no value is called."""
        return absent(self.setting)

    @property
    def zero(self) -> str:
        return said(self.setting.zero)

    @property
    def parts(self) -> Any:
        return self.kind.parts(self) if self.kind.parts else None
