"""Parse X.509 certificates and public keys."""

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
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificate

CURVE_NAMES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}
WEAK_HASHES = frozenset({"md5", "sha1"})  # collisions allow forged signatures


@dataclass(frozen=True, slots=True)
class CertificateInfo:
    """Public facts about one certificate."""

    subject: str  # RFC 4514
    expires_at: datetime
    kty: str
    key_spec: str  # type with size or curve
    thumbprint: str  # SHA-256, hexadecimal
    has_weak_hash: bool  # signed with SHA-1 or MD5
    public_numbers: object  # to compare with those of a JWK


@lru_cache(maxsize=4096)
def parse_pem(text: str) -> CertificateInfo | None:
    """Parse a certificate in PEM format; return None if it is invalid."""
    try:
        return _extract_info(load_pem_x509_certificate(text.strip().encode()))
    except (ValueError, UnsupportedAlgorithm):
        return None


@lru_cache(maxsize=4096)
def parse_x5c(text: str) -> CertificateInfo | None:
    """Parse one entry of x5c (RFC 7517, section 4.7); return None if it is invalid."""
    try:
        return _extract_info(load_der_x509_certificate(b64decode(text)))
    except (ValueError, Error, UnsupportedAlgorithm):
        return None


def load_public_key(text: str) -> CertificatePublicKeyTypes | None:
    """Load a public key in PEM format or base64 DER; return None if it is invalid."""
    try:
        if text.lstrip().startswith("-----"):
            key = load_pem_public_key(text.strip().encode())
        else:
            key = load_der_public_key(b64decode(text))
    except (ValueError, Error, UnsupportedAlgorithm):
        return None
    return key  # type: ignore[return-value]  # no key agreement in a certificate


def describe_key(key: CertificatePublicKeyTypes) -> tuple[str, str]:
    """Return the JWK key type, and the key type with its size or curve."""
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
    """Return a value that is equal for equal public keys."""
    if isinstance(key, RSAPublicKey | EllipticCurvePublicKey):
        return key.public_numbers()
    if isinstance(key, Ed25519PublicKey | Ed448PublicKey):
        return key.public_bytes_raw()
    return None


def _extract_info(certificate: Certificate) -> CertificateInfo:
    key = certificate.public_key()
    kty, key_spec = describe_key(key)
    algorithm = certificate.signature_hash_algorithm
    return CertificateInfo(
        certificate.subject.rfc4514_string(),
        certificate.not_valid_after_utc,
        kty,
        key_spec,
        certificate.fingerprint(SHA256()).hex(),
        algorithm is not None and algorithm.name in WEAK_HASHES,
        public_numbers(key),
    )
