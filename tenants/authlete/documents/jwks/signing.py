"""Find out which signature algorithms a service has keys for."""

from collections.abc import Mapping
from typing import Any

from tenants.authlete.documents.service import Service
from tenants.authlete.json.reader import InvalidJsonError, parse_json

# What FAPI takes, the best known first, and the kind of key that makes it: type and,
# where it matters, curve (RFC 7518, section 3.1; RFC 8037, section 3.1).
FAPI_SIGNING_ALGS: Mapping[str, tuple[str, str]] = {
    "PS256": ("RSA", ""),
    "ES256": ("EC", "P-256"),
    "EdDSA": ("OKP", "Ed25519"),
}
KEY_TYPE_BY_ALG: Mapping[str, tuple[str, str]] = {
    **FAPI_SIGNING_ALGS,
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS384", "PS512"), ("RSA", "")),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    "ES256K": ("EC", "secp256k1"),
}


def preferred_signing_alg(service: Service) -> str:
    """Return the first FAPI algorithm the service has a key for; empty if it has none."""
    return next((alg for alg in FAPI_SIGNING_ALGS if can_sign(service, alg)), "")


def can_sign(service: Service, alg: str) -> bool | None:
    """Return whether the service has a key for an algorithm.

    None if unknown: it also has keys in hardware, or the algorithm isn't known.
    """
    keys = _jwk_set_keys(service)
    if keys is None or alg not in KEY_TYPE_BY_ALG:
        return None
    return any(key_can_sign(key, alg) for key in keys) or (None if service.get("hsks") else False)


def key_can_sign(key: Mapping[str, Any], alg: str) -> bool:
    """Return whether a JWK can make signatures of a known algorithm."""
    kind, curve = KEY_TYPE_BY_ALG[alg]
    return (
        key.get("kty") == kind
        and (not curve or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg
    )


def count_other_signing_keys(service: Service, alg: str, handle: str) -> int | None:
    """Count the keys for an algorithm besides one in hardware; None if unknown."""
    keys = _jwk_set_keys(service) if service.get("jwks") else []
    if keys is None or alg not in KEY_TYPE_BY_ALG:
        return None
    hardware = [
        key
        for key in service.get("hsks") or ()
        if isinstance(key, dict) and key.get("handle") != handle
    ]
    matching = [key for key in hardware if key.get("alg") == alg]
    return len(matching) + len([key for key in keys if key_can_sign(key, alg)])


def _jwk_set_keys(service: Service) -> list[Mapping[str, Any]] | None:
    try:
        keys = parse_json(service.get_text("jwks"))["keys"]
        return [key for key in keys if isinstance(key, dict)]
    except (InvalidJsonError, TypeError, KeyError):
        return None
