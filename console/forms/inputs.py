"""How one value goes into an input and comes back out of it.

Every `Input` says four things. ``shown`` and ``typed`` give the same shape: what
the inputs hold for a value, and what they held when they were sent. An input that
nobody touched is told by both being equal, whatever odd value Authlete has.
"""

import re
from collections.abc import Container, Iterable
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from console.forms.json_syntax import syntax_problem
from console.forms.key_sets import indent_json
from console.forms.sealed_input import restore_private_parts, unseal
from console.forms.submitted import SubmittedValues
from console.forms.value_text import DURATION_UNITS, format_number, largest_unit
from tenants.authlete.documents.base import Setting
from tenants.authlete.documents.redacted_json import has_misplaced_redaction
from tenants.authlete.json.compare import is_equal
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.redactor import Fingerprint

MAX_JSON_CHARS = 1_000_000  # characters of JSON that are read at all
KEEP, REPLACE, REMOVE = "keep", "replace", "remove"
DIGITS = re.compile(r"-?[0-9]{1,20}")


class FieldInput:
    """One text, taken as it is typed."""

    is_group = False  # whether it is several inputs under one name

    def supports(self, value: Any) -> bool:
        """Return whether the input can hold ``value``, which is never None."""
        return isinstance(value, str)

    def display(self, setting: Setting, value: Any) -> Any:
        """Return what the input shows for ``value``."""
        return value or ""

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        """Return what the input shows after ``value`` was entered in place of ``base``."""
        return self.display(setting, value)

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        """Return the value that was submitted in the input."""
        return sent.last()

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        """Authlete's value for what was typed; None takes the member out.

        Raises `django.core.exceptions.ValidationError` where there is none.
        """
        return restore_line_breaks(typed, base) or None


class UriInput(FieldInput):
    """A text in which space around it is never meant."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return typed.strip() or None


class EntryInput(FieldInput):
    """A text inside a row, which is empty rather than not there."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return restore_line_breaks(typed, base)


class NumberInput(FieldInput):
    """A whole number."""

    def supports(self, value: Any) -> bool:
        if isinstance(value, Decimal):
            return value == value.to_integral_value()
        return isinstance(value, int) and not isinstance(value, bool)

    def display(self, setting: Setting, value: Any) -> Any:
        return "" if value is None else str(int(value))

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return parse_whole_number(typed)


class DurationInput(NumberInput):
    """Seconds, as so many of a unit; without a unit they are seconds."""

    def display(self, setting: Setting, value: Any) -> Any:
        if value is None:
            return {"number": "", "unit": "seconds"}
        number, unit = largest_unit(int(value))
        return {"number": str(number), "unit": unit}

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        return {"number": sent.last(), "unit": sent.last("unit") or "seconds"}

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        number = parse_whole_number(typed["number"])
        if typed["unit"] not in DURATION_UNITS:
            raise ValidationError(_("Select a unit."))
        return None if number is None else number * DURATION_UNITS[typed["unit"]][0]


class FlagInput(FieldInput):
    """A box to tick."""

    def supports(self, value: Any) -> bool:
        return isinstance(value, bool)

    def display(self, setting: Setting, value: Any) -> Any:
        return bool(setting.default) if value is None else value

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        return "on" in sent.parts

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return typed


class ChoiceInput(FieldInput):
    """One of several; what was there before stays possible."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        if typed and typed not in setting.input_type.choices and typed != base:
            raise ValidationError(_("Select a listed value."))
        return typed or None


class MultipleChoiceInput(FieldInput):
    """Some of several, or where that is something else, Authlete's own."""

    is_group = True

    def supports(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(one, str) for one in value)

    def display(self, setting: Setting, value: Any) -> Any:
        own = value is not None or not setting.unset_label
        return {
            "own": own,
            "picked": _in_choice_order(available_choices(setting, value), value or ()),
        }

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        own = not setting.unset_label or sent.last("own") != "default"
        return {"own": own, "picked": sent.all("pick")}

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        picked = typed["picked"]
        if not typed["own"]:
            if picked != self.display(setting, base)["picked"]:
                raise ValidationError(
                    _(
                        "You selected values but chose Authlete's default. Choose “Only the "
                        "selected values”, or clear them."
                    )
                )
            return None
        if not set(picked) <= set(available_choices(setting, base)):
            raise ValidationError(_("Select only listed values."))
        as_it_was = dict.fromkeys([*(base or ()), *setting.input_type.choices])
        return _in_choice_order(as_it_was, picked) or empty_list_value(setting)


