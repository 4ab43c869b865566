"""A service as the server keeps it, and as it answers it."""

from collections.abc import Collection
from typing import Any

from tenants.sandbox import fields
from tenants.sandbox.checks import check
from tenants.sandbox.shapes import shaped
from tenants.sandbox.wire import Members, dumps, loads


def replaced(base: Members, body: Members, newer: Collection[str], now: int) -> Members:
    """``base`` after an update with ``body``, which replaces all of it.

    What ``body`` leaves out is reset: lists with a fallback to it, numbers to 0,
    flags to false, all else to absent. Members of ``newer`` are known to this
    server although no specification names them. ``now`` is in milliseconds since
    1970; a version always moves on. Raises `Refusal`.
    """
    known, fixed = fields.service(), fields.fixed()
    words = frozenset(_words(base))
    service: Members = {}
    for name, kind in known.items():
        value = base.get(name) if name in fixed else body.get(name)
        if value is not None and name not in fixed and not _blank(kind, value):
            service[name] = shaped(name, kind, value, words)
        elif value is not None and name in fixed:
            service[name] = value
        elif name in fields.FALLBACKS:
            service[name] = list(fields.FALLBACKS[name])
    for name, value in body.items():
        if name not in known and value is not None and name in newer:
            service[name] = value
    check(service)
    for name, kind in known.items():
        if name in service:
            service[name] = _kept(name, kind, service[name])
    service["modifiedAt"] = max(now, base.get("modifiedAt", 0) + 1)
    return service


def shown(service: Members, *, full: bool = True) -> Members:
    """The service as it is answered: numbers and flags always, nothing that is null."""
    if not full:
        return {
            name: service[name]
            for name in fields.LIMITED
            if service.get(name) is not None
        }
    found: Members = {}
    for name, kind in fields.service().items():
        value = service.get(name)
        if value is not None:
            found[name] = value
        elif kind == "flag":
            found[name] = False
        elif kind in ("int32", "int64"):
            found[name] = 0
    for name, value in service.items():
        if name not in found and value is not None:
            found[name] = value
    return found


def _kept(name: str, kind: str, value: Any) -> Any:
    """The value as it lies in the database, which is not always as it was sent."""
    if name == "supportedScopes":
        return sorted(value, key=lambda scope: str(scope.get("name")))
    if kind == "jwks":
        return _reformatted(value)
    if kind == "[trust_anchor]":
        return [
            anchor | {"jwks": _reformatted(anchor["jwks"])}
            if "jwks" in anchor
            else anchor
            for anchor in value
        ]
    return value


def _reformatted(text: str) -> str:
    """A JWK Set's text without spaces, each key's members in the server's order."""
    value = loads(text)
    keys = [dict(sorted(key.items())) for key in value["keys"]]
    return dumps(value | {"keys": keys}).decode()


def _blank(kind: str, value: Any) -> bool:
    return value == "" and kind not in ("text", "flag")


def _words(service: Members) -> set[str]:
    """The words beyond the enumerations that this service already holds."""
    found: set[str] = set()
    for name, kind in fields.service().items():
        if kind.strip("[]") in fields.enums():
            value = service.get(name)
            found |= set(value if isinstance(value, list) else [value]) - {None}
    return found
