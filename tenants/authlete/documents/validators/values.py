"""Validators for single values: texts, numbers and lists.

A validator takes a value of the right type and returns it, or raises
`validation_error`. Authlete publishes no length limits, so those below are ours and
wider than any real setting.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from pydantic_core import PydanticCustomError

from tenants.authlete.json.reader import InvalidJsonError, parse_json, replace_surrogates
from tenants.authlete.messages import Message
from tenants.authlete.messages import gettext_noop as _

INVALID_VALUE_MESSAGE = _("This value has an unexpected format.")
_PYDANTIC_MESSAGES = {
    "missing": _("Enter a value."),
    "int_type": _("Enter a whole number."),
    "int_from_float": _("Enter a whole number."),
    "bool_type": _("Choose yes or no."),
    "string_unicode": _("Some characters are invalid. Enter the text again."),
}


def validation_error(text: str, **params: Any) -> PydanticCustomError:
    """Build the error a validator raises; ``text`` has placeholders like {limit}."""
    return PydanticCustomError("rule", text, {**params, "text": text})


def format_error(error: Mapping[str, Any], translate: Callable[[str], str] = str) -> str:
    """Format one of `pydantic.ValidationError.errors` for users."""
    if error["type"] == "rule":
        params = {name: value for name, value in error["ctx"].items() if name != "text"}
        message = Message(error["ctx"]["text"], **params)
    else:
        message = Message(_PYDANTIC_MESSAGES.get(error["type"], INVALID_VALUE_MESSAGE))
    return message.localize(translate)


MAX_LINE_LENGTH = 1_000  # characters
MAX_MULTILINE_LENGTH = 10_000
MAX_JSON_LENGTH = 200_000
MAX_JWT_LENGTH = 50_000
MAX_LIST_ITEMS = 1_000

_CONTROL_CHARS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MULTILINE_CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CLIENT_ID = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1
_COMPACT_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_SCOPE_NAME = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
_LIFETIME_ATTRIBUTES = {"access_token.duration", "refresh_token.duration", "id_token.duration"}
_SECONDS = re.compile(r"[0-9]{1,18}")  # always fits in an int64
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, outline


def validate_single_line(text: str) -> str:
    """Reject line breaks and control characters."""
    validate_text(text, MAX_LINE_LENGTH)
    if _CONTROL_CHARS.search(text):
        raise validation_error(_("Remove line breaks, tabs and other control characters."))
    return text


def validate_multiline(text: str) -> str:
    """Reject control characters other than line breaks and tabs."""
    validate_text(text, MAX_MULTILINE_LENGTH)
    if _MULTILINE_CONTROL_CHARS.search(text):
        raise validation_error(_("Remove control characters other than line breaks and tabs."))
    return text


def validate_non_blank(text: str) -> str:
    """Reject blank lines and surrounding spaces."""
    validate_single_line(text)
    if not text.strip():
        raise validation_error(_("Enter a value, or remove this entry."))
    if text != text.strip():
        raise validation_error(_("Remove spaces at the start and end."))
    return text


def validate_scope_name(text: str) -> str:
    """Require a scope name (RFC 6749, section 3.3)."""
    if not _SCOPE_NAME.fullmatch(text):
        raise validation_error(
            _(
                "Use ASCII letters, digits and symbols, without spaces, double quotes "
                "or backslashes."
            )
        )
    return validate_single_line(text)


def validate_language_tag(text: str) -> str:
    """Require a language tag (RFC 5646)."""
    if not _LANGUAGE_TAG.fullmatch(text):
        raise validation_error(_("Enter a language tag, such as en, pt-BR or zh-Hant."))
    return validate_single_line(text)


def integer_between(minimum: int, maximum: int) -> Callable[[int], int]:
    """Return a validator for integers between ``minimum`` and ``maximum``."""

    def validate(number: int) -> int:
        if number < minimum:
            raise validation_error(_("Enter {minimum} or more."), minimum=minimum)
        if number > maximum:
            raise validation_error(_("Enter {maximum} or less."), maximum=maximum)
        return number

    return validate


def validate_json_object(text: str) -> str:
    """Require the text of a JSON object."""
    if not isinstance(parse_json_value(text), dict):
        raise validation_error(_("Enter a JSON object, in curly brackets."))
    return text


def parse_json_value(text: str) -> Any:
    """Parse a JSON text; raise a validation error if it isn't JSON."""
    validate_text(text, MAX_JSON_LENGTH)
    try:
        return parse_json(text)
    except InvalidJsonError as error:
        raise validation_error(_("This isn't valid JSON: {reason}."), reason=str(error)) from None


