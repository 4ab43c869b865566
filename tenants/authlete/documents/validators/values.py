"""What a single value must be like: texts, numbers, lists.

A rule gets a value of the right type and returns it, or raises `words.wrong`.
Authlete publishes no length limits of its own (Authlete facts, 14); those here are
ours, wide enough for any real setting.
"""

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from tenants.authlete.documents.validation_messages import _, validation_error
from tenants.authlete.json.reader import (
    InvalidJsonError,
    parse_json,
    replace_surrogates,
)

MAX_LINE_LENGTH = 1_000  # characters of a text of one line
MAX_MULTILINE_LENGTH = 10_000  # characters of a text of many lines
MAX_JSON_LENGTH = 200_000  # characters of a JSON text or a key set
MAX_JWT_LENGTH = 50_000  # characters of a signed token
MAX_LIST_ITEMS = 1_000  # entries of a list

_CONTROL_CHARS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_MULTILINE_CONTROL_CHARS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_CLIENT_ID = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1
_COMPACT_JWT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_SCOPE_NAME = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
_LIFETIME_ATTRIBUTES = {
    "access_token.duration",
    "refresh_token.duration",
    "id_token.duration",
}
_SECONDS = re.compile(r"[0-9]{1,18}")  # as many as an int64 surely holds
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, in outline


def validate_single_line(text: str) -> str:
    """A text of one line."""
    validate_text(text, MAX_LINE_LENGTH)
    if _CONTROL_CHARS.search(text):
        raise validation_error(_("Leave out line breaks, tabs and other control characters."))
    return text


def validate_multiline(text: str) -> str:
    """A text of any number of lines."""
    validate_text(text, MAX_MULTILINE_LENGTH)
    if _MULTILINE_CONTROL_CHARS.search(text):
        raise validation_error(_("Leave out control characters other than line breaks and tabs."))
    return text


def validate_non_blank(text: str) -> str:
    """An entry of a list: a text of one line with something in it."""
    validate_single_line(text)
    if not text.strip():
        raise validation_error(_("Fill this entry in, or remove it."))
    if text != text.strip():
        raise validation_error(_("Leave out the space at the start or the end."))
    return text


def validate_scope_name(text: str) -> str:
    """A scope's name, as RFC 6749, section 3.3 has it."""
    if not _SCOPE_NAME.fullmatch(text):
        raise validation_error(
            _(
                "A scope name has at least one letter, digit or sign of ASCII, and no "
                "space, double quote or backslash."
            )
        )
    return validate_single_line(text)


def validate_language_tag(text: str) -> str:
    """A language tag, as RFC 5646 has it."""
    if not _LANGUAGE_TAG.fullmatch(text):
        raise validation_error(_("Enter a language tag, such as en, pt-BR or zh-Hant."))
    return validate_single_line(text)


def integer_between(minimum: int, maximum: int) -> Callable[[int], int]:
    """A rule: a whole number between ``least`` and ``most``."""

    def rule(number: int) -> int:
        if number < minimum:
            raise validation_error(_("Enter {least} or more."), least=minimum)
        if number > maximum:
            raise validation_error(_("Enter {most} or less."), most=maximum)
        return number

    return rule


def validate_json_object(text: str) -> str:
    """The text of a JSON object."""
    if not isinstance(parse_json_value(text), dict):
        raise validation_error(_("Enter a JSON object, in curly brackets."))
    return text


def parse_json_value(text: str) -> Any:
    """The value of a JSON text."""
    validate_text(text, MAX_JSON_LENGTH)
    try:
        return parse_json(text)
    except InvalidJsonError as error:
        raise validation_error(_("This is not JSON: {why}."), why=str(error)) from None


def validate_client_id(text: str) -> str:
    """A client ID, as RFC 6749, appendix A.1 has it."""
    if not _CLIENT_ID.fullmatch(validate_non_blank(text)):
        raise validation_error(_("Use only letters, digits and signs of ASCII."))
    return text


def validate_distinguished_name(text: str) -> str:
    """A subject of a certificate, in outline (RFC 4514)."""
    if "=" not in validate_non_blank(text):
        raise validation_error(_("Enter a distinguished name, such as CN=app,O=Example,C=DE."))
    return text


def validate_ip_address(text: str) -> str:
    """An address of IPv4 or IPv6."""
    try:
        ip_address(text)
    except ValueError:
        raise validation_error(
            _("Enter an IP address, such as 192.0.2.7 or 2001:db8::7.")
        ) from None
    return text


def validate_compact_jwt(text: str) -> str:
    """A signed JWT in its compact form (RFC 7515, section 7.1)."""
    validate_text(text, MAX_JWT_LENGTH)
    if not _COMPACT_JWT.fullmatch(text):
        raise validation_error(_("Enter a signed JWT: three parts with periods between them."))
    return text


def validate_unique(entries: Sequence[str]) -> Sequence[str]:
    """A list that names nothing twice."""
    return _require_unique(entries, entries)


def validate_unique_language_tags(entries: Sequence[str]) -> Sequence[str]:
    """A list that names no language twice; case means nothing (RFC 5646)."""
    return _require_unique(entries, [entry.lower() for entry in entries])


def unique_by_field(
    name: str, *, ignore_case: bool = False
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """A rule: no two objects of a list agree in ``member``; ``fold`` ignores case."""

    def rule(entries: Sequence[Any]) -> Sequence[Any]:
        names = [entry[name] for entry in entries]
        return _require_unique(entries, [n.lower() for n in names] if ignore_case else names)

    return rule


def validate_scope_attributes(entries: Sequence[Any]) -> Sequence[Any]:
    """Attributes of a scope, of which some are lifetimes (Authlete facts, 9.3)."""
    for entry in entries:
        if entry["key"] in _LIFETIME_ATTRIBUTES and not _SECONDS.fullmatch(entry["value"]):
            raise validation_error(
                _("{name} is a number of seconds, such as 600."), name=entry["key"]
            )
    return entries


def validate_list_length(entries: Sequence[Any]) -> Sequence[Any]:
    """A list that is not endless."""
    if len(entries) > MAX_LIST_ITEMS:
        raise validation_error(_("Enter at most {most} entries."), most=MAX_LIST_ITEMS)
    return entries


def _require_unique(entries: Sequence[Any], names: Sequence[str]) -> Sequence[Any]:
    validate_list_length(entries)
    met: set[str] = set()
    for name in names:
        if name in met:
            raise validation_error(_("{name} is there twice. Remove one of them."), name=name)
        met.add(name)
    return entries


def validate_text(text: str, max_length: int) -> None:
    """Refuse what is broken, or longer than ``most`` characters."""
    if replace_surrogates(text) != text:
        raise validation_error(_("Some of these characters are broken. Enter the text anew."))
    if "\0" in text:
        raise validation_error(_("Leave out the NUL character."))
    if len(text) > max_length:
        raise validation_error(
            _("Enter at most {most} characters; these are {count}."),
            most=max_length,
            count=len(text),
        )