class SecretInput(FieldInput):
    """A secret that stays, is replaced or removed, and is never shown."""

    is_group = True

    def supports(self, value: Any) -> bool:
        return isinstance(value, Fingerprint | str)

    def display(self, setting: Setting, value: Any) -> Any:
        return {"do": KEEP, "new": ""}

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        return {"do": REPLACE if value else REMOVE, "new": value or ""}

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        do, new = sent.last(), sent.last("new")
        if do == REPLACE and not new:
            new = unseal(sent.last("held"), sent.form_key, setting.api_name)
        return {"do": do or (REPLACE if new else KEEP), "new": new}

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        match typed:
            case {"do": "replace", "new": ""}:
                raise ValidationError(_("Enter the new secret, or keep the current one."))
            case {"do": "replace", "new": new}:
                return new
            case {"new": ""}:
                return None if typed["do"] == REMOVE else base
            case _:
                raise ValidationError(_("You entered a new secret. Select Replace, or clear it."))


class JsonInput(FieldInput):
    """JSON as text; what says the same is left as it is written."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        if not typed.strip():
            return None
        if len(typed) > MAX_JSON_CHARS:
            raise ValidationError(_("Enter at most %s characters.") % format_number(MAX_JSON_CHARS))
        try:
            value = parse_json(typed)
        except InvalidJsonError as error:
            why = syntax_problem(typed) or error
            raise ValidationError(_("Invalid JSON: %s.") % why) from None
        return base if is_json_of(base, value) else typed


class KeySetInput(JsonInput):
    """The text of a JWK Set, spread over lines; private parts are sealed in it.

    Keys may come and go, and a sealed part stays in the key that it belongs to.
    """

    def display(self, setting: Setting, value: Any) -> Any:
        return indent_json(value) if value else ""

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        entered = unseal(sent.last("held"), sent.form_key, setting.api_name)
        return restore_private_parts(sent.last(), entered) if entered else sent.last()

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        found = super().clean(setting, typed, base)
        try:
            moved = found is not None and has_misplaced_redaction(base or "", found)
        except InvalidJsonError:
            moved = True
        if moved:
            raise ValidationError(
                _(
                    "A redacted private part was moved to another key. Restore it, or enter the "
                    "whole key again."
                )
            )
        return found


class UnexpectedValueInput(FieldInput):
    """A value that its usual input cannot hold: kept as sent, replaced or removed.

    Fingerprints are among them, where a text turned out to be a private key.
    """

    is_group = True

    def __init__(self, usual: FieldInput) -> None:
        self.usual = usual

    def supports(self, value: Any) -> bool:
        return True

    def display(self, setting: Setting, value: Any) -> Any:
        return {"do": KEEP, "usual": self.usual.display(setting, None)}

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        if value is None:
            return {"do": REMOVE, "usual": self.usual.display(setting, None)}
        return {"do": REPLACE, "usual": self.usual.display_edited(setting, value, None)}

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        usual = self.usual.read(setting, sent)
        return {"do": sent.last("odd") or KEEP, "usual": usual}

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        match typed["do"]:
            case "replace":
                return self.usual.clean(setting, typed["usual"], None)
            case "remove":
                return None
            case _ if typed["usual"] != self.usual.display(setting, None):
                raise ValidationError(_("You entered a new value. Select Replace, or clear it."))
            case _:
                return base


def parse_whole_number(text: str) -> int | None:
    """Return the whole number in a text; None if it is empty."""
    text = text.strip()
    if not text:
        return None
    if not DIGITS.fullmatch(text):
        raise ValidationError(_("Enter a whole number."))
    return int(text)


def restore_line_breaks(text: str, base: Any) -> str:
    """``text`` with the line breaks that the value had before."""
    if isinstance(base, str) and "\r\n" in base and base.count("\n") == base.count("\r"):
        return text.replace("\n", "\r\n")
    return text


def empty_list_value(setting: Setting) -> list[Any] | None:
    """Return the value of an emptied list: None if an absent list also means "none"."""
    return [] if setting.unset_label else None


def available_choices(setting: Setting, value: Any) -> list[str]:
    """Return every declared choice, then current values that are not declared."""
    return list(dict.fromkeys([*setting.input_type.choices, *(value or ())]))


def _in_choice_order(order: Iterable[str], picked: Container[str]) -> list[str]:
    return [one for one in order if one in picked]


def is_json_of(text: Any, value: Any) -> bool:
    """Return whether ``text`` is JSON of this value."""
    try:
        return isinstance(text, str) and is_equal(parse_json(text), value)
    except InvalidJsonError:
        return False