def validate_client_id(text: str) -> str:
    """Require a client ID (RFC 6749, appendix A.1)."""
    if not _CLIENT_ID.fullmatch(validate_non_blank(text)):
        raise validation_error(_("Use only ASCII letters, digits and symbols."))
    return text


def validate_distinguished_name(text: str) -> str:
    """Require something like a distinguished name (RFC 4514)."""
    if "=" not in validate_non_blank(text):
        raise validation_error(_("Enter a distinguished name, such as CN=app,O=Example,C=DE."))
    return text


def validate_ip_address(text: str) -> str:
    """Require an IPv4 or IPv6 address."""
    try:
        ip_address(text)
    except ValueError:
        raise validation_error(
            _("Enter an IP address, such as 192.0.2.7 or 2001:db8::7.")
        ) from None
    return text


def validate_compact_jwt(text: str) -> str:
    """Require a signed JWT in compact form (RFC 7515, section 7.1)."""
    validate_text(text, MAX_JWT_LENGTH)
    if not _COMPACT_JWT.fullmatch(text):
        raise validation_error(_("Enter a signed JWT: three parts separated by periods."))
    return text


def validate_unique(entries: Sequence[str]) -> Sequence[str]:
    """Reject duplicate entries."""
    return _require_unique(entries, entries)


def validate_unique_language_tags(entries: Sequence[str]) -> Sequence[str]:
    """Reject duplicate language tags, ignoring case (RFC 5646)."""
    return _require_unique(entries, [entry.lower() for entry in entries])


def unique_by_field(
    name: str, *, ignore_case: bool = False
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """Return a validator for lists of objects that differ in the field ``name``."""

    def validate(entries: Sequence[Any]) -> Sequence[Any]:
        values = [entry[name] for entry in entries]
        if ignore_case:
            values = [value.lower() for value in values]
        return _require_unique(entries, values)

    return validate


def validate_scope_attributes(entries: Sequence[Any]) -> Sequence[Any]:
    """Require a number of seconds in the scope attributes that are durations."""
    for entry in entries:
        if entry["key"] in _LIFETIME_ATTRIBUTES and not _SECONDS.fullmatch(entry["value"]):
            raise validation_error(
                _("{name} must be a number of seconds, such as 600."), name=entry["key"]
            )
    return entries


def validate_list_length(entries: Sequence[Any]) -> Sequence[Any]:
    """Reject lists of more than `MAX_LIST_ITEMS` entries."""
    if len(entries) > MAX_LIST_ITEMS:
        raise validation_error(_("Enter at most {maximum} entries."), maximum=MAX_LIST_ITEMS)
    return entries


def _require_unique(entries: Sequence[Any], values: Sequence[str]) -> Sequence[Any]:
    validate_list_length(entries)
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise validation_error(_("{value} is listed twice. Remove one."), value=value)
        seen.add(value)
    return entries


def validate_text(text: str, max_length: int) -> None:
    """Reject invalid Unicode, NUL, and more than ``max_length`` characters."""
    if replace_surrogates(text) != text:
        raise validation_error(_("Some characters are invalid. Enter the text again."))
    if "\0" in text:
        raise validation_error(_("Remove the NUL character."))
    if len(text) > max_length:
        raise validation_error(
            _("Enter at most {maximum} characters (currently {count})."),
            maximum=max_length,
            count=len(text),
        )
