"""JWK Sets and signed JWTs."""

import json
import warnings
from base64 import urlsafe_b64decode
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tenants.sandbox.http_messages import JsonDict

warnings.filterwarnings("ignore", "EdDSA is deprecated")  # Authlete still uses it

KEY_CLASSES: dict[str, Any] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey, "oct": OctKey}
CURVE_BY_ALG = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}

_PRIVATE_PARTS = {"d", "k"}  # private keys have one of them


PRIVATE_KEY_FIELDS = frozenset("d p q dp dq qi oth k".split())  # RFC 7518, section 6


class NoSigningKeyError(LookupError):
    """The service has no key for the algorithm."""


def parse_keys(text: str | None) -> list[JsonDict]:
    """Return the keys of a JWK Set."""
    jwk_set: Any = json.loads(text) if text else {}
    return list(jwk_set.get("keys", []))


def to_public_keys(keys: list[JsonDict]) -> list[JsonDict]:
    """Remove private parts and symmetric keys, which have no public part."""
    return [
        {name: value for name, value in key.items() if name not in PRIVATE_KEY_FIELDS}
        for key in keys
        if key.get("kty") != "oct"
    ]


def registered_keys(holder: JsonDict) -> list[JsonDict]:
    """Return the keys of a service's or client's JWK Set."""
    return parse_keys(holder.get("jwks"))


def sign_jwt(
    service: JsonDict, claims: JsonDict, alg: str, key_id: str | None = "", /, **header: Any
) -> str:
    """Sign the claims as a JWT of the service; raise `NoSigningKeyError`.

    If several keys match, the one with ``key_id`` signs, or else the first: Authlete
    doesn't document which.
    """
    fitting = [
        key
        for key in registered_keys(service)
        if can_sign(key, alg) and not _PRIVATE_PARTS.isdisjoint(key)
    ]
    if not fitting:
        raise NoSigningKeyError(alg)
    key = next((key for key in fitting if key.get("kid") == key_id), fitting[0])
    fields = {"alg": alg, **header}
    if "kid" in key:
        fields["kid"] = key["kid"]
    return jws.serialize_compact(fields, json.dumps(claims), _import_key(key), algorithms=[alg])


def can_sign(key: JsonDict, alg: str) -> bool:
    """Return whether a key can be used with the algorithm."""
    if key.get("alg", alg) != alg or key.get("use", "sig") != "sig":
        return False
    match alg[:2]:
        case "ES":
            return key.get("kty") == "EC" and key.get("crv") == CURVE_BY_ALG.get(alg)
        case "RS" | "PS":
            return key.get("kty") == "RSA"
        case "Ed":
            return key.get("kty") == "OKP"
        case _:
            return key.get("kty") == "oct"


def has_valid_signature(text: str, key: JsonDict, alg: str) -> bool:
    """Return whether a compact JWS is signed by the key."""
    try:
        jws.deserialize_compact(text, _import_key(key), algorithms=[alg])
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def parse_jws(text: str) -> tuple[JsonDict, JsonDict]:
    """Return header and payload of a compact JWS, unverified; raise `ValueError`."""
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError("not a compact JWS")
    header, payload = (_decode_part(part) for part in parts[:2])
    return header, payload


def _decode_part(part: str) -> JsonDict:
    value = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _import_key(key: JsonDict) -> Any:
    return KEY_CLASSES[key["kty"]].import_key(key)
