"""Generate key pairs for clients.

The private key is in one response only: not in the draft, in no log and not at Authlete.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from joserfc.jwk import OctKey, import_key

from console.forms.key_sets import indent_json
from tenants.authlete.documents.jwks.generation import generate_key
from tenants.authlete.json.reader import InvalidJsonError, parse_json

# Each is a signature or a key encryption that the settings offer.
KEY_PAIR_ALGORITHMS: Mapping[str, str | Promise] = {
    "ES256": _("ES256: signing, P-256 (recommended)"),
    "ES384": _("ES384: signing, P-384"),
    "PS256": _("PS256: signing, RSA (for FAPI)"),
    "EdDSA": _("EdDSA: signing, Ed25519"),
    "ECDH-ES+A256KW": _("ECDH-ES+A256KW: encryption, P-256"),
    "RSA-OAEP-256": _("RSA-OAEP-256: encryption, RSA"),
}


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Both halves of a key."""

    public: Mapping[str, Any]
    private: str = field(repr=False)  # as a JWK
    pem: str = field(repr=False)  # the same in PKCS #8 (RFC 5208)


class InvalidKeySetError(Exception):
    """The value isn't a JWK Set."""


def generate_key_pair(alg: str, kid: str = "") -> KeyPair:
    """Generate a key pair; the key ID defaults to the thumbprint (RFC 7638)."""
    private = generate_key(alg, kid)
    key = import_key(private)
    assert not isinstance(key, OctKey)
    return KeyPair(
        key.as_dict(private=False), json.dumps(private, indent=2), key.as_pem(private=True).decode()
    )


def add_key(key_set: str, public: Mapping[str, Any]) -> str:
    """Return the JWK Set with one more key.

    Raises:
        InvalidKeySetError: ``key_set`` isn't a JWK Set.

    """
    try:
        jwk_set = parse_json(key_set) if key_set.strip() else {"keys": []}
    except InvalidJsonError:
        raise InvalidKeySetError from None
    match jwk_set:
        case {"keys": list() as there}:
            new_jwk_set = {**jwk_set, "keys": [*there, dict(public)]}
            return indent_json(json.dumps(new_jwk_set, ensure_ascii=False))
    raise InvalidKeySetError


def key_ids(key_set: str) -> set[str]:
    """Return the key IDs in a JWK Set; empty if it's invalid."""
    try:
        jwk_set = parse_json(key_set or "{}")
    except InvalidJsonError:
        return set()
    keys = jwk_set.get("keys") if isinstance(jwk_set, dict) else None
    listed = keys if isinstance(keys, list) else []
    return {str(key["kid"]) for key in listed if isinstance(key, dict) and "kid" in key}
