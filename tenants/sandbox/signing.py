"""JWTs: those that a service signs, and the keys by which any is checked."""

import json
import warnings
from base64 import urlsafe_b64decode
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from tenants.sandbox.keys import keys_of
from tenants.sandbox.wire import Members

warnings.filterwarnings("ignore", "EdDSA is deprecated")  # Authlete still says so

KINDS: dict[str, Any] = {"EC": ECKey, "RSA": RSAKey, "OKP": OKPKey, "oct": OctKey}
CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521", "ES256K": "secp256k1"}

_PARTS = {"d", "k"}  # one of them is what a key signs with


class NoKey(LookupError):
    """The service has no key for this."""


def keys(holder: Members) -> list[Members]:
    """The keys that a service or a client has registered."""
    return keys_of(holder.get("jwks"))


def signed(
    service: Members,
    claims: Members,
    alg: str,
    named: str | None = "",
    /,
    **header: Any,
) -> str:
    """The claims as a JWT by the service; raises `NoKey`.

    Where several keys fit, the one whose ID is ``named`` signs; Authlete tells this of
    its settings for key IDs. Nobody has told which one does when none is named: here it
    is the first.
    """
    fitting = [
        one for one in keys(service) if fits(one, alg) and not _PARTS.isdisjoint(one)
    ]
    if not fitting:
        raise NoKey(alg)
    key = next((one for one in fitting if one.get("kid") == named), fitting[0])
    told = {"alg": alg, **header}
    if "kid" in key:
        told["kid"] = key["kid"]
    return jws.serialize_compact(
        told, json.dumps(claims), _imported(key), algorithms=[alg]
    )


def fits(key: Members, alg: str) -> bool:
    """Whether signatures of that algorithm can be of this key."""
    if key.get("alg", alg) != alg or key.get("use", "sig") != "sig":
        return False
    match alg[:2]:
        case "ES":
            return key.get("kty") == "EC" and key.get("crv") == CURVES.get(alg)
        case "RS" | "PS":
            return key.get("kty") == "RSA"
        case "Ed":
            return key.get("kty") == "OKP"
        case _:
            return key.get("kty") == "oct"


def is_by(text: str, key: Members, alg: str) -> bool:
    """Whether the signature of a compact JWS is by that key."""
    try:
        jws.deserialize_compact(text, _imported(key), algorithms=[alg])
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def opened(text: str) -> tuple[Members, Members]:
    """Header and payload of a compact JWS, unchecked; raises `ValueError`."""
    parts = text.split(".")
    if len(parts) != 3:
        raise ValueError("not a compact JWS")
    header, payload = (_read(part) for part in parts[:2])
    return header, payload


def _read(part: str) -> Members:
    value = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")
    return value


def _imported(key: Members) -> Any:
    return KINDS[key["kty"]].import_key(key)
