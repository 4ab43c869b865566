"""Template context of each field kind in ``fields/``."""

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
from tenants.authlete.redaction.fingerprint import Fingerprint, contains_fingerprint

type Cells = tuple[SettingField, ...]

WIDE_KINDS = frozenset({"jwks", "tagged", "pairs"})  # cells on a line of their own


@dataclass(frozen=True, slots=True)
class ChoiceOption:
    """An option of a choice."""

    value: str
    label: str
    is_selected: bool
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class DurationUnits:
    """The unit options of a duration."""

    options: tuple[ChoiceOption, ...]
    seconds_text: str  # the duration in seconds, or the meaning of 0
    pattern: str  # of seconds_text; # stands for the number


@dataclass(frozen=True, slots=True)
class KeptValue:
    """A current value that can be kept: a secret or an unsupported value."""

    is_set: bool
    fingerprint: str = ""  # of a redacted value
    text: str = ""
    usual: SettingField | None = None  # takes the replacement
    sealed_input: str = ""  # the entered value


@dataclass(frozen=True, slots=True)
class KeySetView:
    """A JWK Set without its private parts."""

    lines: tuple[KeySummary, ...]
    text: str
    sealed_input: str = ""  # the entered key set, with its private parts
    hidden: bool = False  # the entered text can't be redacted and is dropped


@dataclass(frozen=True, slots=True)
class ListRow:
    """A row of a list."""

    token: str
    row_number: int  # counted from 1
    cells: Cells = ()
    more: Cells = ()  # cells on a line of their own
    text: str = ""  # of a list of strings
    raw_json: str = ""  # of an unsupported item
    is_sealed: bool = False
    button: str = ""  # attributes of the remove button
    input: str = ""  # attributes of the only input
    is_open: bool = False  # whether the wide cells are expanded

    @property
    def is_multiline(self) -> bool:
        return "\n" in self.text or "\r" in self.text

    @property
    def summary(self) -> str:
        """The labels of the wide cells, with the lengths of lists."""
        return ", ".join(
            f"{cell.label} ({len(cell.input_value)})"
            if cell.input_value and isinstance(cell.input_value, list)
            else cell.label
            for cell in self.more
        )


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """A column header."""

    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class RowList:
    """The rows of a list with their column headers."""

    name: str  # of the inputs
    rows: tuple[ListRow, ...]
    foot: str  # HTML of the button that adds a row
    heads: tuple[ColumnHead, ...] = ()

    @property
    def width(self) -> int:
        return len(self.heads) + 1


def duration_units(box: SettingField) -> DurationUnits:
    """Return the unit options of a duration and its length in seconds."""
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
    """Return the options of a choice, including an unlisted current value."""
    choices = box.setting.input_type.choices
    return tuple(
        ChoiceOption(
            choice, choice_label(box.setting, choice), choice == box.input_value, choice in choices
        )
        for choice in available_choices(box.setting, [box.base] if box.base else [])
    )


def multiple_choice_options(box: SettingField) -> tuple[ChoiceOption, ...]:
    """Return the options of a multiple choice, including unlisted current values."""
    choices, picked = box.setting.input_type.choices, box.input_value["picked"]
    return tuple(
        ChoiceOption(choice, choice_label(box.setting, choice), choice in picked, choice in choices)
        for choice in available_choices(box.setting, box.base)
    )


def kept_secret(box: SettingField) -> KeptValue:
    """Return the current secret's fingerprint and the entered secret, sealed."""
    new = box.input_value["new"]
    entered = seal(new, box.state.form_key, box.setting.api_name) if new else ""
    return KeptValue(bool(box.base), _fingerprint(box.base), sealed_input=entered)


def current_value_context(usual: FieldKind) -> Callable[[SettingField], KeptValue]:
    """Return a function that shows an unsupported value as JSON.

    The ``usual`` input takes the replacement.
    """

    def draw(box: SettingField) -> KeptValue:
        inner = SettingField(
            box.setting, usual, box.name, box.input_value["usual"], None, box.state
        )
        fingerprint = _fingerprint(box.base)
        return KeptValue(True, fingerprint, "" if fingerprint else to_json(box.base), inner)

    return draw


def key_set_view(box: SettingField) -> KeySetView:
    """Return the keys of the entered text; no keys if it isn't a JWK Set."""
    typed = box.input_value
    text = redact_key_set(typed, box.state.form_key)
    sealed = "" if text == typed else seal(typed, box.state.form_key, box.setting.api_name)
    if text is None:
        return KeySetView((), box.kind.input.display(box.setting, box.base), hidden=True)
    try:
        return KeySetView(list_key_set(typed) if typed else (), text, sealed)
    except ValueError:
        return KeySetView((), text, sealed)


