"""What a certificate tells of itself: whose it is, until when, with which key."""

from base64 import b64decode
from binascii import Error
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed448 import Ed448PublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    load_der_public_key,
    load_pem_public_key,
)
from cryptography.x509 import (
    Certificate,
    load_der_x509_certificate,
    load_pem_x509_certificate,
)

CURVE_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
WEAK_HASHES = frozenset({"md5", "sha1"})  # hashes whose signatures can be forged


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """One certificate."""

    subject: str  # RFC 4514
    expires_at: datetime
    kty: str
    key_spec: str  # type and size, or curve
    thumbprint: str  # SHA-256 of all of it, hexadecimal
    has_weak_hash: bool  # signed over a hash that can be forged
    public_numbers: object  # the public numbers, to be held against those of a JWK


@lru_cache(maxsize=4096)
def parse_pem(text: str) -> CertificateInfo | None:
    """None where it cannot be read."""
    try:
        return _extract_info(load_pem_x509_certificate(text.strip().encode()))
    except (ValueError, UnsupportedAlgorithm):
        return None


@lru_cache(maxsize=4096)
def parse_x5c(text: str) -> CertificateInfo | None:
    """One entry of ``x5c`` (RFC 7517, section 4.7); None where it cannot be read."""
    try:
        return _extract_info(load_der_x509_certificate(b64decode(text)))
    except (ValueError, Error, UnsupportedAlgorithm):
        return None


def load_public_key(text: str) -> CertificatePublicKeyTypes | None:
    """A public key in PEM form, or the base64 inside it; None where it is none."""
    try:
        if text.lstrip().startswith("-----"):
            found = load_pem_public_key(text.strip().encode())
        else:
            found = load_der_public_key(b64decode(text))
    except (ValueError, Error, UnsupportedAlgorithm):
        return None
    return found  # type: ignore[return-value]  # no key agreement in a certificate


def describe_key(key: CertificatePublicKeyTypes) -> tuple[str, str]:
    """A key's type as a JWK has it, and that with its size or curve."""
    match key:
        case RSAPublicKey():
            return "RSA", f"RSA {key.key_size}"
        case EllipticCurvePublicKey():
            return "EC", f"EC {CURVE_NAMES.get(key.curve.name, key.curve.name)}"
        case Ed25519PublicKey():
            return "OKP", "OKP Ed25519"
        case Ed448PublicKey():
            return "OKP", "OKP Ed448"
    return "", type(key).__name__.removesuffix("PublicKey").lstrip("_")


def public_numbers(key: object) -> object:
    """By what two keys are told the same."""
    if isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        return key.public_numbers()
    if isinstance(key, Ed25519PublicKey | Ed448PublicKey):
        return key.public_bytes_raw()
    return None


def _extract_info(certificate: Certificate) -> CertificateInfo:
    key = certificate.public_key()
    kty, shape = describe_key(key)
    algorithm = certificate.signature_hash_algorithm
    return CertificateInfo(
        certificate.subject.rfc4514_string(),
        certificate.not_valid_after_utc,
        kty,
        shape,
        certificate.fingerprint(SHA256()).hex(),
        algorithm is not None and algorithm.name in WEAK_HASHES,
        public_numbers(key),
    )
