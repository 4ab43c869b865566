"""Secrets stop at the door: the rest of the program sees fingerprints.

Authlete hands out client secrets, service secrets and private keys in plain reads.
What `Redactor.seen` returns holds none of them: each is replaced by a keyed
fingerprint, by which two values can be told the same and neither can be found.
"""

import hmac
import json
import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from enum import Enum, auto
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

from pydantic_core import core_schema

from tenants.authlete.json.reader import (
    InvalidJsonError,
    parse_json,
    replace_surrogates,
    replace_surrogates_in,
)

# Spec 3.0.16 and the IdP's replies; `authlete/fields.json` marks each of them.
SECRET_FIELDS = frozenset(
    """
    apiSecret clientSecret newClientSecret oldClientSecret
    authenticationCallbackApiKey authenticationCallbackApiSecret
    developerAuthenticationCallbackApiKey developerAuthenticationCallbackApiSecret
    snsCredentials developerSnsCredentials registrationAccessTokenHash
    accessToken refreshToken jwtAccessToken idToken sessionId cnonce ticket
    responseContent sharedKeyForSign sharedKeyForEncryption token jose dpop
    accessTokenIdentifier refreshTokenIdentifier parameters
    """.split()
)
# For members that this version does not know; tried against every name of the
# specification, so that it hides no setting that people have to see.
SECRET_NAME_PATTERN = re.compile(
    r"(?i:secret(_?(key|value|text|hash))?|passw(or)?d|passphrase|passcode"
    r"|(private|signing|hmac|master|symmetric|access|encryption)_?key"
    r"|credentials?|bearer)s?$"
    r"|(?:^t|[a-z]T|_t)okens?$|(?:^t|[a-z]T|_t)icket$"
)
NOT_SECRET_FIELDS = frozenset({"accessTokens", "issuableCredentials"})  # match, hold no secret
JWKS_NAME_PATTERN = re.compile(r"(?i)jwks?$")
MIN_TOKEN_CHARS = 8  # letters of a value that could be a token
CONTENT_FIELD = "responseContent"  # what an authorization server is to answer with
PRIVATE_KEY_PEM_MARKER = "PRIVATE KEY-----"  # RFC 7468, section 10; older kinds end the same way
# JSON inside a text is looked into where it speaks of keys or secrets.
JSON_START_CHARS = frozenset("{[ \t\r\n")
SECRET_JSON_PATTERN = re.compile(
    r"(kty|(?i:secret|passw(or)?d|passphrase|private_?key)\w{0,99})\\*\""
)
MAX_NESTED_TEXTS = 2  # texts inside one another that are looked into
SCALAR_TYPES = frozenset({bool, int, Decimal, type(None)})  # can hold neither
PUBLIC_JWK_FIELDS = frozenset(  # of a JWK; RFC 7517, RFC 7518 section 6, RFC 8037
    "kty use key_ops alg kid x5u x5c x5t x5t#S256 crv x y n e iat nbf exp".split()
    + "hsmName handle publicKey".split()  # of a key in hardware (spec 3.0.16, `hsk`)
)
FINGERPRINT_PATTERN = re.compile(r"sealed:[0-9a-f]{16}")  # a fingerprint in a JWK Set's text


_text_depth = ContextVar("texts", default=0)  # that what is looked at now lies inside of


@contextmanager
def _nested_text() -> Generator[None]:
    """Look into a text; raises `NotJson` where it lies in too many others."""
    if _text_depth.get() == MAX_NESTED_TEXTS:
        raise InvalidJsonError("texts nested too deeply")
    token = _text_depth.set(_text_depth.get() + 1)
    try:
        yield
    finally:
        _text_depth.reset(token)


class _FieldKind(Enum):
    """What a member's name says about its value."""

    JWKS = auto()  # a JWK Set
    SECRET = auto()
    MAYBE_SECRET = auto()  # a secret, unless it is a number or a flag


@lru_cache(4096)
def _classify_field(name: str) -> tuple[str, _FieldKind | None]:
    """A member's name as it may be seen, and its kind."""
    if name in SECRET_FIELDS:
        return name, _FieldKind.SECRET
    if JWKS_NAME_PATTERN.search(name):
        return replace_surrogates(name), _FieldKind.JWKS
    suspect = name not in NOT_SECRET_FIELDS and SECRET_NAME_PATTERN.search(name)
    return replace_surrogates(name), _FieldKind.MAYBE_SECRET if suspect else None