def text_rows(box: SettingField) -> RowList:
    """Return the rows of a list of strings, followed by blank rows."""
    focused = len(box.input_value) if box.state.focus == box.name else -1
    return RowList(
        box.name,
        tuple(
            ListRow(
                str(index),
                index + 1,
                text=text,
                button=_remove_button_attributes(box.name, str(index), index + 1, box.label),
                input=_item_attributes(box.name, index + 1, box.label, index == focused),
            )
            for index, text in enumerate([*box.input_value, *[""] * _blank_row_count(box)])
        ),
        _add_button(box.name, box.label),
    )


def object_rows(box: SettingField) -> RowList:
    """Return the rows of a list of objects, followed by blank rows."""
    inner = box.kind.input
    assert isinstance(inner, RowsInput)
    used_tokens = {row["row"] for row in box.input_value}
    empty_rows = (
        f"n{index}" for index in range(len(used_tokens) + 1000) if f"n{index}" not in used_tokens
    )
    blank = inner.row.display(box.setting, None)
    typed = [*box.input_value]
    typed += [{"row": next(empty_rows), "cells": blank} for _ in range(_blank_row_count(box))]
    focused = len(box.input_value) if box.state.focus == box.name else -1
    return RowList(
        box.name,
        tuple(
            _object_row(box, inner.row, index, row, index == focused)
            for index, row in enumerate(typed)
        ),
        _add_button(box.name, box.label),
        tuple(
            ColumnHead(translate(setting.label), kind.name)
            for setting, kind in inner.row.columns
            if kind.name not in WIDE_KINDS
        ),
    )


def _object_row(
    box: SettingField, inner: ObjectInput, index: int, row: Any, focus: bool
) -> ListRow:
    token, row_number = row["row"], index + 1
    path = f"{box.name}.{token}"
    item = original_item(box.base, token)
    button = _remove_button_attributes(box.name, token, row_number, box.label)
    if row["cells"] is None:
        text, sealed = to_json(item), contains_fingerprint(item)
        return ListRow(token, row_number, raw_json=text, is_sealed=sealed, button=button)
    cells = _cells(box, inner, path, row["cells"], item, row_number, focus=focus)
    more = tuple(cell for cell in cells if cell.kind.name in WIDE_KINDS)
    return ListRow(
        token,
        row_number,
        tuple(cell for cell in cells if cell.kind.name not in WIDE_KINDS),
        more,
        button=button,
        is_open=box.state.focus.startswith(f"{path}.")
        or any(cell.input_value == "" for cell in more),
    )


def original_item(base: Any, token: str) -> Any:
    """Return the item that a row was rendered from, or None."""
    items = base if isinstance(base, list) else []
    index = int(token) if token.isdecimal() and len(token) < 9 else len(items)
    return items[index] if index < len(items) else None


def object_members(box: SettingField) -> Cells:
    """Return the fields of an object's members."""
    inner = box.kind.input
    assert isinstance(inner, ObjectInput)
    return _cells(box, inner, box.name, box.input_value, box.base)


def _cells(
    box: SettingField,
    inner: ObjectInput,
    path: str,
    typed: Any,
    base: Any,
    row_number: int = 0,
    *,
    focus: bool = False,
) -> Cells:
    values = base if isinstance(base, dict) else {}
    state = replace(box.state, errors=(), changed=False, refused="")
    if focus:
        state = replace(state, focus=f"{path}.{inner.columns[0][0].name}")
    return tuple(
        SettingField(
            setting,
            kind,
            f"{path}.{setting.name}",
            typed[setting.name],
            values.get(setting.api_name),
            state,
            row_number=row_number,
        )
        for setting, kind in inner.columns
    )


# Attributes don't depend on values, so they are cached.


@lru_cache(maxsize=8192)
def _item_attributes(name: str, row_number: int, label: str, focus: bool) -> SafeString:
    return format_html(
        ' name="{}.item" aria-label="{}"{}',
        name,
        row_label(label, row_number),
        SafeString(" autofocus" if focus else ""),
    )


@lru_cache(maxsize=8192)
def _remove_button_attributes(name: str, token: str, row_number: int, label: str) -> SafeString:
    text = _("Remove row %(row)s of %(label)s") % {"row": row_number, "label": label}
    return format_html(' value="{}.{}" aria-label="{}"', name, token, text)


@lru_cache(maxsize=8192)
def _add_button(name: str, label: str) -> SafeString:
    return load_template("fields/rows_foot.html").render(Context({"name": name, "label": label}))


def _blank_row_count(box: SettingField) -> int:
    return 0 if box.setting.is_immutable else box.state.blank_rows.get(box.name, 1)


def _fingerprint(value: Any) -> str:
    return short_fingerprint(value) if isinstance(value, Fingerprint) else ""
