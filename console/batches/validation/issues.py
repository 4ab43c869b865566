"""The validation rules of a batch file, and the issues found in one.

An issue never quotes the file, since a misplaced value may be a token. The codes are those
with which Authlete would reject the token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FieldType(Enum):
    """The type of a field's value."""

    TEXT = auto()
    INTEGER = auto()
    BOOLEAN = auto()
    LIST = auto()  # of texts; separated by spaces in CSV
    JSON = auto()


FIELD_TYPE_LABELS: Mapping[FieldType, str | Promise] = {
    FieldType.TEXT: _("Text"),
    FieldType.INTEGER: _("Integer"),
    FieldType.BOOLEAN: _("true or false"),
    FieldType.LIST: _("List; in CSV, separated by spaces"),
    FieldType.JSON: _("JSON"),
}

# OpenAPI 3.0.16, `token_create_request`.
FIELD_TYPES: Mapping[str, FieldType] = {
    "grantType": FieldType.TEXT,
    "clientId": FieldType.INTEGER,
    "clientIdentifier": FieldType.TEXT,
    "subject": FieldType.TEXT,
    "scopes": FieldType.LIST,
    "accessTokenDuration": FieldType.INTEGER,
    "refreshTokenDuration": FieldType.INTEGER,
    "accessToken": FieldType.TEXT,
    "refreshToken": FieldType.TEXT,
    "accessTokenPersistent": FieldType.BOOLEAN,
    "properties": FieldType.JSON,
    "certificateThumbprint": FieldType.TEXT,
    "dpopKeyThumbprint": FieldType.TEXT,
    "authorizationDetails": FieldType.JSON,
    "resources": FieldType.LIST,
    "forExternalAttachment": FieldType.BOOLEAN,
    "jwtAtClaims": FieldType.TEXT,
    "acr": FieldType.TEXT,
    "authTime": FieldType.INTEGER,
    "sessionId": FieldType.TEXT,
    "clientIdAliasUsed": FieldType.BOOLEAN,
    "clientEntityIdUsed": FieldType.BOOLEAN,
    "metadataDocumentUsed": FieldType.BOOLEAN,
}
# The columns of the CSV template.
TEMPLATE_COLUMNS = (
    "grantType",
    "clientId",
    "subject",
    "scopes",
    "accessTokenDuration",
    "refreshTokenDuration",
    "accessToken",
    "refreshToken",
)


MAX_LISTED_ISSUES = 1_000  # others are only counted


@dataclass(frozen=True, slots=True)
class ValidationRule:
    """A rule; ``code`` is the result code with which Authlete rejects a violation."""

    message: str | Promise
    code: str = ""


