"""What the templates of ``fields/`` need besides what was typed, kind by kind."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from console.forms.box import Box, Kind, in_row, template_of
from console.forms.held import seal, shown
from console.forms.inputs import offered
from console.forms.keysets import KeyLine, key_lines
from console.forms.rows import Object, Rows
from console.forms.words import (
    UNITS,
    as_json,
    choice,
    count,
    said,
    short,
    unit_name,
)
from tenants.authlete.redaction import Fingerprint, sealed_in

type Cells = tuple[Box, ...]

WIDE = frozenset({"jwks", "tagged", "pairs"})  # cells that need a line of their own


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be chosen."""

    value: str
    label: str
    chosen: bool
    known: bool = True


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a duration."""

    options: tuple[Option, ...]
    words: str  # the same in seconds, or what a 0 stands for
    pattern: str  # of the seconds, with # for their number


@dataclass(frozen=True, slots=True)
class Kept:
    """What may be kept: a secret by its fingerprint, or an odd value as it is."""

    is_set: bool
    mark: str = ""  # of what is sealed
    text: str = ""
    usual: Box | None = None  # to enter another with
    held: str = ""  # what was entered, sealed


@dataclass(frozen=True, slots=True)
class KeySet:
    """A set of keys as it may be shown."""

    lines: tuple[KeyLine, ...]
    text: str
    held: str = ""  # private parts that were entered, sealed
    hidden: bool = False  # what was entered cannot be shown and is lost


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list."""

    token: str
    place: int  # counted from 1
    cells: Cells = ()
    more: Cells = ()  # those that are too wide for a line
    text: str = ""  # of a list of texts
    odd: str = ""  # an item of a form that is not known here, or with a secret in it
    sealed: bool = False
    button: str = ""  # attributes of what removes it
    input: str = ""  # attributes of its one input
    open: bool = False  # whether the wide cells are in sight

    @property
    def tall(self) -> bool:
        return "\n" in self.text or "\r" in self.text

    @property
    def summary(self) -> str:
        """What the wide cells are, and how much is in those that are lists."""
        return ", ".join(
            f"{cell.label} ({len(cell.typed)})"
            if cell.typed and isinstance(cell.typed, list)
            else cell.label
            for cell in self.more
        )


@dataclass(frozen=True, slots=True)
class Head:
    """What stands over a column."""

    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Listed:
    """The rows of a list, and what they stand under."""

    name: str  # of its inputs
    rows: tuple[Row, ...]
    foot: str  # the button that adds a row
    heads: tuple[Head, ...] = ()

    @property
    def width(self) -> int:
        return len(self.heads) + 1


def units(box: Box) -> Units:
    """The units of a duration, and what was typed in seconds."""
    typed = box.typed
    options = tuple(
        Option(unit, unit_name(unit), unit == typed["unit"]) for unit in reversed(UNITS)
    )
    try:
        seconds = box.kind.input.value(box.setting, typed, None)
    except ValidationError:
        seconds = None
    pattern = count(2, "seconds").replace("2", "#")
    if not seconds or typed["unit"] == "seconds":
        return Units(options, box.zero if seconds == 0 else "", pattern)
    return Units(options, count(seconds, "seconds"), pattern)


def one_of(box: Box) -> tuple[Option, ...]:
    """What a single choice offers, with what is there although it is not offered."""
    choices = box.setting.show.choices
    return tuple(
        Option(one, choice(box.setting, one), one == box.typed, one in choices)
        for one in offered(box.setting, [box.base] if box.base else [])
    )


def some_of(box: Box) -> tuple[Option, ...]:
    """The same of a choice of several."""
    choices, picked = box.setting.show.choices, box.typed["picked"]
    return tuple(
        Option(one, choice(box.setting, one), one in picked, one in choices)
        for one in offered(box.setting, box.base)
    )


def secret(box: Box) -> Kept:
    """Whether there is a secret, and the one that was entered, sealed."""
    new = box.typed["new"]
    entered = seal(new, box.told.place, box.setting.member) if new else ""
    return Kept(bool(box.base), _mark(box.base), held=entered)


def odd(usual: Kind) -> Callable[[Box], Kept]:
    """Draws a value that its usual input cannot hold, as JSON beside that input."""

    def draw(box: Box) -> Kept:
        inner = Box(box.setting, usual, box.name, box.typed["usual"], None, box.told)
        mark = _mark(box.base)
        return Kept(True, mark, "" if mark else as_json(box.base), inner)

    return draw


