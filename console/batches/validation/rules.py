"""What a token must be to be made: the rules of `auth/token/create`, asked offline.

They are those that Authlete is known to have (Authlete facts, 3.4 and 8), and what
no token could be used with otherwise.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from console.batches.validation.fields import FIELD_TYPES, FieldType
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.tokens import (
    GRANTS_WITHOUT_REFRESH_TOKEN,
    GRANTS_WITHOUT_SUBJECT,
    INVALID_TOKEN_CHARS,
    MAX_SUBJECT_LENGTH,
)
from tenants.authlete.json.reader import MAX_NESTING_DEPTH

type Path = tuple[str | int, ...]
type Violation = tuple[Path, str]

MAX_PROPERTIES_LENGTH = 65_535  # characters of them as JSON
MAX_INTEGER = 2**63
MAX_SECONDS = 10**11  # seconds since 1970 that no sign-in was at: the year 5138
CONTROL_CHARS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes
NO_REFRESH_RULES = dict(
    zip(
        GRANTS_WITHOUT_REFRESH_TOKEN,
        ("refresh_implicit", "refresh_client"),
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """What a service supports. Without ``clients`` nobody knows which there are; the
    locked ones are among them."""

    grant_types: Collection[str]
    scopes: Collection[str]
    clients: Collection[int] | None = None
    locked_clients: Collection[int] = ()

    def violations(self, entry: Mapping[str, Any]) -> Iterator[Violation]:
        """What is wrong with one token: where in it, and which rule."""
        odd = list(_type_violations(entry))
        yield from odd
        fits = {path[0] for path, _ in odd}.isdisjoint
        if fits(["grantType"]):
            yield from self._grant_type(entry)
        if fits(["clientId", "clientIdentifier"]):
            yield from self._client(entry)
        if fits(["subject"]):
            yield from _subject_violations(entry)
        if fits(["scopes"]):
            for at, scope in enumerate(entry.get("scopes") or ()):
                if scope not in self.scopes:
                    yield ("scopes", at), "scope_unknown"
        if entry.get("refreshToken") and fits(["refreshToken", "grantType"]):
            yield from self._refresh_token(entry.get("grantType"))
        for name, rule in _FIELD_RULES.items():
            if (value := entry.get(name)) is not None and fits([name]):
                yield from rule(name, value)

    def _grant_type(self, entry: Mapping[str, Any]) -> Iterator[Violation]:
        kind = entry.get("grantType")
        if not kind:
            yield ("grantType",), "grant_missing"
        elif kind == "REFRESH_TOKEN":
            yield ("grantType",), "grant_refresh"
        elif kind not in self.grant_types:
            known = kind in GRANT_TYPE
            yield ("grantType",), "grant_unsupported" if known else "grant_unknown"

    def _client(self, entry: Mapping[str, Any]) -> Iterator[Violation]:
        number = entry.get("clientId")
        if number in self.locked_clients:
            yield ("clientId",), "client_locked"
        elif number:
            if self.clients is not None and number not in self.clients:
                yield ("clientId",), "client_unknown"
        elif not entry.get("clientIdentifier"):
            yield ("clientId",), "client_missing"

    def _refresh_token(self, kind: Any) -> Iterator[Violation]:
        if kind in NO_REFRESH_RULES:
            yield ("refreshToken",), NO_REFRESH_RULES[kind]
        elif "REFRESH_TOKEN" not in self.grant_types:
            yield ("refreshToken",), "refresh_service"


def _type_violations(entry: Mapping[str, Any]) -> Iterator[Violation]:
    """What no token has, and what is of another kind than it must be."""
    for name, value in entry.items():
        kind = FIELD_TYPES.get(name)
        if kind is None:
            yield (name,), "unknown"
        elif value is None:
            continue
        elif rule := _unsendable_rule(value):
            yield (name,), rule
        elif kind is FieldType.JSON:
            continue
        elif kind is FieldType.TEXT:
            if not isinstance(value, str):
                yield (name,), "text"
            elif CONTROL_CHARS.search(value):
                yield (name,), "control"
        elif kind is FieldType.BOOLEAN:
            if not isinstance(value, bool):
                yield (name,), "flag"
        elif kind is FieldType.LIST:
            yield from _list_violations(name, value)
        elif isinstance(value, bool) or not isinstance(value, int):
            rounded = isinstance(value, float)
            yield (name,), "rounded" if rounded else "whole"
        elif not 0 <= value < MAX_INTEGER:
            yield (name,), "whole"


def _unsendable_rule(value: Any) -> str:
    """What a program can read and JSON cannot hold."""
    if _is_deep(value):
        return "deep"
    try:
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode()
    except UnicodeEncodeError:
        return "half"
    except ValueError:
        return "number"
    return ""


def _is_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_NESTING_DEPTH):
        nested = [one for one in level if isinstance(one, (dict, list))]
        level = [
            inside for one in nested for inside in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def _list_violations(name: str, value: Any) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield (name,), "list"
        return
    for at, one in enumerate(value):
        if not isinstance(one, str) or not one or CONTROL_CHARS.search(one):
            yield (name, at), "list"


def _subject_violations(entry: Mapping[str, Any]) -> Iterator[Violation]:
    subject, kind = entry.get("subject") or "", entry.get("grantType")
    if subject and kind == "CLIENT_CREDENTIALS":
        yield ("subject",), "subject_none"
    elif not subject.strip() and kind not in GRANTS_WITHOUT_SUBJECT:
        yield ("subject",), "subject_missing"
    elif len(subject) > MAX_SUBJECT_LENGTH:
        yield ("subject",), "subject_long"
    elif not subject.isascii():
        yield ("subject",), "subject_ascii"


def _token_violations(name: str, value: str) -> Iterator[Violation]:
    if not value or INVALID_TOKEN_CHARS.search(value):
        yield (name,), "token_form"


def _thumbprint_violations(name: str, value: str) -> Iterator[Violation]:
    if not THUMBPRINT.fullmatch(value):
        yield (name,), "thumbprint"


def _properties_violations(name: str, value: Any) -> Iterator[Violation]:
    if not isinstance(value, list) or not all(map(_is_property, value)):
        yield (name,), "properties"
    elif len(json.dumps(value)) > MAX_PROPERTIES_LENGTH:
        yield (name,), "properties_big"


def _is_property(item: Any) -> bool:
    kinds = {"key": str, "value": str, "hidden": bool}
    return (
        isinstance(item, dict)
        and bool(item.get("key"))
        and all(isinstance(item[name], kinds.get(name, ())) for name in item)
    )


def _details_violations(name: str, value: Any) -> Iterator[Violation]:
    elements = value.get("elements") if isinstance(value, dict) else None
    if not isinstance(elements, list) or not all(
        isinstance(one, dict) and isinstance(one.get("type"), str) for one in elements
    ):
        yield (name,), "details"


def _resource_violations(name: str, value: list[str]) -> Iterator[Violation]:
    """RFC 8707, section 2."""
    for at, one in enumerate(value):
        try:
            parts = urlsplit(one)
            whole = parts.scheme and (parts.netloc or parts.path) and "#" not in one
        except ValueError:
            whole = ""
        if not whole:
            yield (name, at), "resource"


def _claims_violations(name: str, value: str) -> Iterator[Violation]:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        yield (name,), "claims"


def _time_violations(name: str, value: int) -> Iterator[Violation]:
    if value >= MAX_SECONDS:
        yield (name,), "milliseconds"


_FIELD_RULES = {
    "accessToken": _token_violations,
    "refreshToken": _token_violations,
    "properties": _properties_violations,
    "certificateThumbprint": _thumbprint_violations,
    "dpopKeyThumbprint": _thumbprint_violations,
    "authorizationDetails": _details_violations,
    "resources": _resource_violations,
    "jwtAtClaims": _claims_violations,
    "authTime": _time_violations,
}
