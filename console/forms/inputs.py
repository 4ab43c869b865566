"""Conversion of setting values to form inputs and back.

`FieldInput.display` and `FieldInput.read` return the same shape, so an input is
unchanged if both are equal, even if its value is invalid.
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
from tenants.authlete.redaction.fingerprint import Fingerprint

MAX_JSON_CHARS = 1_000_000  # in a JSON input
KEEP, REPLACE, REMOVE = "keep", "replace", "remove"
DIGITS = re.compile(r"-?[0-9]{1,20}")


class FieldInput:
    """A text input."""

    is_group = False  # several inputs under one name

    def supports(self, value: Any) -> bool:
        """Return whether the input can hold ``value``, which is never None."""
        return isinstance(value, str)

    def display(self, setting: Setting, value: Any) -> Any:
        """Return the input's content for ``value``."""
        return value or ""

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        """Return the input's content after ``value`` replaced ``base``."""
        return self.display(setting, value)

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        """Return the input's submitted content."""
        return sent.last()

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        """Return Authlete's value for the submitted content; None removes the member.

        Raise `django.core.exceptions.ValidationError` if the content is invalid.
        """
        return restore_line_breaks(typed, base) or None


class UriInput(FieldInput):
    """A text input that ignores surrounding whitespace."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return typed.strip() or None


class EntryInput(FieldInput):
    """A text input in a row; it is empty rather than absent."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return restore_line_breaks(typed, base)


class NumberInput(FieldInput):
    """A whole number input."""

    def supports(self, value: Any) -> bool:
        if isinstance(value, Decimal):
            return value == value.to_integral_value()
        return isinstance(value, int) and not isinstance(value, bool)

    def display(self, setting: Setting, value: Any) -> Any:
        return "" if value is None else str(int(value))

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return parse_whole_number(typed)


class DurationInput(NumberInput):
    """A number with a unit of time; the default unit is seconds."""

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
    """A checkbox."""

    def supports(self, value: Any) -> bool:
        return isinstance(value, bool)

    def display(self, setting: Setting, value: Any) -> Any:
        return bool(setting.default) if value is None else value

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        return "on" in sent.parts

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        return typed


class ChoiceInput(FieldInput):
    """A choice of one value; an unlisted current value stays valid."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        if typed and typed not in setting.input_type.choices and typed != base:
            raise ValidationError(_("Select a listed value."))
        return typed or None


class MultipleChoiceInput(FieldInput):
    """A choice of several values, or of Authlete's default."""

    is_group = True

    def supports(self, value: Any) -> bool:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)

    def display(self, setting: Setting, value: Any) -> Any:
        is_customized = value is not None or not setting.unset_label
        return {
            "own": is_customized,
            "picked": _in_choice_order(available_choices(setting, value), value or ()),
        }

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        is_customized = not setting.unset_label or sent.last("own") != "default"
        return {"own": is_customized, "picked": sent.all("pick")}

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
        current_order = dict.fromkeys([*(base or ()), *setting.input_type.choices])
        return _in_choice_order(current_order, picked) or empty_list_value(setting)


class SecretInput(FieldInput):
    """A secret that is kept, replaced or removed, and never shown."""

    is_group = True

    def supports(self, value: Any) -> bool:
        return isinstance(value, Fingerprint | str)

    def display(self, setting: Setting, value: Any) -> Any:
        return {"do": KEEP, "new": ""}

    def display_edited(self, setting: Setting, value: Any, base: Any) -> Any:
        return {"do": REPLACE if value else REMOVE, "new": value or ""}

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        action, new = sent.last(), sent.last("new")
        if action == REPLACE and not new:
            new = unseal(sent.last("held"), sent.form_key, setting.api_name)
        return {"do": action or (REPLACE if new else KEEP), "new": new}

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
    """A JSON input; equivalent JSON keeps its original text."""

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        if not typed.strip():
            return None
        if len(typed) > MAX_JSON_CHARS:
            raise ValidationError(_("Enter at most %s characters.") % format_number(MAX_JSON_CHARS))
        try:
            value = parse_json(typed)
        except InvalidJsonError as error:
            problem = syntax_problem(typed) or error
            raise ValidationError(_("Invalid JSON: %s.") % problem) from None
        return base if is_json_of(base, value) else typed


class KeySetInput(JsonInput):
    """A JWK Set, pretty-printed, with sealed private parts.

    Keys can be added and removed; a sealed part stays in its own key.
    """

    def display(self, setting: Setting, value: Any) -> Any:
        return indent_json(value) if value else ""

    def read(self, setting: Setting, sent: SubmittedValues) -> Any:
        entered = unseal(sent.last("held"), sent.form_key, setting.api_name)
        if not entered:
            return sent.last()
        return restore_private_parts(sent.last(), entered, sent.form_key)

    def clean(self, setting: Setting, typed: Any, base: Any) -> Any:
        text = super().clean(setting, typed, base)
        try:
            is_misplaced = text is not None and has_misplaced_redaction(base or "", text)
        except InvalidJsonError:
            is_misplaced = True
        if is_misplaced:
            raise ValidationError(
                _(
                    "A redacted private part was moved to another key. Restore it, or enter the "
                    "whole key again."
                )
            )
        return text


class UnexpectedValueInput(FieldInput):
    """An unsupported value that is kept, replaced or removed.

    This includes fingerprints of text that turned out to be a private key.
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
    """Return the whole number in ``text``; None if it is blank."""
    text = text.strip()
    if not text:
        return None
    if not DIGITS.fullmatch(text):
        raise ValidationError(_("Enter a whole number."))
    return int(text)


def restore_line_breaks(text: str, base: Any) -> str:
    """Return ``text`` with CRLF line breaks if ``base`` has them."""
    if isinstance(base, str) and "\r\n" in base and base.count("\n") == base.count("\r"):
        return text.replace("\n", "\r\n")
    return text


def empty_list_value(setting: Setting) -> list[Any] | None:
    """Return the value of an empty list: [] if an absent list means something else."""
    return [] if setting.unset_label else None


def available_choices(setting: Setting, value: Any) -> list[str]:
    """Return the declared choices, followed by unlisted current values."""
    return list(dict.fromkeys([*setting.input_type.choices, *(value or ())]))


def _in_choice_order(order: Iterable[str], picked: Container[str]) -> list[str]:
    return [choice for choice in order if choice in picked]


def is_json_of(text: Any, value: Any) -> bool:
    """Return whether ``text`` is JSON of ``value``."""
    try:
        return isinstance(text, str) and is_equal(parse_json(text), value)
    except InvalidJsonError:
        return False
