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

from console.forms.inputs import available_choices
from console.forms.key_sets import KeySummary, list_key_set
from console.forms.rows import ObjectInput, RowsInput
from console.forms.sealed_input import redact_key_set, seal
from console.forms.setting_field import FieldKind, SettingField, load_template, row_label
from console.forms.value_text import (
    DURATION_UNITS,
    choice_label,
    format_count,
    short_fingerprint,
    to_json,
    translate,
    unit_name,
)
from tenants.authlete.redaction.redactor import Fingerprint, contains_fingerprint

type Cells = tuple[SettingField, ...]

WIDE_KINDS = frozenset({"jwks", "tagged", "pairs"})  # cells that need a line of their own


@dataclass(frozen=True, slots=True)
class ChoiceOption:
    """Something that can be chosen."""

    value: str
    label: str
    is_selected: bool
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class DurationUnits:
    """The units of a duration."""

    options: tuple[ChoiceOption, ...]
    seconds_text: str  # the same in seconds, or what a 0 stands for
    pattern: str  # of the seconds, with # for their number


@dataclass(frozen=True, slots=True)
class KeptValue:
    """What may be kept: a secret by its fingerprint, or an odd value as it is."""

    is_set: bool
    fingerprint: str = ""  # of what is sealed
    text: str = ""
    usual: SettingField | None = None  # to enter another with
    sealed_input: str = ""  # what was entered, sealed


@dataclass(frozen=True, slots=True)
class KeySetView:
    """A set of keys as it may be shown."""

    lines: tuple[KeySummary, ...]
    text: str
    sealed_input: str = ""  # private parts that were entered, sealed
    hidden: bool = False  # what was entered cannot be shown and is lost


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list."""

    token: str
    row_number: int  # counted from 1
    cells: Cells = ()
    more: Cells = ()  # those that are too wide for a line
    text: str = ""  # of a list of texts
    raw_json: str = ""  # an item of a form that is not known here, or with a secret in it
    is_sealed: bool = False
    button: str = ""  # attributes of what removes it
    input: str = ""  # attributes of its one input
    is_open: bool = False  # whether the wide cells are in sight

    @property
    def is_multiline(self) -> bool:
        return "\n" in self.text or "\r" in self.text

    @property
    def summary(self) -> str:
        """What the wide cells are, and how much is in those that are lists."""
        return ", ".join(
            f"{cell.label} ({len(cell.input_value)})"
            if cell.input_value and isinstance(cell.input_value, list)
            else cell.label
            for cell in self.more
        )


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """What stands over a column."""

    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class RowList:
    """The rows of a list, and what they stand under."""

    name: str  # of its inputs
    rows: tuple[ListRow, ...]
    foot: str  # the button that adds a row
    heads: tuple[ColumnHead, ...] = ()

    @property
    def width(self) -> int:
        return len(self.heads) + 1


def duration_units(box: SettingField) -> DurationUnits:
    """Return the units of a duration, and what was typed in seconds."""
    typed = box.input_value
    options = tuple(
        ChoiceOption(unit, unit_name(unit), unit == typed["unit"])
        for unit in reversed(DURATION_UNITS)
    )
    try:
        seconds = box.kind.input.clean(box.setting, typed, None)
    except ValidationError:
        seconds = None
    pattern = format_count(2, "seconds").replace("2", "#")
    if not seconds or typed["unit"] == "seconds":
        return DurationUnits(options, box.zero if seconds == 0 else "", pattern)
    return DurationUnits(options, format_count(seconds, "seconds"), pattern)


def choice_options(box: SettingField) -> tuple[ChoiceOption, ...]:
    """Return the options of a single choice, including a current value that is not offered."""
    choices = box.setting.input_type.choices
    return tuple(
        ChoiceOption(
            choice, choice_label(box.setting, choice), choice == box.input_value, choice in choices
        )
        for choice in available_choices(box.setting, [box.base] if box.base else [])
    )


def multiple_choice_options(box: SettingField) -> tuple[ChoiceOption, ...]:
    """Return the options of a multiple choice, including current values that are not offered."""
    choices, picked = box.setting.input_type.choices, box.input_value["picked"]
    return tuple(
        ChoiceOption(choice, choice_label(box.setting, choice), choice in picked, choice in choices)
        for choice in available_choices(box.setting, box.base)
    )


def kept_secret(box: SettingField) -> KeptValue:
    """Return whether there is a secret, and the one that was entered, sealed."""
    new = box.input_value["new"]
    entered = seal(new, box.state.form_key, box.setting.api_name) if new else ""
    return KeptValue(bool(box.base), _fingerprint(box.base), sealed_input=entered)


def current_value_context(usual: FieldKind) -> Callable[[SettingField], KeptValue]:
    """Draws a value that its usual input cannot hold, as JSON beside that input."""

    def draw(box: SettingField) -> KeptValue:
        inner = SettingField(
            box.setting, usual, box.name, box.input_value["usual"], None, box.state
        )
        mark = _fingerprint(box.base)
        return KeptValue(True, mark, "" if mark else to_json(box.base), inner)

    return draw


def key_set_view(box: SettingField) -> KeySetView:
    """Return the keys of the typed text; as many as can be parsed."""
    typed = box.input_value
    text = redact_key_set(typed)
    held = "" if text == typed else seal(typed, box.state.form_key, box.setting.api_name)
    if text is None:
        return KeySetView((), box.kind.input.display(box.setting, box.base), hidden=True)
    try:
        return KeySetView(list_key_set(typed) if typed else (), text, held)
    except ValueError:
        return KeySetView((), text, held)


def text_rows(box: SettingField) -> RowList:
    """Return a row for each text of a list, and blank rows to fill in."""
    first = len(box.input_value) if box.state.focus == box.name else -1
    return RowList(
        box.name,
        tuple(
            ListRow(
                str(at),
                at + 1,
                text=text,
                button=_remove_button_attributes(box.name, str(at), at + 1, box.label),
                input=_item_attributes(box.name, at + 1, box.label, at == first),
            )
            for at, text in enumerate([*box.input_value, *[""] * _blank_row_count(box)])
        ),
        _add_button(box.name, box.label),
    )


def object_rows(box: SettingField) -> RowList:
    """Return a row for each object of a list, and blank rows to fill in."""
    inner = box.kind.input
    assert isinstance(inner, RowsInput)
    taken = {row["row"] for row in box.input_value}
    fresh = (f"n{at}" for at in range(len(taken) + 1000) if f"n{at}" not in taken)
    blank = inner.row.display(box.setting, None)
    typed = [*box.input_value]
    typed += [{"row": next(fresh), "cells": blank} for _ in range(_blank_row_count(box))]
    first = len(box.input_value) if box.state.focus == box.name else -1
    return RowList(
        box.name,
        tuple(_object_row(box, inner.row, at, row, at == first) for at, row in enumerate(typed)),
        _add_button(box.name, box.label),
        tuple(
            ColumnHead(translate(one.label), kind.name)
            for one, kind in inner.row.columns
            if kind.name not in WIDE_KINDS
        ),
    )


def _object_row(box: SettingField, inner: ObjectInput, at: int, row: Any, focus: bool) -> ListRow:
    token, place = row["row"], at + 1
    path = f"{box.name}.{token}"
    item = original_item(box.base, token)
    button = _remove_button_attributes(box.name, token, place, box.label)
    if row["cells"] is None:
        text, sealed = to_json(item), contains_fingerprint(item)
        return ListRow(token, place, raw_json=text, is_sealed=sealed, button=button)
    cells = _cells(box, inner, path, row["cells"], item, place, focus=focus)
    more = tuple(cell for cell in cells if cell.kind.name in WIDE_KINDS)
    return ListRow(
        token,
        place,
        tuple(cell for cell in cells if cell.kind.name not in WIDE_KINDS),
        more,
        button=button,
        is_open=box.state.focus.startswith(f"{path}.")
        or any(cell.input_value == "" for cell in more),
    )


def original_item(base: Any, token: str) -> Any:
    """Return the list item that a row was made of; None if there is none."""
    items = base if isinstance(base, list) else []
    at = int(token) if token.isdecimal() and len(token) < 9 else len(items)
    return items[at] if at < len(items) else None


def object_members(box: SettingField) -> Cells:
    """Return the inputs of one object's members."""
    inner = box.kind.input
    assert isinstance(inner, ObjectInput)
    return _cells(box, inner, box.name, box.input_value, box.base)


