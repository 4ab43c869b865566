"""The keys in a document's own JWK Set, and which of its settings name them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tenants.authlete.documents.base import Document
from tenants.authlete.documents.jwks.inventory import find_key_uses
from tenants.authlete.json.reader import InvalidJsonError, parse_json


@dataclass(frozen=True, slots=True)
class JwkSummary:
    """The public side of one key."""

    kid: str
    shape: str  # its type, and its curve or size
    alg: str
    use: str
    is_private: bool
    used_by: Sequence[str]  # labels of the settings that name it


def list_keys(document: Document) -> list[JwkSummary]:
    """The keys in the document's own JWK Set; none where it cannot be read."""
    try:
        found = parse_json(document.get_text("jwks") or "{}")
    except InvalidJsonError:
        return []
    listed = found.get("keys") if isinstance(found, dict) else None
    return [_summarize_key(one, document) for one in listed or () if isinstance(one, dict)]


def _summarize_key(key: dict[str, Any], document: Document) -> JwkSummary:
    kid = str(key.get("kid", ""))
    curve = str(key.get("crv", ""))
    shape = " ".join(filter(None, (str(key.get("kty", "")), curve or _modulus_bits(key))))
    named = [use.label for use in find_key_uses(document, kid)]
    sealed = any(str(part).startswith("sealed:") for part in key.values())
    return JwkSummary(kid, shape, str(key.get("alg", "")), str(key.get("use", "")), sealed, named)


def _modulus_bits(one: dict[str, Any]) -> str:
    """The size of an RSA key; its modulus is base64url without padding."""
    modulus = one.get("n")
    return str(len(modulus) * 6 // 8 * 8) if isinstance(modulus, str) else ""
