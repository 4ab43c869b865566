"""How services and clients are stored and returned."""

from collections.abc import Callable, Collection
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from tenants.sandbox.http_messages import JsonDict, dump_json, parse_json
from tenants.sandbox.request_parsing import convert_value
from tenants.sandbox.schema import fields
from tenants.sandbox.schema.fields import FieldTable


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A type of document: its fields, and a validator that raises `ApiResponseError`."""

    table: FieldTable
    validate: Callable[[JsonDict], None]

    def replace(
        self, base: JsonDict, body: JsonDict, extra_fields: Collection[str], now: int
    ) -> JsonDict:
        """Return ``base`` after an update with ``body``, which replaces all of it.

        Fields missing in ``body`` are reset: to a fallback, 0, false or absent. ``extra_fields``
        are stored although they are undocumented. ``now`` is in milliseconds since 1970; the
        version always increases. Raises `ApiResponseError`.
        """
        types, fixed = self.table.types, self.table.read_only
        words = frozenset(self._unlisted_values(base))
        result: JsonDict = {}
        for name, type_name in types.items():
            sent = body.get(name)
            if sent is not None:  # types are checked even if the field isn't stored
                blank = _is_blank(type_name, sent)
                sent = None if blank else convert_value(name, type_name, sent, words)
            value = base.get(name) if name in fixed else sent
            if value is not None:
                result[name] = value
            elif name in self.table.fallbacks:
                result[name] = deepcopy(self.table.fallbacks[name])
        for name, value in body.items():
            if name not in types and value is not None and name in extra_fields:
                result[name] = value
        self.validate({name: result[name] for name in result if name not in fixed})
        for name, type_name in types.items():
            if name in result:
                result[name] = _normalize(name, type_name, result[name])
        result["modifiedAt"] = max(now, base.get("modifiedAt", 0) + 1)
        return result

    def render(self, document: JsonDict, *, full: bool = True) -> JsonDict:
        """Return the document as a response: numbers and booleans always, no nulls."""
        types = self.table.types
        names = types if full else self.table.summary
        rendered: JsonDict = {}
        for name in names:
            value = document.get(name)
            if value is not None:
                rendered[name] = value
            elif full and types[name] == "flag":
                rendered[name] = False
            elif full and types[name] in ("int32", "int64"):
                rendered[name] = 0
        if full:
            for name, value in document.items():
                if name not in rendered and value is not None:
                    rendered[name] = value
        return rendered

    def _unlisted_values(self, document: JsonDict) -> set[str]:
        """Return the enumeration values in the document that aren't documented."""
        values: set[str] = set()
        for name, type_name in self.table.types.items():
            if type_name.strip("[]") in fields.ENUMS:
                value = document.get(name)
                values |= set(value if isinstance(value, list) else [value]) - {None}
        return values


def _normalize(name: str, type_name: str, value: Any) -> Any:
    """Return a value as it is stored, which may differ from what was sent."""
    if name == "supportedScopes":
        return sorted(value, key=lambda scope: str(scope.get("name")))
    if type_name == "jwks":
        return _format_jwk_set(value)
    if type_name == "[trust_anchor]":
        return [
            anchor | {"jwks": _format_jwk_set(anchor["jwks"])} if "jwks" in anchor else anchor
            for anchor in value
        ]
    return value


def _format_jwk_set(text: str) -> str:
    """Return a JWK Set without spaces and with sorted key parameters."""
    value = parse_json(text)
    keys = [dict(sorted(key.items())) for key in value["keys"]]
    return dump_json(value | {"keys": keys}).decode()


def _is_blank(type_name: str, value: Any) -> bool:
    return value == "" and type_name not in ("text", "flag")
