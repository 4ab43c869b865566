"""JWK Sets with real keys; mostly elliptic ones, which are made in no time."""

import json
from base64 import b64encode
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tenants.sandbox.keys import public
from tenants.sandbox.wire import Members

CURVES: dict[str, ec.EllipticCurve] = {
    "ES384": ec.SECP384R1(),
    "ES512": ec.SECP521R1(),
    "ES256K": ec.SECP256K1(),
}


def key_set(prefix: str, *algorithms: str) -> str:
    """A JWK Set's text with a private key for each algorithm, named after it."""
    keys = [
        _private(alg) | {"kid": f"{prefix}-{alg.lower()}", "alg": alg, "use": _use(alg)}
        for alg in algorithms
    ]
    return json.dumps({"keys": keys})


@cache
def public_key_set(prefix: str, *algorithms: str) -> str:
    """The same without private parts, and one for all that ask for the same."""
    keys = json.loads(key_set(prefix, *algorithms))["keys"]
    return json.dumps({"keys": public(keys)})


@cache
def cheap_key_set(at: int) -> str:
    """One of a few key sets that many services share."""
    return key_set(f"shared-{at}", "ES256", "EdDSA")


def public_der(alg: str) -> str:
    """The public half of a new key as base64 of its DER form, as modules tell it."""
    private = (
        rsa.generate_private_key(65537, 2048)
        if alg.startswith(("R", "P"))
        else ec.generate_private_key(CURVES.get(alg, ec.SECP256R1()))
    )
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(private.public_key().public_bytes(*form)).decode()


@cache
def kept_der(_name: str, alg: str) -> str:
    """The same, made once a process for each name."""
    return public_der(alg)


def _use(alg: str) -> str:
    return "enc" if alg.startswith(("ECDH", "RSA-OAEP")) else "sig"


def _private(alg: str) -> Members:
    match alg:
        case "ES384":
            return dict(ECKey.generate_key("P-384").as_dict(private=True))
        case "EdDSA":
            return dict(OKPKey.generate_key("Ed25519").as_dict(private=True))
        case "RS256" | "PS256" | "RSA-OAEP-256":
            return dict(_rsa(alg))
        case _:
            return dict(ECKey.generate_key("P-256").as_dict(private=True))


@cache
def _rsa(alg: str) -> dict[str, Any]:
    """One a kind and process, for the time that it takes."""
    return dict(RSAKey.generate_key(2048).as_dict(private=True))
