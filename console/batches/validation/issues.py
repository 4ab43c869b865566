"""What can be wrong with a line of a file.

A fault tells where, and which rule: it never quotes the file, since what stands in a
wrong place may be a token. The codes are those by which Authlete would refuse it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MAX_LISTED_ISSUES = 1_000  # faults that are listed; all are counted


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """What a line must be; ``code`` is Authlete's, where it has one."""

    message: str | Promise
    code: str = ""


RULES: Mapping[str, ValidationRule] = {
    # --- the file
    "empty": ValidationRule(_("The file holds no token.")),
    "too_many": ValidationRule(_("The file holds more than {number} tokens.")),
    "too_long": ValidationRule(_("This is longer than any token can be. Is a quote missing?")),
    "encoding": ValidationRule(_("A byte that is not UTF-8. Save the file as UTF-8 or UTF-16.")),
    "array_end": ValidationRule(_("The list is not closed: the file seems to be cut off.")),
    "array_more": ValidationRule(_("Something stands after the end of the list.")),
    "header": ValidationRule(_("A column that no token has. See which columns there are.")),
    "header_twice": ValidationRule(_("A column that was there before.")),
    "cells": ValidationRule(_("The line has more cells than there are columns.")),
    # --- a line
    "json": ValidationRule(_("This is not JSON.")),
    "object": ValidationRule(_("This is not a JSON object.")),
    "twice": ValidationRule(_("This stands twice in the same object.")),
    "unknown": ValidationRule(_("No token has this. Authlete would drop it without a word.")),
    "text": ValidationRule(_("This must be a text."), "A126202"),
    "whole": ValidationRule(_("This must be a whole number, 0 or more."), "A126202"),
    "rounded": ValidationRule(
        _("This must be a whole number; a spreadsheet may have rounded it."), "A126202"
    ),
    "flag": ValidationRule(_("This must be true or false."), "A126202"),
    "list": ValidationRule(_("This must be a list of texts."), "A126202"),
    "half": ValidationRule(_("There is half a character in this, which cannot be sent.")),
    "number": ValidationRule(_("There is a number in this that JSON cannot hold."), "A126202"),
    "deep": ValidationRule(_("This is nested more deeply than it can be sent.")),
    "control": ValidationRule(_("There is a control character in this.")),
    # --- a token
    "grant_missing": ValidationRule(_("The grant type is missing."), "A104201"),
    "grant_refresh": ValidationRule(_("No token is made for REFRESH_TOKEN."), "A104202"),
    "grant_unknown": ValidationRule(_("There is no such grant type."), "A126202"),
    "grant_unsupported": ValidationRule(
        _("The service does not support this grant type."), "A104203"
    ),
    "client_missing": ValidationRule(_("The client is missing."), "A107201"),
    "client_unknown": ValidationRule(_("The service has no such client."), "A107201"),
    "client_locked": ValidationRule(_("The client is locked."), "A107203"),
    "subject_missing": ValidationRule(_("The subject is missing."), "A105201"),
    "subject_long": ValidationRule(_("A subject has 100 characters at most."), "A105202"),
    "subject_ascii": ValidationRule(_("A subject is ASCII."), "A105203"),
    "subject_none": ValidationRule(
        _("A token of CLIENT_CREDENTIALS has no subject; it would be dropped.")
    ),
    "scope_unknown": ValidationRule(_("The service does not support this scope."), "A106201"),
    "properties": ValidationRule(
        _("Properties are a list of objects with key, value and hidden."), "A126202"
    ),
    "properties_big": ValidationRule(_("The properties are too big."), "A108201"),
    "refresh_implicit": ValidationRule(_("No refresh token comes with IMPLICIT."), "A108202"),
    "refresh_client": ValidationRule(
        _("No refresh token comes with CLIENT_CREDENTIALS."), "A108203"
    ),
    "refresh_service": ValidationRule(_("The service issues no refresh tokens."), "A108204"),
    "token_form": ValidationRule(_("A token is of visible ASCII letters, without spaces.")),
    "access_again": ValidationRule(_("The same access token stands on line {number}."), "A144201"),
    "refresh_again": ValidationRule(
        _("The same refresh token stands on line {number}."), "A144202"
    ),
    "thumbprint": ValidationRule(
        _("A thumbprint is a SHA-256 in base64url: 43 letters, digits, - and _.")
    ),
    "resource": ValidationRule(_("A resource is an absolute address without a #.")),
    "details": ValidationRule(
        _("Authorization details are an object whose elements each have a type."),
        "A126202",
    ),
    "claims": ValidationRule(_("The claims are a JSON object, as a text.")),
    "milliseconds": ValidationRule(
        _("This is in seconds since 1970, and looks like milliseconds.")
    ),
}


@dataclass(frozen=True, slots=True)
class ValidationIssue:
    """One of them: where it is, counted from 1, and in which member of a token."""

    line: int
    column: int
    rule: str
    field: str = ""
    number: int = 0  # that the rule's words name

    @property
    def message(self) -> str:
        return str(RULES[self.rule].message).format(number=self.number)

    @property
    def code(self) -> str:
        return RULES[self.rule].code

    @property
    def as_list(self) -> list[int | str]:
        """As it is kept."""
        return [self.line, self.column, self.rule, self.field, self.number]

    @classmethod
    def from_list(cls, row: list[int | str]) -> Self:
        return cls(*row)  # type: ignore[arg-type]


class UnreadableFileError(Exception):
    """Nothing behind this can be read."""

    def __init__(self, issue: ValidationIssue) -> None:
        super().__init__(issue.rule)
        self.issue = issue
