"""The keys in a document's own JWK Set, and which of its settings name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenants.authlete.documents.base import Document
from tenants.authlete.documents.key_uses import uses
from tenants.authlete.reading import NotJson, read


@dataclass(frozen=True, slots=True)
class Key:
    """The public side of one key."""

    kid: str
    shape: str  # its type, and its curve or size
    alg: str
    use: str
    is_private: bool
    named_by: Sequence[str]  # labels of the settings that name it


def keys(document: Document) -> list[Key]:
    """The keys in the document's own JWK Set; none where it cannot be read."""
    try:
        found = read(document.text("jwks") or "{}")
    except NotJson:
        return []
    listed = found.get("keys") if isinstance(found, dict) else None
    return [_key(one, document) for one in listed or () if isinstance(one, dict)]


def _key(one: dict[str, Any], document: Document) -> Key:
    kid = str(one.get("kid", ""))
    curve = str(one.get("crv", ""))
    shape = " ".join(filter(None, (str(one.get("kty", "")), curve or _bits(one))))
    named = [use.label for use in uses(document, kid)]
    sealed = any(str(part).startswith("sealed:") for part in one.values())
    return Key(
        kid, shape, str(one.get("alg", "")), str(one.get("use", "")), sealed, named
    )


def _bits(one: dict[str, Any]) -> str:
    """The size of an RSA key; its modulus is base64url without padding."""
    modulus = one.get("n")
    return str(len(modulus) * 6 // 8 * 8) if isinstance(modulus, str) else ""
