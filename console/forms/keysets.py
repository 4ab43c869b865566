"""What a JWK Set's text holds, for people to read: never a private part."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tenants.authlete.documents.compare import same
from tenants.authlete.documents.key_facts import PRIVATE
from tenants.authlete.reading import NotJson, read

# RFC 7518, section 6; RFC 8037, section 2: what a key of a type cannot be without
# are the members of its thumbprint (RFC 7638, section 3.2).
NEEDED = {
    "RSA": ("e", "kty", "n"),
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
}


@dataclass(frozen=True, slots=True)
class KeyLine:
    """One key of a set."""

    kid: str
    kty: str
    use: str
    alg: str
    size: str  # a curve, or bits
    private: bool
    thumbprint: str  # RFC 7638 with SHA-256; empty where it cannot be made


def key_lines(text: str) -> tuple[KeyLine, ...]:
    """The keys of a set; raises `ValueError` where it is not one."""
    match read(text):
        case {"keys": list() as keys}:
            return tuple(_line(key) for key in keys)
    raise NotJson("not a JWK Set")


def pretty(text: str) -> str:
    """The text with one member a line, where nothing of it would change."""
    try:
        spread = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
        return spread if same(read(spread), read(text)) else text
    except (ValueError, RecursionError):
        return text


def _line(key: Any) -> KeyLine:
    if not isinstance(key, Mapping):
        raise NotJson("not a key")

    def named(member: str) -> str:
        value = key.get(member)
        return value if isinstance(value, str) else ""

    return KeyLine(
        kid=named("kid"),
        kty=named("kty"),
        use=named("use"),
        alg=named("alg"),
        size=named("crv") or _bits(named("n")),
        private=not PRIVATE.isdisjoint(key),
        thumbprint=_thumbprint(key),
    )


def _bits(modulus: str) -> str:
    try:
        number = int.from_bytes(_decoded(modulus))
    except ValueError:
        return ""
    return f"{number.bit_length()} bit" if number else ""


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _thumbprint(key: Mapping[str, Any]) -> str:
    names = NEEDED.get(str(key.get("kty")), ())
    parts = {name: key.get(name) for name in names}
    if not parts or not all(isinstance(part, str) for part in parts.values()):
        return ""
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().strip("=")
