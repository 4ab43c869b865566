"""Which signatures a service has a key for."""

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
    """The first of `SIGNATURES` that the service can make; nothing where it shows no
    key that could."""
    return next((alg for alg in FAPI_SIGNING_ALGS if can_sign(service, alg)), "")


def can_sign(service: Service, alg: str) -> bool | None:
    """Whether a key of the service makes this signature; None where that cannot be
    told: it keeps keys elsewhere too, or the algorithm is not known here."""
    keys = _jwk_set_keys(service)
    if keys is None or alg not in KEY_TYPE_BY_ALG:
        return None
    return any(key_can_sign(key, alg) for key in keys) or (
        None if _has_hardware_keys(service) else False
    )


def key_can_sign(key: Mapping[str, Any], alg: str) -> bool:
    """Whether a key of a JWK Set can make a signature of `KINDS`."""
    kind, curve = KEY_TYPE_BY_ALG[alg]
    return (
        key.get("kty") == kind
        and (not curve or key.get("crv") == curve)
        and key.get("use", "sig") == "sig"
        and key.get("alg", alg) == alg
    )


def count_other_signing_keys(service: Service, alg: str, handle: str) -> int | None:
    """How many keys besides one in hardware make this signature; None where that
    cannot be told."""
    keys = _jwk_set_keys(service) if service.get("jwks") else []
    if keys is None or alg not in KEY_TYPE_BY_ALG:
        return None
    hardware = [
        one
        for one in service.get("hsks") or ()
        if isinstance(one, dict) and one.get("handle") != handle
    ]
    fitting = [one for one in hardware if one.get("alg") == alg]
    return len(fitting) + len([key for key in keys if key_can_sign(key, alg)])


def _has_hardware_keys(service: Service) -> bool:
    """Whether some of its keys are in a hardware security module."""
    return bool(service.get("hsks"))


def _jwk_set_keys(service: Service) -> list[Mapping[str, Any]] | None:
    try:
        found = parse_json(service.get_text("jwks"))["keys"]
        return [key for key in found if isinstance(key, dict)]
    except (InvalidJsonError, TypeError, KeyError):
        return None
