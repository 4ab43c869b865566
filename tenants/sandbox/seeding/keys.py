"""Keys and certificates of the seeded world.

Certificates are signed when requested, so their expiry is always relative to today.
Mostly EC keys, which are generated fast.
"""

import json
from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, OKPKey, RSAKey

from tenants.sandbox.http_messages import JsonDict
from tenants.sandbox.signing import to_public_keys
from tenants.sandbox.state import now_milliseconds

EC_CURVES: dict[str, ec.EllipticCurve] = {
    "ES384": ec.SECP384R1(),
    "ES512": ec.SECP521R1(),
    "ES256K": ec.SECP256K1(),
}


def create_jwk_set(prefix: str, *algorithms: str) -> str:
    """Return a JWK Set with a private key per algorithm, named after it."""
    keys = [
        _generate_key(alg) | {"kid": f"{prefix}-{alg.lower()}", "alg": alg, "use": _key_use(alg)}
        for alg in algorithms
    ]
    return json.dumps({"keys": keys})


@cache
def create_public_jwk_set(prefix: str, *algorithms: str) -> str:
    """Return a JWK Set of public keys, cached by its arguments."""
    keys = json.loads(create_jwk_set(prefix, *algorithms))["keys"]
    return json.dumps({"keys": to_public_keys(keys)})


@cache
def shared_jwk_set(index: int) -> str:
    """Return one of a few JWK Sets that many services share."""
    return create_jwk_set(f"shared-{index}", "ES256", "EdDSA")


def create_public_key_der(alg: str) -> str:
    """Return a new public key as base64 DER, as HSMs export it."""
    private = (
        rsa.generate_private_key(65537, 2048)
        if alg.startswith(("R", "P"))
        else ec.generate_private_key(EC_CURVES.get(alg, ec.SECP256R1()))
    )
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(private.public_key().public_bytes(*form)).decode()


@cache
def cached_public_key_der(_name: str, alg: str) -> str:
    """Return a public key as base64 DER, cached by name."""
    return create_public_key_der(alg)


def _key_use(alg: str) -> str:
    return "enc" if alg.startswith(("ECDH", "RSA-OAEP")) else "sig"


def _generate_key(alg: str) -> JsonDict:
    match alg:
        case "ES384":
            return dict(ECKey.generate_key("P-384").as_dict(private=True))
        case "EdDSA":
            return dict(OKPKey.generate_key("Ed25519").as_dict(private=True))
        case "RS256" | "PS256" | "RSA-OAEP-256":
            return dict(_generate_rsa_key(alg))
        case _:
            return dict(ECKey.generate_key("P-256").as_dict(private=True))


@cache
def _generate_rsa_key(alg: str) -> dict[str, Any]:
    """Generate an RSA key; cached because it is slow."""
    return dict(RSAKey.generate_key(2048).as_dict(private=True))


EXPIRY_DAYS = (-6, 3, 21, 62, 400)  # days from today
CERTIFICATE_LIFETIME = timedelta(days=730)
# 512-bit primes for a weak key.
WEAK_PRIME_P = int(
    "facaf44faf0c7506bcc9310d6792e2d48fe474585d3c2ad14a1f0ba64efce21a"
    "c4b17e9f6f8a906b072387a17f7efeaa2b26f7ac84221dbfd47bc0650ef96efb",
    16,
)
WEAK_PRIME_Q = int(
    "e41ed2b2132d462eb0994b5e4ba43a828acb8afffc9c5bb0c6ccf8a1f8b296bc"
    "809e3ef8a4baa434d00c9602019c21ae6c73e8c57736581c57c723eb95953069",
    16,
)
PUBLIC_EXPONENT = 65537


@cache
def self_signed_jwk_set(host: str) -> str:
    """Return a client's public keys, the first with a self-signed certificate."""
    keys = json.loads(create_jwk_set(host.partition(".")[0], "ES256", "PS256"))["keys"]
    private = ECKey.import_key(keys[0]).private_key
    assert private
    ends = EXPIRY_DAYS[sum(host.encode()) % len(EXPIRY_DAYS)]
    certificate = _create_certificate(host, ends, private)
    keys[0]["x5c"] = [b64encode(certificate.public_bytes(Encoding.DER)).decode()]
    return json.dumps({"keys": to_public_keys(keys)})


@cache
def trusted_root_certificates() -> tuple[str, ...]:
    """Return root certificates in PEM format, one of which expires soon."""
    names = {"Harbor Partners Root 2": 1500, "Open Finance Directory Root": 24}
    certificates = [
        _create_certificate(name, days, ec.derive_private_key(number, ec.SECP256R1()))
        for number, (name, days) in enumerate(names.items(), 7)
    ]
    return tuple(certificate.public_bytes(Encoding.PEM).decode() for certificate in certificates)


def weak_rsa_key(kid: str) -> JsonDict:
    """Return a 1024-bit RSA key pair."""
    d = pow(PUBLIC_EXPONENT, -1, (WEAK_PRIME_P - 1) * (WEAK_PRIME_Q - 1))
    parts = {
        "n": WEAK_PRIME_P * WEAK_PRIME_Q,
        "e": PUBLIC_EXPONENT,
        "d": d,
        "p": WEAK_PRIME_P,
        "q": WEAK_PRIME_Q,
    }
    parts |= {
        "dp": d % (WEAK_PRIME_P - 1),
        "dq": d % (WEAK_PRIME_Q - 1),
        "qi": pow(WEAK_PRIME_Q, -1, WEAK_PRIME_P),
    }
    parameters = {name: _encode_integer(number) for name, number in parts.items()}
    return {"kty": "RSA", "kid": kid, "use": "sig", "alg": "RS256", **parameters}


def symmetric_key(kid: str, number: int) -> JsonDict:
    """Return a symmetric key for HS256."""
    k = _encode_integer(number)
    return {"kty": "oct", "kid": kid, "use": "sig", "alg": "HS256", "k": k}


def add_keys(text: str, *keys_to_add: JsonDict) -> str:
    """Return the text of a JWK Set with keys added, formatted as the server stores it."""
    keys = [dict(sorted(key.items())) for key in (*json.loads(text)["keys"], *keys_to_add)]
    return json.dumps({"keys": keys}, separators=(",", ":"))


def _create_certificate(name: str, days: int, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    ends = datetime.fromtimestamp(now_milliseconds() // 1000, UTC) + timedelta(days=days)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(ends - CERTIFICATE_LIFETIME)
        .not_valid_after(ends)
        .sign(key, SHA256())
    )


def _encode_integer(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return urlsafe_b64encode(data).decode().rstrip("=")
