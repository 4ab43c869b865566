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

from console.forms.inputs import Input
from console.forms.words import absent, said, words
from console.templatetags.words import api_name
from tenants.authlete.documents.base import Setting

LAST = 250_000_000_000_000  # milliseconds since 1970, in the year 9892

_member = cache(api_name)


@dataclass(frozen=True, slots=True)
class Kind:
    """How values of one kind are entered and drawn."""

    name: str
    input: Input
    parts: Callable[["Box"], Any] | None = None  # what its template needs besides

    @property
    def template(self) -> Template:
        return template_of(f"fields/{self.name}.html")


@cache
def template_of(path: str) -> Template:
    """A template without the wrapper around it, which costs more than a field."""
    return get_template(path).template  # type: ignore[attr-defined, no-any-return]


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says about a setting besides its value."""

    errors: tuple[str, ...] = ()
    entered: bool = False  # it holds something else than what was seen
    changed: bool = False  # the same, where that is said
    refused: str = ""  # why our rules would not take what Authlete has
    warnings: tuple[str, ...] = ()  # how it does not go together with others
    blanks: Mapping[str, int] = field(default_factory=dict)  # empty rows, by path
    focus: str = ""  # the path of the list that has just changed
    place: str = ""  # of the form, for what it holds sealed

    @property
    def says(self) -> bool:
        """Whether there is anything that is not so for most settings."""
        return bool(
            self.entered
            or self.errors
            or self.refused
            or self.warnings
            or self.focus
            or self.blanks
        )


class Box:
    """One setting in a form, or one cell of a row; as text it is drawn."""

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
        self.grouped = kind.input.grouped or setting.fixed

    @cached_property
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
            focus = SafeString(" autofocus" if self.told.focus == self.name else "")
            spoken = in_row(self.label, self.place)
            return format_html(' aria-label="{}"{}', spoken, focus)
        errors, warnings = len(self.told.errors), len(self.told.warnings)
        ids = [f"{self.id}-e{number}" for number in range(1, errors + 1)]
        ids += [f"{self.id}-w{number}" for number in range(1, warnings + 1)]
        ids += [f"{self.id}-h"] if self.setting.help else []
        if not ids:
            return SafeString("")
        invalid = SafeString(' aria-invalid="true"' if errors else "")
        return format_html(' aria-describedby="{}"{}', " ".join(ids), invalid)

    @property
    def marked(self) -> bool:
        """Whether there is anything to say besides name, value and help."""
        told, one = self.told, self.setting
        said = told.changed or told.errors or told.refused or told.warnings
        return bool(said or one.fixed)

    @property
    def tall(self) -> bool:
        """Whether the text has line breaks, which an input would lose."""
        return "\n" in self.typed or "\r" in self.typed

    @property
    def moment(self) -> int | None:
        """Milliseconds since 1970, of a moment that a calendar can show."""
        at = self.base
        is_moment = self.setting.show.kind == "moment" and type(at) is int
        return at if is_moment and 0 < at < LAST else None

    @property
    def was(self) -> str:
        """What Authlete had, in words."""
        return words(self.setting, self.base)

    @property
    def default(self) -> str:
        """What holds without a value; nothing where that goes without saying."""
        one = self.setting
        if one.fixed:
            return ""
        if one.zero and one.show.kind == "number":
            return _("0 stands for: %(meaning)s.") % {"meaning": said(one.zero)}
        if one.initial is not None:
            return _("Default: %(value)s.") % {"value": words(one, one.initial)}
        if one.absent and one.show.kind not in ("choice", "choices"):
            return _("Empty: %(meaning)s.") % {"meaning": said(one.absent)}
        return ""

    @property
    def unset(self) -> str:
        """What the choice of no value is called."""
        return absent(self.setting)

    @property
    def unit(self) -> str:
        return said(self.setting.show.unit)

    @property
    def zero(self) -> str:
        return said(self.setting.zero)

    def __str__(self) -> str:
        told, language = self.told, get_language()
        key = OTHER if told.says else common(self.setting, self.base)
        if key is OTHER:
            return _drawn(self, language)
        return _common(self.setting, self.kind, key, language)

    __html__ = __str__

    @property
    def inputs(self) -> SafeString:
        """Its inputs without a frame, for a cell."""
        typed = self.typed
        if self.told.says or not (typed is True or not typed):
            return _inputs(self)
        return _common_cell(
            self.setting, self.kind, self.name, bool(typed), self.place, get_language()
        )

    @property
    def parts(self) -> Any:
        return self.kind.parts(self) if self.kind.parts else None


def in_row(label: str, place: int) -> str:
    """What an input of a row is called."""
    return _("%(label)s, row %(row)s") % {"label": label, "row": place}


# Drawing a form of all settings costs a fifth of what Django's own way does, since
# what never differs is drawn once: the frame of a setting of which nothing is to be
# said, and the whole of it while it is off, absent or one of a few values.
OTHER = object()
FRAME = "components/field.html"
HOLE = "<!--inputs-->"  # in a frame, where the inputs go


def common(setting: Setting, value: Any) -> Any:
    """A key for a value that many services have; else `OTHER`."""
    if setting.show.kind == "moment":  # told as "2 minutes ago"
        return OTHER
    match value:
        case None | bool() | int():
            return value
        case str() if value in setting.show.choices:
            return value
        case list() if all(
            isinstance(one, str) and one in setting.show.choices for one in value
        ):
            return tuple(value)
        case _:
            return OTHER


@lru_cache(maxsize=8192, typed=True)
def _common(setting: Setting, kind: Kind, key: Any, language: str | None) -> SafeString:
    value = list(key) if isinstance(key, tuple) else key
    typed = kind.input.shown(setting, value)
    return _drawn(Box(setting, kind, setting.name, typed, value, Told()), language)


@lru_cache(maxsize=8192)
def _common_cell(
    setting: Setting, kind: Kind, name: str, on: bool, place: int, language: str | None
) -> SafeString:
    typed = on or kind.input.shown(setting, None)
    return _inputs(Box(setting, kind, name, typed, None, Told(), place=place))


def _inputs(box: Box) -> SafeString:
    return box.kind.template.render(Context({"field": box}))


def _drawn(box: Box, language: str | None) -> SafeString:
    inputs = _inputs(box)
    if box.marked:
        return template_of(FRAME).render(Context({"field": box, "inputs": inputs}))
    before, after = _around(box.setting, box.kind, language)
    return before + inputs + after


@lru_cache(maxsize=4096)
def _around(
    setting: Setting, kind: Kind, language: str | None
) -> tuple[SafeString, SafeString]:
    """A frame, cut where the inputs go."""
    box = Box(setting, kind, setting.name, None, None, Told())
    whole = template_of(FRAME).render(
        Context({"field": box, "inputs": SafeString(HOLE)})
    )
    before, _hole, after = whole.partition(HOLE)
    return SafeString(before), SafeString(after)  # both were escaped as one