class Fingerprint:
    """Stands where a secret was: equal for equal secrets, and nothing more.

    Not a dataclass, since pydantic would take that apart when it dumps a model.
    """

    __slots__ = ("hex",)

    def __init__(self, hex: str) -> None:
        self.hex = hex

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fingerprint) and self.hex == other.hex

    def __hash__(self) -> int:
        return hash(self.hex)

    def __repr__(self) -> str:
        return f"Fingerprint({self.hex!r})"

    def __str__(self) -> str:
        return f"•••••• {self.hex}"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.is_instance_schema(cls)


class Redactor:
    """Seals secrets with one key, which stays the same as long as marks are kept."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __repr__(self) -> str:
        return "Redactor(…)"

    def fingerprint(self, secret: Any) -> Fingerprint:
        """64 bits of an HMAC-SHA256 over the value."""
        text = (
            secret if isinstance(secret, str) else json.dumps(secret, sort_keys=True, default=str)
        )
        data = b"meridian fingerprint v1\n" + text.encode("utf-8", "surrogatepass")
        return Fingerprint(hmac.digest(self._key, data, "sha256").hex()[:16])

    def redact(
        self,
        value: Any,
        *,
        reveal: tuple[str, ...] = (),
        reveal_content: tuple[str, ...] = (),
    ) -> Any:
        """``value`` as the program may see it; members in ``but`` stay open.

        ``tells`` are the members of the JSON object in the text ``responseContent``
        that stay open. Only members of the outermost object can be left open.
        """
        if not isinstance(value, dict):
            return self._redact_value("", value)
        if not reveal and not reveal_content:
            return self._redact_fields(value)
        rest = {name: inner for name, inner in value.items() if name not in reveal}
        left = {
            replace_surrogates(name): replace_surrogates_in(value[name])
            for name in reveal
            if name in value
        }
        if reveal_content:
            left[CONTENT_FIELD] = self._redact_content(value.get(CONTENT_FIELD), reveal_content)
        return self._redact_fields(rest) | left

    def _redact_content(self, text: Any, revealed: tuple[str, ...]) -> Any:
        """The object that a JSON text is, with all sealed but the members ``names``."""
        try:
            value = parse_json(text) if isinstance(text, str) else None
        except InvalidJsonError:
            value = None
        if not isinstance(value, dict):
            return self._redact_by_kind(_FieldKind.SECRET, text)
        return {
            replace_surrogates(name): replace_surrogates_in(one)
            if name in revealed
            else self.fingerprint(one)
            for name, one in value.items()
        }

    def find_secrets(self, value: Any) -> tuple[str, ...]:
        """Every text in ``value`` that `seen` would seal, the longest first."""
        finder = _SecretFinder()
        finder.redact(value)
        return tuple(sorted(finder.found, key=len, reverse=True))

    def redact_field(self, name: str, value: Any) -> Any:
        """One member's value as the program may see it."""
        _, kind = _classify_field(name)
        return self._redact_by_kind(kind, value) if kind else self._redact_value(name, value)

    def _redact_fields(self, value: dict[str, Any]) -> dict[str, Any]:
        seen = {}
        for name, one in value.items():
            told, kind = _classify_field(name)
            if kind:
                seen[told] = self._redact_by_kind(kind, one)
            # Said here too, without a call: a list of services has 10,000 values.
            elif type(one) in SCALAR_TYPES or (
                type(one) is str
                and one.isascii()
                and one[:1] not in JSON_START_CHARS
                and PRIVATE_KEY_PEM_MARKER not in one
            ):
                seen[told] = one
            else:
                seen[told] = self._redact_value(name, one)
        return seen

    def _redact_value(self, name: str, value: Any) -> Any:
        """The value of a member whose name says nothing about it."""
        if isinstance(value, (list, tuple)):
            return [
                item
                if type(item) is str
                and item.isascii()
                and item[:1] not in JSON_START_CHARS
                and PRIVATE_KEY_PEM_MARKER not in item
                else self._redact_value(name, item)
                for item in value
            ]
        if isinstance(value, dict):
            return self._redact_object(name, value)
        if isinstance(value, str):
            return self._redact_text(value)
        return value

    def _redact_text(self, value: str) -> Any:
        if PRIVATE_KEY_PEM_MARKER in value:
            return self.fingerprint(value)
        if value[:1] not in JSON_START_CHARS or not SECRET_JSON_PATTERN.search(value):
            return replace_surrogates(value)
        try:
            with _nested_text():
                inside = parse_json(value)
                seen = self._redact_value("", inside)
        except InvalidJsonError:  # cut off, perhaps, but what it tells of may be in it
            return self.fingerprint(value)
        return replace_surrogates(value) if seen == inside else _dump_json(seen)

    def _redact_by_kind(self, kind: _FieldKind, value: Any) -> Any:
        if value is None or value == "" or isinstance(value, Fingerprint):
            return value
        if kind is _FieldKind.JWKS:
            return self._redact_jwks(value)
        if kind is _FieldKind.MAYBE_SECRET and isinstance(value, (int, Decimal)):
            return value
        return self.fingerprint(value)

    def _redact_object(self, name: str, value: dict[str, Any]) -> Any:
        if "kty" in value:
            return self._redact_jwk(value)
        seen = self._redact_fields(value)
        if seen.get("value") and (name == "properties" or _is_secret_name(value.get("key"))):
            seen["value"] = self.fingerprint(value["value"])
        return seen

    def _redact_jwks(self, value: Any) -> Any:
        """A JWK Set, or the text of one, with only the public parts readable."""
        match value:
            case str():
                try:
                    with _nested_text():
                        keys = parse_json(value)
                        seen = self._redact_jwks(keys)
                except InvalidJsonError:
                    return self.fingerprint(value)
                if not isinstance(keys, (dict, list)):
                    return self.fingerprint(value)
                return replace_surrogates(value) if seen == keys else _dump_json(seen)
            case list():
                return [self._redact_jwks(key) for key in value]
            case {"keys": list() as keys}:
                rest = {n: self.redact_field(n, v) for n, v in value.items() if n != "keys"}
                return rest | {"keys": [self._redact_jwks(key) for key in keys]}
            case {"kty": str()}:
                return self._redact_jwk(value)
            case _:
                return self.fingerprint(value)

    def _redact_jwk(self, key: Mapping[str, Any]) -> dict[str, Any]:
        return {
            replace_surrogates(name): replace_surrogates_in(part)
            if name in PUBLIC_JWK_FIELDS or _is_fingerprint_text(part)
            else self.fingerprint(part)
            for name, part in key.items()
        }