def keys(box: Box) -> KeySet:
    """The keys of the text that was typed, as far as it is a set of keys."""
    typed = box.typed
    text = shown(typed)
    held = "" if text == typed else seal(typed, box.told.place, box.setting.member)
    if text is None:
        return KeySet((), box.kind.input.shown(box.setting, box.base), hidden=True)
    try:
        return KeySet(key_lines(typed) if typed else (), text, held)
    except ValueError:
        return KeySet((), text, held)


def texts(box: Box) -> Listed:
    """A list of texts, a row each, with blank ones to fill in."""
    first = len(box.typed) if box.told.focus == box.name else -1
    return Listed(
        box.name,
        tuple(
            Row(
                str(at),
                at + 1,
                text=text,
                button=_button(box.name, str(at), at + 1, box.label),
                input=_item(box.name, at + 1, box.label, at == first),
            )
            for at, text in enumerate([*box.typed, *[""] * _blanks(box)])
        ),
        _foot(box.name, box.label),
    )


def rows(box: Box) -> Listed:
    """A list of objects, a row each, with blank ones to fill in."""
    inner = box.kind.input
    assert isinstance(inner, Rows)
    taken = {row["row"] for row in box.typed}
    fresh = (f"n{at}" for at in range(len(taken) + 1000) if f"n{at}" not in taken)
    blank = inner.row.shown(box.setting, None)
    typed = [*box.typed]
    typed += [{"row": next(fresh), "cells": blank} for _ in range(_blanks(box))]
    first = len(box.typed) if box.told.focus == box.name else -1
    return Listed(
        box.name,
        tuple(
            _row(box, inner.row, at, row, at == first) for at, row in enumerate(typed)
        ),
        _foot(box.name, box.label),
        tuple(
            Head(said(one.label), kind.name)
            for one, kind in inner.row.columns
            if kind.name not in WIDE
        ),
    )


def _row(box: Box, inner: Object, at: int, row: Any, focus: bool) -> Row:
    token, place = row["row"], at + 1
    path = f"{box.name}.{token}"
    item = item_of(box.base, token)
    button = _button(box.name, token, place, box.label)
    if row["cells"] is None:
        text, sealed = as_json(item), sealed_in(item)
        return Row(token, place, odd=text, sealed=sealed, button=button)
    cells = _cells(box, inner, path, row["cells"], item, place, focus=focus)
    more = tuple(cell for cell in cells if cell.kind.name in WIDE)
    return Row(
        token,
        place,
        tuple(cell for cell in cells if cell.kind.name not in WIDE),
        more,
        button=button,
        open=box.told.focus.startswith(f"{path}.")
        or any(cell.typed == "" for cell in more),
    )


def item_of(base: Any, token: str) -> Any:
    """The item of a list that a row was made of, if it was made of one."""
    items = base if isinstance(base, list) else []
    at = int(token) if token.isdecimal() and len(token) < 9 else len(items)
    return items[at] if at < len(items) else None


def members(box: Box) -> Cells:
    """The members of one object."""
    inner = box.kind.input
    assert isinstance(inner, Object)
    return _cells(box, inner, box.name, box.typed, box.base)


def _cells(
    box: Box,
    inner: Object,
    path: str,
    typed: Any,
    base: Any,
    place: int = 0,
    *,
    focus: bool = False,
) -> Cells:
    found = base if isinstance(base, dict) else {}
    told = replace(box.told, errors=(), changed=False, refused="")
    if focus:
        told = replace(told, focus=f"{path}.{inner.columns[0][0].name}")
    return tuple(
        Box(
            one,
            kind,
            f"{path}.{one.name}",
            typed[one.name],
            found.get(one.member),
            told,
            place=place,
        )
        for one, kind in inner.columns
    )


# Attributes of rows, which hold no value: of the same lists they are the same.


@lru_cache(maxsize=8192)
def _item(name: str, place: int, label: str, focus: bool) -> SafeString:
    return format_html(
        ' name="{}.item" aria-label="{}"{}',
        name,
        in_row(label, place),
        SafeString(" autofocus" if focus else ""),
    )


@lru_cache(maxsize=8192)
def _button(name: str, token: str, place: int, label: str) -> SafeString:
    words = _("Remove row %(row)s of %(label)s") % {"row": place, "label": label}
    return format_html(' value="{}.{}" aria-label="{}"', name, token, words)


@lru_cache(maxsize=8192)
def _foot(name: str, label: str) -> SafeString:
    return template_of("fields/rows_foot.html").render(
        Context({"name": name, "label": label})
    )


def _blanks(box: Box) -> int:
    return 0 if box.setting.fixed else box.told.blanks.get(box.name, 1)


def _mark(value: Any) -> str:
    return short(value) if isinstance(value, Fingerprint) else ""
