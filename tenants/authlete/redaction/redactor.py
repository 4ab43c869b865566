"""Replace secrets in Authlete's responses by fingerprints.

Authlete returns client secrets, service secrets and private keys in plain reads. `Redactor`
replaces each by a keyed fingerprint, from which a secret cannot be derived. Equal secrets have
equal fingerprints only within one scope (`Redactor.bind`) and one property, so that nobody can
find a secret by entering candidates elsewhere.
"""

import hmac
import json
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tenants.authlete.json.reader import (
    InvalidJsonError,
    parse_json,
    replace_surrogates,
    replace_surrogates_in,
)
from tenants.authlete.redaction.field_names import PUBLIC_JWK_FIELDS, NameKind, classify_field
from tenants.authlete.redaction.fingerprint import HEX_DIGITS, Fingerprint, is_fingerprint
from tenants.authlete.redaction.list_items import Path, redact_items
from tenants.authlete.redaction.secret_names import is_secret_name
from tenants.authlete.redaction.secret_texts import JSON_START_CHARS, contains_secret, is_plain_text

MIN_TOKEN_CHARS = 8
CONTENT_FIELD = "responseContent"  # the response of an authorization server
QUOTED_NAME_PATTERN = re.compile(r'([\w.-]++)\\*+"')  # in a text that is not valid JSON
MAX_NESTED_TEXTS = 2  # parsed levels of JSON texts within JSON texts
SCALAR_TYPES = frozenset({bool, int, Decimal, type(None)})
type Schema = Mapping[str, Schema]  # the declared fields of an object, and those within them

_text_depth = ContextVar("text_depth", default=0)


@contextmanager
def _nested_text() -> Generator[None]:
    """Parse a text within a text; raise `InvalidJsonError` if it is nested too deeply."""
    if _text_depth.get() == MAX_NESTED_TEXTS:
        raise InvalidJsonError("texts nested too deeply")
    token = _text_depth.set(_text_depth.get() + 1)
    try:
        yield
    finally:
        _text_depth.reset(token)