def _cells(
    box: SettingField,
    inner: ObjectInput,
    path: str,
    typed: Any,
    base: Any,
    place: int = 0,
    *,
    focus: bool = False,
) -> Cells:
    found = base if isinstance(base, dict) else {}
    told = replace(box.state, errors=(), changed=False, refused="")
    if focus:
        told = replace(told, focus=f"{path}.{inner.columns[0][0].name}")
    return tuple(
        SettingField(
            one,
            kind,
            f"{path}.{one.name}",
            typed[one.name],
            found.get(one.api_name),
            told,
            place=place,
        )
        for one, kind in inner.columns
    )


# Attributes of rows, which hold no value: of the same lists they are the same.


@lru_cache(maxsize=8192)
def _item_attributes(name: str, place: int, label: str, focus: bool) -> SafeString:
    return format_html(
        ' name="{}.item" aria-label="{}"{}',
        name,
        row_label(label, place),
        SafeString(" autofocus" if focus else ""),
    )


@lru_cache(maxsize=8192)
def _remove_button_attributes(name: str, token: str, place: int, label: str) -> SafeString:
    words = _("Remove row %(row)s of %(label)s") % {"row": place, "label": label}
    return format_html(' value="{}.{}" aria-label="{}"', name, token, words)


@lru_cache(maxsize=8192)
def _add_button(name: str, label: str) -> SafeString:
    return load_template("fields/rows_foot.html").render(Context({"name": name, "label": label}))


def _blank_row_count(box: SettingField) -> int:
    return 0 if box.setting.is_immutable else box.state.blank_rows.get(box.name, 1)


def _fingerprint(value: Any) -> str:
    return short_fingerprint(value) if isinstance(value, Fingerprint) else ""
