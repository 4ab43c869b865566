"""What a token must be to be made: the rules of `auth/token/create`, asked offline.

They are those that Authlete is known to have (`api.md`, sections 3.4 and 8), and what
no token could be used with otherwise.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from console.batches.members import MEMBERS, Kind
from tenants.authlete.documents.enums import GRANT_TYPE
from tenants.authlete.documents.tokens import (
    LONGEST_SUBJECT,
    STRANGE,
    WITHOUT_REFRESH,
    WITHOUT_SUBJECT,
)
from tenants.authlete.reading import DEPTH

type Path = tuple[str | int, ...]
type Wrong = tuple[Path, str]

PROPERTIES = 65_535  # characters of them as JSON
LARGEST = 2**63
MILLISECONDS = 10**11  # seconds since 1970 that no sign-in was at: the year 5138
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]")  # 32 bytes
NO_REFRESH = dict(
    zip(WITHOUT_REFRESH, ("refresh_implicit", "refresh_client"), strict=True)
)


@dataclass(frozen=True, slots=True)
class Known:
    """What a service supports. Without ``clients`` nobody knows which there are; the
    locked ones are among them."""

    grant_types: Collection[str]
    scopes: Collection[str]
    clients: Collection[int] | None = None
    locked: Collection[int] = ()

    def faults(self, entry: Mapping[str, Any]) -> Iterator[Wrong]:
        """What is wrong with one token: where in it, and which rule."""
        odd = list(_odd(entry))
        yield from odd
        fits = {path[0] for path, _ in odd}.isdisjoint
        if fits(["grantType"]):
            yield from self._grant_type(entry)
        if fits(["clientId", "clientIdentifier"]):
            yield from self._client(entry)
        if fits(["subject"]):
            yield from _subject(entry)
        if fits(["scopes"]):
            for at, scope in enumerate(entry.get("scopes") or ()):
                if scope not in self.scopes:
                    yield ("scopes", at), "scope_unknown"
        if entry.get("refreshToken") and fits(["refreshToken", "grantType"]):
            yield from self._refresh_token(entry.get("grantType"))
        for name, rule in _MORE.items():
            if (value := entry.get(name)) is not None and fits([name]):
                yield from rule(name, value)

    def _grant_type(self, entry: Mapping[str, Any]) -> Iterator[Wrong]:
        kind = entry.get("grantType")
        if not kind:
            yield ("grantType",), "grant_missing"
        elif kind == "REFRESH_TOKEN":
            yield ("grantType",), "grant_refresh"
        elif kind not in self.grant_types:
            known = kind in GRANT_TYPE
            yield ("grantType",), "grant_unsupported" if known else "grant_unknown"

    def _client(self, entry: Mapping[str, Any]) -> Iterator[Wrong]:
        number = entry.get("clientId")
        if number in self.locked:
            yield ("clientId",), "client_locked"
        elif number:
            if self.clients is not None and number not in self.clients:
                yield ("clientId",), "client_unknown"
        elif not entry.get("clientIdentifier"):
            yield ("clientId",), "client_missing"

    def _refresh_token(self, kind: Any) -> Iterator[Wrong]:
        if kind in NO_REFRESH:
            yield ("refreshToken",), NO_REFRESH[kind]
        elif "REFRESH_TOKEN" not in self.grant_types:
            yield ("refreshToken",), "refresh_service"


def _odd(entry: Mapping[str, Any]) -> Iterator[Wrong]:
    """What no token has, and what is of another kind than it must be."""
    for name, value in entry.items():
        kind = MEMBERS.get(name)
        if kind is None:
            yield (name,), "unknown"
        elif value is None:
            continue
        elif rule := _unsendable(value):
            yield (name,), rule
        elif kind is Kind.JSON:
            continue
        elif kind is Kind.TEXT:
            if not isinstance(value, str):
                yield (name,), "text"
            elif CONTROL.search(value):
                yield (name,), "control"
        elif kind is Kind.FLAG:
            if not isinstance(value, bool):
                yield (name,), "flag"
        elif kind is Kind.LIST:
            yield from _list(name, value)
        elif isinstance(value, bool) or not isinstance(value, int):
            rounded = isinstance(value, float)
            yield (name,), "rounded" if rounded else "whole"
        elif not 0 <= value < LARGEST:
            yield (name,), "whole"


def _unsendable(value: Any) -> str:
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
    for _ in range(DEPTH):
        nested = [one for one in level if isinstance(one, (dict, list))]
        level = [
            inside
            for one in nested
            for inside in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return False
    return True


def _list(name: str, value: Any) -> Iterator[Wrong]:
    if not isinstance(value, list):
        yield (name,), "list"
        return
    for at, one in enumerate(value):
        if not isinstance(one, str) or not one or CONTROL.search(one):
            yield (name, at), "list"


def _subject(entry: Mapping[str, Any]) -> Iterator[Wrong]:
    subject, kind = entry.get("subject") or "", entry.get("grantType")
    if subject and kind == "CLIENT_CREDENTIALS":
        yield ("subject",), "subject_none"
    elif not subject.strip() and kind not in WITHOUT_SUBJECT:
        yield ("subject",), "subject_missing"
    elif len(subject) > LONGEST_SUBJECT:
        yield ("subject",), "subject_long"
    elif not subject.isascii():
        yield ("subject",), "subject_ascii"


def _token(name: str, value: str) -> Iterator[Wrong]:
    if not value or STRANGE.search(value):
        yield (name,), "token_form"


def _thumbprint(name: str, value: str) -> Iterator[Wrong]:
    if not THUMBPRINT.fullmatch(value):
        yield (name,), "thumbprint"


def _properties(name: str, value: Any) -> Iterator[Wrong]:
    if not isinstance(value, list) or not all(map(_is_property, value)):
        yield (name,), "properties"
    elif len(json.dumps(value)) > PROPERTIES:
        yield (name,), "properties_big"


def _is_property(one: Any) -> bool:
    kinds = {"key": str, "value": str, "hidden": bool}
    return (
        isinstance(one, dict)
        and bool(one.get("key"))
        and all(isinstance(one[name], kinds.get(name, ())) for name in one)
    )


def _details(name: str, value: Any) -> Iterator[Wrong]:
    elements = value.get("elements") if isinstance(value, dict) else None
    if not isinstance(elements, list) or not all(
        isinstance(one, dict) and isinstance(one.get("type"), str) for one in elements
    ):
        yield (name,), "details"


def _resources(name: str, value: list[str]) -> Iterator[Wrong]:
    """RFC 8707, section 2."""
    for at, one in enumerate(value):
        try:
            parts = urlsplit(one)
            whole = parts.scheme and (parts.netloc or parts.path) and "#" not in one
        except ValueError:
            whole = ""
        if not whole:
            yield (name, at), "resource"


def _claims(name: str, value: str) -> Iterator[Wrong]:
    try:
        found = json.loads(value)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        yield (name,), "claims"


def _time(name: str, value: int) -> Iterator[Wrong]:
    if value >= MILLISECONDS:
        yield (name,), "milliseconds"


_MORE = {
    "accessToken": _token,
    "refreshToken": _token,
    "properties": _properties,
    "certificateThumbprint": _thumbprint,
    "dpopKeyThumbprint": _thumbprint,
    "authorizationDetails": _details,
    "resources": _resources,
    "jwtAtClaims": _claims,
    "authTime": _time,
}
