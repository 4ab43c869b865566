"""What a single value must be like: texts, numbers, lists.

A rule gets a value of the right type and returns it, or raises `words.wrong`.
Authlete publishes no length limits of its own (api.md, section 14); those here are
ours, wide enough for any real setting.
"""

import re
from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from tenants.authlete.documents.words import _, wrong
from tenants.authlete.reading import NotJson, clean, read

LINE = 1_000  # characters of a text of one line
PROSE = 10_000  # characters of a text of many lines
JSON = 200_000  # characters of a JSON text or a key set
JWT = 50_000  # characters of a signed token
ITEMS = 1_000  # entries of a list

_control = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_control_in_prose = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_client_id = re.compile(r"[\x20-\x7e]+")  # RFC 6749, appendix A.1
_jwt = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_scope = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, section 3.3
_lifetimes = {"access_token.duration", "refresh_token.duration", "id_token.duration"}
_digits = re.compile(r"[0-9]{1,18}")  # as many as an int64 surely holds
_language = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")  # RFC 5646, in outline


def line(text: str) -> str:
    """A text of one line."""
    whole(text, LINE)
    if _control.search(text):
        raise wrong(_("Leave out line breaks, tabs and other control characters."))
    return text


def prose(text: str) -> str:
    """A text of any number of lines."""
    whole(text, PROSE)
    if _control_in_prose.search(text):
        raise wrong(_("Leave out control characters other than line breaks and tabs."))
    return text


def word(text: str) -> str:
    """An entry of a list: a text of one line with something in it."""
    line(text)
    if not text.strip():
        raise wrong(_("Fill this entry in, or remove it."))
    if text != text.strip():
        raise wrong(_("Leave out the space at the start or the end."))
    return text


def scope_name(text: str) -> str:
    """A scope's name, as RFC 6749, section 3.3 has it."""
    if not _scope.fullmatch(text):
        raise wrong(
            _(
                "A scope name has at least one letter, digit or sign of ASCII, and no "
                "space, double quote or backslash."
            )
        )
    return line(text)


def language(text: str) -> str:
    """A language tag, as RFC 5646 has it."""
    if not _language.fullmatch(text):
        raise wrong(_("Enter a language tag, such as en, pt-BR or zh-Hant."))
    return line(text)


def within(least: int, most: int) -> Callable[[int], int]:
    """A rule: a whole number between ``least`` and ``most``."""

    def rule(number: int) -> int:
        if number < least:
            raise wrong(_("Enter {least} or more."), least=least)
        if number > most:
            raise wrong(_("Enter {most} or less."), most=most)
        return number

    return rule


def json_object(text: str) -> str:
    """The text of a JSON object."""
    if not isinstance(json_value(text), dict):
        raise wrong(_("Enter a JSON object, in curly brackets."))
    return text


def json_value(text: str) -> Any:
    """The value of a JSON text."""
    whole(text, JSON)
    try:
        return read(text)
    except NotJson as error:
        raise wrong(_("This is not JSON: {why}."), why=str(error)) from None


def client_id(text: str) -> str:
    """A client ID, as RFC 6749, appendix A.1 has it."""
    if not _client_id.fullmatch(word(text)):
        raise wrong(_("Use only letters, digits and signs of ASCII."))
    return text


def distinguished_name(text: str) -> str:
    """A subject of a certificate, in outline (RFC 4514)."""
    if "=" not in word(text):
        raise wrong(_("Enter a distinguished name, such as CN=app,O=Example,C=DE."))
    return text


def ip(text: str) -> str:
    """An address of IPv4 or IPv6."""
    try:
        ip_address(text)
    except ValueError:
        raise wrong(
            _("Enter an IP address, such as 192.0.2.7 or 2001:db8::7.")
        ) from None
    return text


def jwt(text: str) -> str:
    """A signed JWT in its compact form (RFC 7515, section 7.1)."""
    whole(text, JWT)
    if not _jwt.fullmatch(text):
        raise wrong(_("Enter a signed JWT: three parts with periods between them."))
    return text


def unique(entries: Sequence[str]) -> Sequence[str]:
    """A list that names nothing twice."""
    return _told_apart(entries, entries)


def unique_languages(entries: Sequence[str]) -> Sequence[str]:
    """A list that names no language twice; case means nothing (RFC 5646)."""
    return _told_apart(entries, [entry.lower() for entry in entries])


def unique_by(
    member: str, *, fold: bool = False
) -> Callable[[Sequence[Any]], Sequence[Any]]:
    """A rule: no two objects of a list agree in ``member``; ``fold`` ignores case."""

    def rule(entries: Sequence[Any]) -> Sequence[Any]:
        names = [entry[member] for entry in entries]
        return _told_apart(entries, [n.lower() for n in names] if fold else names)

    return rule


def scope_attributes(entries: Sequence[Any]) -> Sequence[Any]:
    """Attributes of a scope, of which some are lifetimes (api.md, section 9.3)."""
    for entry in entries:
        if entry["key"] in _lifetimes and not _digits.fullmatch(entry["value"]):
            raise wrong(
                _("{name} is a number of seconds, such as 600."), name=entry["key"]
            )
    return entries


def few(entries: Sequence[Any]) -> Sequence[Any]:
    """A list that is not endless."""
    if len(entries) > ITEMS:
        raise wrong(_("Enter at most {most} entries."), most=ITEMS)
    return entries


def _told_apart(entries: Sequence[Any], names: Sequence[str]) -> Sequence[Any]:
    few(entries)
    met: set[str] = set()
    for name in names:
        if name in met:
            raise wrong(_("{name} is there twice. Remove one of them."), name=name)
        met.add(name)
    return entries


def whole(text: str, most: int) -> None:
    """Refuse what is broken, or longer than ``most`` characters."""
    if clean(text) != text:
        raise wrong(_("Some of these characters are broken. Enter the text anew."))
    if "\0" in text:
        raise wrong(_("Leave out the NUL character."))
    if len(text) > most:
        raise wrong(
            _("Enter at most {most} characters; these are {count}."),
            most=most,
            count=len(text),
        )
