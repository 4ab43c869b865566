"""Summaries of the keys in a JWK Set, without private parts."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenants.authlete.documents.jwks.analysis import PRIVATE_KEY_FIELDS
from tenants.authlete.json.compare import is_equal
from tenants.authlete.json.reader import InvalidJsonError, parse_json

# Required members by key type (RFC 7518, section 6; RFC 8037, section 2), which are the
# members of its thumbprint (RFC 7638, section 3.2).
THUMBPRINT_MEMBERS = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


@dataclass(frozen=True, slots=True)
class KeySummary:
    """One key of a JWK Set."""

    kid: str
    kty: str
    use: str
    alg: str
    size: str  # a curve, or bits
    is_private: bool
    thumbprint: str  # RFC 7638, SHA-256; empty if members are missing


def list_key_set(text: str) -> tuple[KeySummary, ...]:
    """Return the keys of a JWK Set.

    Raise `ValueError` if ``text`` isn't a JWK Set.
    """
    match parse_json(text):
        case {"keys": list() as keys}:
            return tuple(_summarize_key(key) for key in keys)
    raise InvalidJsonError("not a JWK Set")


def indent_json(text: str) -> str:
    """Return the JSON indented, or ``text`` if that would change its value."""
    try:
        indented = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        return indented if is_equal(parse_json(indented), parse_json(text)) else text
    except (ValueError, RecursionError):
        return text


def _summarize_key(key: Any) -> KeySummary:
    if not isinstance(key, Mapping):
        raise InvalidJsonError("not a key")

    def text_member(member: str) -> str:
        value = key.get(member)
        return value if isinstance(value, str) else ""

    return KeySummary(
        kid=text_member("kid"),
        kty=text_member("kty"),
        use=text_member("use"),
        alg=text_member("alg"),
        size=text_member("crv") or _modulus_bits(text_member("n")),
        is_private=not PRIVATE_KEY_FIELDS.isdisjoint(key),
        thumbprint=_thumbprint(key),
    )


def _modulus_bits(modulus: str) -> str:
    try:
        number = int.from_bytes(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4)))
    except ValueError:
        return ""
    return f"{number.bit_length()} bit" if number else ""


def _thumbprint(key: Mapping[str, Any]) -> str:
    names = THUMBPRINT_MEMBERS.get(str(key.get("kty")), ())
    parts = {name: key.get(name) for name in names}
    if not parts or not all(isinstance(part, str) for part in parts.values()):
        return ""
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().strip("=")