class Redactor:
    """Replaces secrets by fingerprints under one key.

    With a ``schema``, texts in undeclared fields are replaced as well: they may be secrets.
    """

    def __init__(self, key: bytes, schema: Schema | None = None) -> None:
        self._key = key
        self._schema = schema

    def __repr__(self) -> str:
        return "Redactor(…)"

    def bind(self, *scope: object) -> "Redactor":
        """Return a redactor whose fingerprints are comparable within ``scope`` only."""
        data = b"meridian fingerprint scope\n" + json.dumps(scope, default=str).encode()
        return Redactor(hmac.digest(self._key, data, "sha256"), self._schema)

    def with_schema(self, schema: Schema | None) -> "Redactor":
        """Return a redactor that hides what ``schema`` does not declare; None hides nothing."""
        return Redactor(self._key, schema)

    def bind_object(self, region: str, service_id: object, client_id: object = 0) -> "Redactor":
        """Return the redactor of a client, or of a service if ``client_id`` is 0."""
        return self.bind("object", region, str(service_id), str(client_id))

    def fingerprint(self, secret: Any, path: Path = ()) -> Fingerprint:
        """Return 128 bits of an HMAC-SHA256 of the secret and its place."""
        if isinstance(secret, Fingerprint):
            return secret
        text = (
            secret if isinstance(secret, str) else json.dumps(secret, sort_keys=True, default=str)
        )
        encoded_path = json.dumps(path, default=str).encode()
        data = b"meridian fingerprint v2\n%b\n%b" % (
            encoded_path,
            text.encode("utf-8", "surrogatepass"),
        )
        return Fingerprint(hmac.digest(self._key, data, "sha256").hex()[:HEX_DIGITS])

    def redact(
        self, value: Any, *, reveal: tuple[str, ...] = (), reveal_content: tuple[str, ...] = ()
    ) -> Any:
        """Return ``value`` with secrets replaced by fingerprints.

        ``reveal`` names fields of the outermost object that are not redacted,
        ``reveal_content`` those of the JSON object in its field ``responseContent``.
        """
        value = self.hide_unknown(value)
        if not isinstance(value, dict):
            return self._redact_value("", value, ())
        if not reveal and not reveal_content:
            return self._redact_fields(value, ())
        hidden = {name: inner for name, inner in value.items() if name not in reveal}
        revealed = {
            replace_surrogates(name): replace_surrogates_in(value[name])
            for name in reveal
            if name in value
        }
        if reveal_content:
            content = value.get(CONTENT_FIELD)
            revealed[CONTENT_FIELD] = self._redact_content(content, reveal_content)
        return self._redact_fields(hidden, ()) | revealed

    def _redact_content(self, text: Any, revealed: tuple[str, ...]) -> Any:
        """Return the object of a JSON text with all fields but ``revealed`` redacted."""
        try:
            value = parse_json(text) if isinstance(text, str) else None
        except InvalidJsonError:
            value = None
        if not isinstance(value, dict):
            return self._redact_by_kind(NameKind.SECRET, text, (CONTENT_FIELD,))
        return {
            replace_surrogates(name): replace_surrogates_in(inner)
            if name in revealed
            else self.fingerprint(inner, (CONTENT_FIELD, name))
            for name, inner in value.items()
        }

    def find_secrets(self, value: Any) -> tuple[str, ...]:
        """Return every text that `redact` would replace, the longest first."""
        finder = _SecretFinder(b"", self._schema)
        finder.redact(value)
        return tuple(sorted(finder.found, key=len, reverse=True))

    def redact_field(self, name: str, value: Any) -> Any:
        """Return the value of one field of the outermost object, redacted."""
        if self._schema is not None:
            value = self._hide(value, self._schema.get(name), (name,))
        return self._redact_field(name, value, ())

    def hide_unknown(self, value: Any) -> Any:
        """Return ``value`` with the texts in undeclared fields replaced by fingerprints."""
        return value if self._schema is None else self._hide(value, self._schema, ())

    def _hide(self, value: Any, schema: Schema | None, path: Path) -> Any:
        """Hide the undeclared in ``value``, or all of it if ``schema`` is None."""
        if type(value) is dict:
            return {
                name: inner
                if type(inner) in SCALAR_TYPES or (schema and type(inner) is str and name in schema)
                else self._hide(inner, schema.get(name) if schema else None, (*path, name))
                for name, inner in value.items()
            }
        if type(value) is list:
            if schema is not None and set(map(type, value)) == {str}:  # most lists of clients
                return list(value)
            # The order of a list of texts may change, so their path is that of the list.
            return redact_items(
                value,
                path,
                lambda item, item_path: self._hide(
                    item, schema, path if type(item) is str else item_path
                ),
                lambda item: type(item) in SCALAR_TYPES,
            )
        return self.hide_text(value, path) if type(value) is str and schema is None else value

    def hide_text(self, text: str, path: Path) -> Any:
        """Return what stands for a text in an undeclared field."""
        if not text:
            return text
        return Fingerprint(self.fingerprint(text, path).hex, len(text))

    def _redact_field(self, name: str, value: Any, path: Path) -> Any:
        """Return the value of one field of the object at ``path``, redacted."""
        _, kind = classify_field(name)
        path = (*path, name)
        if kind:
            return self._redact_by_kind(kind, value, path)
        return self._redact_value(name, value, path)

    def _redact_fields(self, value: dict[str, Any], path: Path) -> dict[str, Any]:
        redacted = {}
        for field, inner in value.items():
            name, kind = classify_field(field)
            if kind:
                redacted[name] = self._redact_by_kind(kind, inner, (*path, field))
            # The common cases, without a call: a list of services has 10,000 values.
            elif type(inner) in SCALAR_TYPES or is_plain_text(inner):
                redacted[name] = inner
            else:
                redacted[name] = self._redact_value(field, inner, (*path, field))
        return redacted

    def _redact_value(self, name: str, value: Any, path: Path) -> Any:
        """Redact the value of a field whose name does not classify it."""
        if isinstance(value, (list, tuple)):
            return redact_items(
                value,
                path,
                lambda item, item_path: self._redact_value(name, item, item_path),
                is_plain_text,
            )
        if isinstance(value, dict):
            return self._redact_object(name, value, path)
        if isinstance(value, str):
            return self._redact_text(value, path)
        return value

    def _redact_text(self, value: str, path: Path) -> Any:
        if value[:1] not in JSON_START_CHARS:
            is_secret = contains_secret(value)
            return self.fingerprint(value, path) if is_secret else replace_surrogates(value)
        try:
            with _nested_text():
                parsed = parse_json(value)
                redacted = self._redact_value("", parsed, path)
        except InvalidJsonError:  # it may be truncated and contain a secret
            is_suspect = contains_secret(value) or any(
                name == "kty" or is_secret_name(name) for name in QUOTED_NAME_PATTERN.findall(value)
            )
            return self.fingerprint(value, path) if is_suspect else replace_surrogates(value)
        return replace_surrogates(value) if redacted == parsed else _dump_json(redacted)

    def _redact_by_kind(self, kind: NameKind, value: Any, path: Path) -> Any:
        if value is None or value == "" or isinstance(value, Fingerprint):
            return value
        if kind is NameKind.JWKS:
            return self._redact_jwks(value, path)
        if kind is NameKind.MAYBE_SECRET and isinstance(value, (int, Decimal)):
            return value
        return self.fingerprint(value, path)

    def _redact_object(self, name: str, value: dict[str, Any], path: Path) -> Any:
        if "kty" in value:
            return self._redact_jwk(value, path)
        redacted = self._redact_fields(value, path)
        is_secret = name == "properties" or is_secret_name(value.get("key"))
        if is_secret and redacted.get("value"):
            redacted["value"] = self.fingerprint(value["value"], (*path, "value"))
        return redacted

    def _redact_jwks(self, value: Any, path: Path) -> Any:
        """Redact the private parts of a JWK Set, or of the text of one."""
        match value:
            case str():
                try:
                    with _nested_text():
                        keys = parse_json(value)
                        redacted = self._redact_jwks(keys, path)
                except InvalidJsonError:
                    return self.fingerprint(value, path)
                if not isinstance(keys, (dict, list)):
                    return self.fingerprint(value, path)
                return replace_surrogates(value) if redacted == keys else _dump_json(redacted)
            case list():
                return redact_items(value, path, self._redact_jwks)
            case {"keys": list() as keys}:
                other_fields = {
                    name: self._redact_field(name, inner, path)
                    for name, inner in value.items()
                    if name != "keys"
                }
                return other_fields | {
                    "keys": redact_items(keys, (*path, "keys"), self._redact_jwks)
                }
            case {"kty": str()}:
                return self._redact_jwk(value, path)
            case _:
                return self.fingerprint(value, path)

    def _redact_jwk(self, key: Mapping[str, Any], path: Path) -> dict[str, Any]:
        return {
            replace_surrogates(name): replace_surrogates_in(part)
            if name in PUBLIC_JWK_FIELDS or is_fingerprint(part)
            else self.fingerprint(part, (*path, name))
            for name, part in key.items()
        }