RULES: Mapping[str, ValidationRule] = {
    # --- the file
    "empty": ValidationRule(_("The file has no tokens.")),
    "too_many": ValidationRule(_("The file has more than {number} tokens.")),
    "too_long": ValidationRule(_("Too long for a token. Check for a missing quote.")),
    "encoding": ValidationRule(_("Invalid encoding. Save the file as UTF-8 or UTF-16.")),
    "array_end": ValidationRule(_("The array isn't closed. The file may be truncated.")),
    "array_more": ValidationRule(_("Unexpected text after the end of the array.")),
    "header": ValidationRule(_("Unknown column. See the file format.")),
    "header_twice": ValidationRule(_("Duplicate column.")),
    "cells": ValidationRule(_("More cells than columns.")),
    # --- a line
    "json": ValidationRule(_("Invalid JSON.")),
    "object": ValidationRule(_("Not a JSON object.")),
    "twice": ValidationRule(_("Duplicate field.")),
    "unknown": ValidationRule(_("Unknown field. Authlete ignores it.")),
    "text": ValidationRule(_("Must be a text."), "A126202"),
    "whole": ValidationRule(_("Must be an integer, 0 or greater."), "A126202"),
    "rounded": ValidationRule(
        _("Must be an integer. Check whether a spreadsheet rounded it."), "A126202"
    ),
    "flag": ValidationRule(_("Must be true or false."), "A126202"),
    "list": ValidationRule(_("Must be a list of texts."), "A126202"),
    "half": ValidationRule(_("Contains an invalid Unicode character.")),
    "number": ValidationRule(_("Contains a number that JSON doesn't support."), "A126202"),
    "deep": ValidationRule(_("Nested too deeply.")),
    "control": ValidationRule(_("Contains a control character.")),
    # --- a token
    "grant_missing": ValidationRule(_("The grant type is missing."), "A104201"),
    "grant_refresh": ValidationRule(_("REFRESH_TOKEN can't create tokens."), "A104202"),
    "grant_unknown": ValidationRule(_("Unknown grant type."), "A126202"),
    "grant_unsupported": ValidationRule(
        _("The service doesn't support this grant type."), "A104203"
    ),
    "client_missing": ValidationRule(_("The client is missing."), "A107201"),
    "client_unknown": ValidationRule(_("The service has no such client."), "A107201"),
    "client_locked": ValidationRule(_("The client is locked."), "A107203"),
    "subject_missing": ValidationRule(_("The subject is missing."), "A105201"),
    "subject_long": ValidationRule(_("The subject has more than 100 characters."), "A105202"),
    "subject_ascii": ValidationRule(_("The subject has non-ASCII characters."), "A105203"),
    "subject_none": ValidationRule(
        _("Tokens for CLIENT_CREDENTIALS have no subject. Authlete ignores it.")
    ),
    "scope_unknown": ValidationRule(_("The service doesn't support this scope."), "A106201"),
    "properties": ValidationRule(
        _("Must be a list of objects with key, value and hidden."), "A126202"
    ),
    "properties_big": ValidationRule(_("The properties are too long."), "A108201"),
    "refresh_implicit": ValidationRule(_("IMPLICIT has no refresh token."), "A108202"),
    "refresh_client": ValidationRule(_("CLIENT_CREDENTIALS has no refresh token."), "A108203"),
    "refresh_service": ValidationRule(_("The service issues no refresh tokens."), "A108204"),
    "token_form": ValidationRule(_("Must have visible ASCII characters only, without spaces.")),
    "access_again": ValidationRule(_("Same access token as on line {number}."), "A144201"),
    "refresh_again": ValidationRule(_("Same refresh token as on line {number}."), "A144202"),
    "thumbprint": ValidationRule(_("Must be a SHA-256 thumbprint in base64url.")),
    "resource": ValidationRule(_("Must be an absolute URI without a fragment.")),
    "details": ValidationRule(_("Must be an object whose elements each have a type."), "A126202"),
    "claims": ValidationRule(_("Must be a JSON object as a text.")),
    "milliseconds": ValidationRule(_("Must be in seconds since 1970, not milliseconds.")),
}


@dataclass(frozen=True, slots=True)
class ValidationIssue:
    """A violation of a rule, with its line and column from 1 and the token's field."""

    line: int
    column: int
    rule: str
    field: str = ""
    number: int = 0  # used in the message

    @property
    def message(self) -> str:
        """What is wrong."""
        return str(RULES[self.rule].message).format(number=self.number)

    @property
    def code(self) -> str:
        """Authlete's result code, or empty."""
        return RULES[self.rule].code

    @property
    def as_list(self) -> list[int | str]:
        """The issue as it's stored."""
        return [self.line, self.column, self.rule, self.field, self.number]

    @classmethod
    def from_list(cls, row: list[int | str]) -> Self:
        """Return a stored issue."""
        return cls(*row)  # type: ignore[arg-type]


class UnreadableFileError(Exception):
    """The rest of the file can't be parsed."""

    def __init__(self, issue: ValidationIssue) -> None:
        super().__init__(issue.rule)
        self.issue = issue
