"""The rules of Authlete's `auth/token/create`, checked offline.

Also rejects what would make a token unusable.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from console.batches.validation.issues import FIELD_TYPES, FieldType
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

MAX_PROPERTIES_LENGTH = 65_535  # as JSON
MAX_INTEGER = 2**63
MAX_SECONDS = 10**11  # since 1970: the year 5138
CONTROL_CHARS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes
NO_REFRESH_RULES = dict(
    zip(GRANTS_WITHOUT_REFRESH_TOKEN, ("refresh_implicit", "refresh_client"), strict=True)
)


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """What a service supports; ``clients`` is None if they couldn't be loaded."""

    grant_types: Collection[str]
    scopes: Collection[str]
    clients: Collection[int] | None = None
    locked_clients: Collection[int] = ()

    def violations(self, entry: Mapping[str, Any]) -> Iterator[Violation]:
        """Yield the violations of one token: the path to the value, and the rule."""
        type_violations = list(_type_violations(entry))
        yield from type_violations
        are_valid = {path[0] for path, _ in type_violations}.isdisjoint
        if are_valid(["grantType"]):
            yield from self._grant_type(entry)
        if are_valid(["clientId", "clientIdentifier"]):
            yield from self._client(entry)
        if are_valid(["subject"]):
            yield from _subject_violations(entry)
        if are_valid(["scopes"]):
            for index, scope in enumerate(entry.get("scopes") or ()):
                if scope not in self.scopes:
                    yield ("scopes", index), "scope_unknown"
        if entry.get("refreshToken") and are_valid(["refreshToken", "grantType"]):
            yield from self._refresh_token(entry.get("grantType"))
        for name, rule in _FIELD_RULES.items():
            if (value := entry.get(name)) is not None and are_valid([name]):
                yield from rule(name, value)

    def _grant_type(self, entry: Mapping[str, Any]) -> Iterator[Violation]:
        grant_type = entry.get("grantType")
        if not grant_type:
            yield ("grantType",), "grant_missing"
        elif grant_type == "REFRESH_TOKEN":
            yield ("grantType",), "grant_refresh"
        elif grant_type not in self.grant_types:
            is_known = grant_type in GRANT_TYPE
            yield ("grantType",), "grant_unsupported" if is_known else "grant_unknown"

    def _client(self, entry: Mapping[str, Any]) -> Iterator[Violation]:
        client_id = entry.get("clientId")
        if client_id in self.locked_clients:
            yield ("clientId",), "client_locked"
        elif client_id:
            if self.clients is not None and client_id not in self.clients:
                yield ("clientId",), "client_unknown"
        elif not entry.get("clientIdentifier"):
            yield ("clientId",), "client_missing"

    def _refresh_token(self, grant_type: Any) -> Iterator[Violation]:
        if grant_type in NO_REFRESH_RULES:
            yield ("refreshToken",), NO_REFRESH_RULES[grant_type]
        elif "REFRESH_TOKEN" not in self.grant_types:
            yield ("refreshToken",), "refresh_service"


def _type_violations(entry: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield unknown fields and values of the wrong type."""
    for name, value in entry.items():
        field_type = FIELD_TYPES.get(name)
        if field_type is None:
            yield (name,), "unknown"
        elif value is None:
            continue
        elif rule := _unsendable_rule(value):
            yield (name,), rule
        elif field_type is FieldType.JSON:
            continue
        elif field_type is FieldType.TEXT:
            if not isinstance(value, str):
                yield (name,), "text"
            elif CONTROL_CHARS.search(value):
                yield (name,), "control"
        elif field_type is FieldType.BOOLEAN:
            if not isinstance(value, bool):
                yield (name,), "flag"
        elif field_type is FieldType.LIST:
            yield from _list_violations(name, value)
        elif isinstance(value, bool) or not isinstance(value, int):
            yield (name,), "rounded" if isinstance(value, float) else "whole"
        elif not 0 <= value < MAX_INTEGER:
            yield (name,), "whole"


def _unsendable_rule(value: Any) -> str:
    """Return the rule that keeps a value from being sent as JSON, or an empty text."""
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
        nested = [child for child in level if isinstance(child, (dict, list))]
        level = [
            child
            for parent in nested
            for child in (parent.values() if isinstance(parent, dict) else parent)
        ]
        if not level:
            return False
    return True


def _list_violations(name: str, value: Any) -> Iterator[Violation]:
    if not isinstance(value, list):
        yield (name,), "list"
        return
    for index, item in enumerate(value):
        if not isinstance(item, str) or not item or CONTROL_CHARS.search(item):
            yield (name, index), "list"


def _subject_violations(entry: Mapping[str, Any]) -> Iterator[Violation]:
    subject, grant_type = entry.get("subject") or "", entry.get("grantType")
    if subject and grant_type == "CLIENT_CREDENTIALS":
        yield ("subject",), "subject_none"
    elif not subject.strip() and grant_type not in GRANTS_WITHOUT_SUBJECT:
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
        isinstance(item, dict) and isinstance(item.get("type"), str) for item in elements
    ):
        yield (name,), "details"


def _resource_violations(name: str, value: list[str]) -> Iterator[Violation]:
    """Yield resources that aren't absolute URIs (RFC 8707, section 2)."""
    for index, resource in enumerate(value):
        try:
            uri = urlsplit(resource)
            is_absolute = uri.scheme and (uri.netloc or uri.path) and "#" not in resource
        except ValueError:
            is_absolute = ""
        if not is_absolute:
            yield (name, index), "resource"


def _claims_violations(name: str, value: str) -> Iterator[Violation]:
    try:
        claims = json.loads(value)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
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