class _SecretFinder(Redactor):
    """Collects the secrets that it redacts."""

    def __init__(self, key: bytes, schema: Schema | None) -> None:
        super().__init__(key, schema)
        self.found: set[str] = set()

    def fingerprint(self, secret: Any, path: Path = ()) -> Fingerprint:
        """Collect every text in ``secret``."""
        for leaf in _iter_leaves(secret):
            self.found.add(leaf)
            # Of form data (`parameters`), Authlete may quote a single value.
            values = (value for _, value in parse_qsl(leaf))
            self.found.update(value for value in values if len(value) >= MIN_TOKEN_CHARS)
        return Fingerprint("")

    def hide_text(self, text: str, path: Path) -> Any:
        """Collect a text that is long enough to be a secret."""
        return self.fingerprint(text) if len(text) >= MIN_TOKEN_CHARS else text


def _iter_leaves(value: Any) -> Iterator[str]:
    match value:
        case Mapping():
            for inner in value.values():
                yield from _iter_leaves(inner)
        case list() | tuple():
            for inner in value:
                yield from _iter_leaves(inner)
        case None | bool() | "":
            return
        case _:
            yield str(value)


def _encode_other(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return f"sealed:{value.hex}" if isinstance(value, Fingerprint) else str(value)


_dump_json = json.JSONEncoder(default=_encode_other).encode
