"""What can be wrong with a line of a file.

A fault tells where, and which rule: it never quotes the file, since what stands in a
wrong place may be a token. The codes are those by which Authlete would refuse it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MOST = 1_000  # faults that are listed; all are counted


@dataclass(frozen=True, slots=True)
class Rule:
    """What a line must be; ``code`` is Authlete's, where it has one."""

    words: str | Promise
    code: str = ""


RULES: Mapping[str, Rule] = {
    # --- the file
    "empty": Rule(_("The file holds no token.")),
    "too_many": Rule(_("The file holds more than {number} tokens.")),
    "too_long": Rule(_("This is longer than any token can be. Is a quote missing?")),
    "encoding": Rule(_("A byte that is not UTF-8. Save the file as UTF-8 or UTF-16.")),
    "array_end": Rule(_("The list is not closed: the file seems to be cut off.")),
    "array_more": Rule(_("Something stands after the end of the list.")),
    "header": Rule(_("A column that no token has. See which columns there are.")),
    "header_twice": Rule(_("A column that was there before.")),
    "cells": Rule(_("The line has more cells than there are columns.")),
    # --- a line
    "json": Rule(_("This is not JSON.")),
    "object": Rule(_("This is not a JSON object.")),
    "twice": Rule(_("This stands twice in the same object.")),
    "unknown": Rule(_("No token has this. Authlete would drop it without a word.")),
    "text": Rule(_("This must be a text."), "A126202"),
    "whole": Rule(_("This must be a whole number, 0 or more."), "A126202"),
    "rounded": Rule(
        _("This must be a whole number; a spreadsheet may have rounded it."), "A126202"
    ),
    "flag": Rule(_("This must be true or false."), "A126202"),
    "list": Rule(_("This must be a list of texts."), "A126202"),
    "half": Rule(_("There is half a character in this, which cannot be sent.")),
    "number": Rule(_("There is a number in this that JSON cannot hold."), "A126202"),
    "deep": Rule(_("This is nested more deeply than it can be sent.")),
    "control": Rule(_("There is a control character in this.")),
    # --- a token
    "grant_missing": Rule(_("The grant type is missing."), "A104201"),
    "grant_refresh": Rule(_("No token is made for REFRESH_TOKEN."), "A104202"),
    "grant_unknown": Rule(_("There is no such grant type."), "A126202"),
    "grant_unsupported": Rule(
        _("The service does not support this grant type."), "A104203"
    ),
    "client_missing": Rule(_("The client is missing."), "A107201"),
    "client_unknown": Rule(_("The service has no such client."), "A107201"),
    "client_locked": Rule(_("The client is locked."), "A107203"),
    "subject_missing": Rule(_("The subject is missing."), "A105201"),
    "subject_long": Rule(_("A subject has 100 characters at most."), "A105202"),
    "subject_ascii": Rule(_("A subject is ASCII."), "A105203"),
    "subject_none": Rule(
        _("A token of CLIENT_CREDENTIALS has no subject; it would be dropped.")
    ),
    "scope_unknown": Rule(_("The service does not support this scope."), "A106201"),
    "properties": Rule(
        _("Properties are a list of objects with key, value and hidden."), "A126202"
    ),
    "properties_big": Rule(_("The properties are too big."), "A108201"),
    "refresh_implicit": Rule(_("No refresh token comes with IMPLICIT."), "A108202"),
    "refresh_client": Rule(
        _("No refresh token comes with CLIENT_CREDENTIALS."), "A108203"
    ),
    "refresh_service": Rule(_("The service issues no refresh tokens."), "A108204"),
    "token_form": Rule(_("A token is of visible ASCII letters, without spaces.")),
    "access_again": Rule(
        _("The same access token stands on line {number}."), "A144201"
    ),
    "refresh_again": Rule(
        _("The same refresh token stands on line {number}."), "A144202"
    ),
    "thumbprint": Rule(
        _("A thumbprint is a SHA-256 in base64url: 43 letters, digits, - and _.")
    ),
    "resource": Rule(_("A resource is an absolute address without a #.")),
    "details": Rule(
        _("Authorization details are an object whose elements each have a type."),
        "A126202",
    ),
    "claims": Rule(_("The claims are a JSON object, as a text.")),
    "milliseconds": Rule(
        _("This is in seconds since 1970, and looks like milliseconds.")
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One of them: where it is, counted from 1, and in which member of a token."""

    line: int
    column: int
    rule: str
    member: str = ""
    number: int = 0  # that the rule's words name

    @property
    def words(self) -> str:
        return str(RULES[self.rule].words).format(number=self.number)

    @property
    def code(self) -> str:
        return RULES[self.rule].code

    @property
    def row(self) -> list[int | str]:
        """As it is kept."""
        return [self.line, self.column, self.rule, self.member, self.number]

    @classmethod
    def of(cls, row: list[int | str]) -> Self:
        return cls(*row)  # type: ignore[arg-type]


class Cut(Exception):
    """Nothing behind this can be read."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.rule)
        self.fault = fault