class _SecretFinder(Redactor):
    """Remembers what it sealed."""

    def __init__(self) -> None:
        super().__init__(b"")
        self.found: set[str] = set()

    def fingerprint(self, secret: Any) -> Fingerprint:
        for leaf in _iter_leaves(secret):
            self.found.add(leaf)
            # A form's text (`parameters`), of which a value may be told alone.
            self.found.update(one for _, one in parse_qsl(leaf) if len(one) >= MIN_TOKEN_CHARS)
        return Fingerprint("")


def _is_secret_name(key: Any) -> bool:
    """Whether a pair's own name says that its value is a secret."""
    return isinstance(key, str) and bool(SECRET_NAME_PATTERN.search(key))


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


def _is_fingerprint_text(value: Any) -> bool:
    """Whether it was sealed before: an edited key set that keeps some of its keys."""
    return isinstance(value, str) and bool(FINGERPRINT_PATTERN.fullmatch(value))


def contains_fingerprint(value: Any) -> bool:
    """Whether a fingerprint is anywhere in it, where Authlete would take it as real."""
    match value:
        case Fingerprint():
            return True
        case str():
            return bool(FINGERPRINT_PATTERN.search(value))
        case list() | tuple():
            return any(map(contains_fingerprint, value))
        case Mapping():
            return any(map(contains_fingerprint, value.values()))
        case _:
            return False


def _encode_other(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return f"sealed:{value.hex}" if isinstance(value, Fingerprint) else str(value)


_dump_json = json.JSONEncoder(default=_encode_other).encode
