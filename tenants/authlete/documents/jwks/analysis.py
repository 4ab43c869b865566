"""Describe public keys: size, thumbprint, certificate and security issues.

Private key parameters are redacted on receipt, but their names remain. So a private key
in a public set is reported without its value being known.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256K1,
    SECP256R1,
    SECP384R1,
    SECP521R1,
    EllipticCurve,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from tenants.authlete.documents.jwks import certificates
from tenants.authlete.json.reader import InvalidJsonError, parse_json
from tenants.authlete.redaction.fingerprint import FINGERPRINT_PATTERN, Fingerprint

KEY_PARAMETERS = ("kid", "kty", "use", "alg")
# Fields covered by a thumbprint (RFC 7638, section 3.2; RFC 8037, section 2).
THUMBPRINT_FIELDS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}
THUMBPRINT_FIELDS |= {"OKP": ("crv", "kty", "x")}
PRIVATE_KEY_FIELDS = frozenset("d p q dp dq qi oth k".split())  # RFC 7518, section 6
MIN_RSA_BITS = 2048  # (RFC 7518, section 3.3)
EC_CURVES: Mapping[str, type[EllipticCurve]] = {
    "P-256": SECP256R1,
    "P-384": SECP384R1,
    "P-521": SECP521R1,
    "secp256k1": SECP256K1,
}
OKP_CURVES = frozenset({"Ed25519", "Ed448", "X25519", "X448"})


class KeyIssue(StrEnum):
    """A weakness or inconsistency of a key. The values are stored."""

    SHORT_RSA = "short"  # RSA key below 2048 bits
    SYMMETRIC = "symmetric"  # verifiers can sign with it, too
    ALG_NONE = "none"  # alg none
    WEAK_HASH = "broken"  # certificate signed with SHA-1 or MD5
    PRIVATE_IN_PUBLIC_SET = "private"  # private key in a public set
    DUPLICATE_KID = "repeated"  # same kid as another key of the set
    NO_KID = "nameless"  # no kid
    UNKNOWN_TYPE = "strange"  # unknown key type or curve
    CERTIFICATE_MISMATCH = "other"  # certificate of another key
    NOT_IN_SET = "missing"  # referenced, but in no set
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """Public facts about one key or certificate."""

    kid: str = ""
    kty: str = ""
    use: str = ""
    alg: str = ""
    key_spec: str = ""  # type and size, or curve
    thumbprint: str = ""  # RFC 7638 of a key; SHA-256, hexadecimal, of a certificate
    expires_at: datetime | None = None
    subject: str = ""  # of the certificate
    issues: Sequence[KeyIssue] = ()
    chain: Sequence["KeyInfo"] = ()  # further certificates in x5c


@lru_cache(maxsize=4096)
def analyze_jwk_set(text: str, *, must_be_public: bool = False) -> tuple[KeyInfo, ...]:
    """Return the keys of a JWK Set in order.

    ``must_be_public`` reports private keys as an issue.
    """
    try:
        keys = parse_json(text)["keys"]
    except (InvalidJsonError, TypeError, KeyError):
        return (KeyInfo(issues=(KeyIssue.UNREADABLE,)),)
    if not isinstance(keys, list):
        return (KeyInfo(issues=(KeyIssue.UNREADABLE,)),)
    keys_info = [_analyze_key(key, must_be_public=must_be_public) for key in keys]
    counts = Counter(info.kid for info in keys_info if info.kid)
    return tuple(
        replace(info, issues=(*info.issues, KeyIssue.DUPLICATE_KID))
        if counts[info.kid] > 1
        else info
        for info in keys_info
    )


def analyze_hardware_key(key: Mapping[str, Any]) -> KeyInfo:
    """Describe a key in a hardware module by its public key in PEM format."""
    kid, kty, use, alg = (_as_text(key.get(name)) for name in KEY_PARAMETERS)
    public = certificates.load_public_key(_as_text(key.get("publicKey")))
    issues = [] if kid else [KeyIssue.NO_KID]
    if public is None:
        return KeyInfo(kid, kty, use, alg, kty, issues=tuple(issues))
    _, key_spec = certificates.describe_key(public)
    if key_spec.startswith("RSA ") and int(key_spec[4:]) < MIN_RSA_BITS:
        issues.append(KeyIssue.SHORT_RSA)
    thumbprint = jwk_thumbprint(_public_jwk(public))
    return KeyInfo(kid, kty, use, alg, key_spec, thumbprint, issues=tuple(issues))


def analyze_certificate(text: str) -> KeyInfo:
    """Describe a certificate in PEM format."""
    info = certificates.parse_pem(text)
    return _certificate_info(info) if info else KeyInfo(issues=(KeyIssue.UNREADABLE,))


def jwk_thumbprint(key: Mapping[str, Any]) -> str:
    """Return the SHA-256 thumbprint of a key (RFC 7638).

    Empty for symmetric keys, whose hash would reveal something about the secret.
    """
    names = THUMBPRINT_FIELDS.get(_as_text(key.get("kty")))
    if not names or not all(isinstance(key.get(name), str) for name in names):
        return ""
    canonical = json.dumps({name: key[name] for name in names}, separators=(",", ":"))
    return _encode_base64url(sha256(canonical.encode()).digest())


def _analyze_key(key: Any, *, must_be_public: bool) -> KeyInfo:
    if not isinstance(key, dict):
        return KeyInfo(issues=(KeyIssue.UNREADABLE,))
    kid, kty, use, alg = (_as_text(key.get(name)) for name in KEY_PARAMETERS)
    chain = _analyze_chain(key)
    leaf = chain[0] if chain else None
    expiries = [leaf.expires_at if leaf else None, _parse_timestamp(key.get("exp"))]
    issues = [*_find_issues(key, leaf), *(leaf.issues if leaf else ())]
    if must_be_public and PRIVATE_KEY_FIELDS & key.keys():
        issues.append(KeyIssue.PRIVATE_IN_PUBLIC_SET)
    return KeyInfo(
        kid,
        kty,
        use,
        alg,
        _key_spec(key),
        jwk_thumbprint(key),
        min(filter(None, expiries), default=None),
        leaf.subject if leaf else "",
        tuple(dict.fromkeys(issues)),
        tuple(replace(certificate, kid=kid) for certificate in chain[1:]),
    )


def _find_issues(key: Mapping[str, Any], leaf: KeyInfo | None) -> Iterator[KeyIssue]:
    kty, alg = _as_text(key.get("kty")), _as_text(key.get("alg"))
    if not key.get("kid"):
        yield KeyIssue.NO_KID
    if alg.lower() == "none":
        yield KeyIssue.ALG_NONE
    if kty == "oct" or alg.startswith("HS"):
        yield KeyIssue.SYMMETRIC
    if kty == "RSA":
        bits = _decode_integer(key.get("n")).bit_length()
        if not bits:
            yield KeyIssue.UNREADABLE
        elif bits < MIN_RSA_BITS:
            yield KeyIssue.SHORT_RSA
    elif kty == "EC" and _as_text(key.get("crv")) in EC_CURVES:
        if _public_numbers(key) is None:
            yield KeyIssue.UNREADABLE
    elif kty != "oct" and not (kty == "OKP" and _as_text(key.get("crv")) in OKP_CURVES):
        yield KeyIssue.UNKNOWN_TYPE
    first = key.get("x5c")
    if leaf and isinstance(first, list) and isinstance(first[0], str):
        certificate = certificates.parse_x5c(first[0])
        if (
            certificate
            and certificate.kty == kty
            and certificate.public_numbers != _public_numbers(key)
        ):
            yield KeyIssue.CERTIFICATE_MISMATCH


def _analyze_chain(key: Mapping[str, Any]) -> list[KeyInfo]:
    """Return the certificates in x5c, the key's own first."""
    listed = key.get("x5c")
    if not isinstance(listed, list):
        return []
    return [
        _certificate_info(certificates.parse_x5c(_as_text(certificate))) for certificate in listed
    ]


def _certificate_info(certificate: certificates.CertificateInfo | None) -> KeyInfo:
    if certificate is None:
        return KeyInfo(issues=(KeyIssue.UNREADABLE,))
    issues = [KeyIssue.WEAK_HASH] if certificate.has_weak_hash else []
    if certificate.kty == "RSA" and int(certificate.key_spec[4:]) < MIN_RSA_BITS:
        issues.append(KeyIssue.SHORT_RSA)
    return KeyInfo(
        kty=certificate.kty,
        key_spec=certificate.key_spec,
        thumbprint=certificate.thumbprint,
        expires_at=certificate.expires_at,
        subject=certificate.subject,
        issues=tuple(issues),
    )


def _key_spec(key: Mapping[str, Any]) -> str:
    kty = _as_text(key.get("kty"))
    if kty == "RSA":
        bits = _decode_integer(key.get("n")).bit_length()
        return f"RSA {bits}" if bits else kty
    return " ".join(filter(None, (kty, _as_text(key.get("crv")))))


def _public_numbers(key: Mapping[str, Any]) -> object:
    """Return the public numbers of a JWK, or None if they aren't valid."""
    kty, curve = _as_text(key.get("kty")), EC_CURVES.get(_as_text(key.get("crv")))
    try:
        if kty == "RSA":
            return RSAPublicNumbers(_decode_integer(key.get("e")), _decode_integer(key.get("n")))
        if kty == "EC" and curve:
            x, y = _decode_integer(key.get("x")), _decode_integer(key.get("y"))
            numbers = EllipticCurvePublicNumbers(x, y, curve())
            numbers.public_key()  # raises if the point is not on the curve
            return numbers
    except (ValueError, UnsupportedAlgorithm):
        return None
    return _decode_base64url(key.get("x")) or None


def _public_jwk(key: object) -> dict[str, str]:
    """Return the public key parameters that the thumbprint covers."""
    numbers = certificates.public_numbers(key)
    if isinstance(numbers, RSAPublicNumbers):
        numbers_by_name = {"n": numbers.n, "e": numbers.e}
        sizes = {name: (number.bit_length() + 7) // 8 for name, number in numbers_by_name.items()}
        return {"kty": "RSA"} | {
            name: _encode_base64url(number.to_bytes(sizes[name]))
            for name, number in numbers_by_name.items()
        }
    if isinstance(numbers, EllipticCurvePublicNumbers):
        name = certificates.CURVE_NAMES.get(numbers.curve.name, numbers.curve.name)
        size = (numbers.curve.key_size + 7) // 8
        point = {"x": numbers.x, "y": numbers.y}
        return {"kty": "EC", "crv": name} | {
            name: _encode_base64url(number.to_bytes(size)) for name, number in point.items()
        }
    if isinstance(numbers, bytes):
        curve = certificates.describe_key(key)[1].removeprefix("OKP ")  # type: ignore[arg-type]
        return {"kty": "OKP", "crv": curve, "x": _encode_base64url(numbers)}
    return {}


def _decode_integer(encoded: Any) -> int:
    """Decode a Base64urlUInt; return 0 if it is invalid (RFC 7518, section 2)."""
    return int.from_bytes(_decode_base64url(encoded))


def _decode_base64url(encoded: Any) -> bytes:
    text = _as_text(encoded)
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _encode_base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _parse_timestamp(value: Any) -> datetime | None:
    """Convert seconds since 1970; return None if they are invalid."""
    try:
        return datetime.fromtimestamp(int(value), UTC) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _as_text(value: Any) -> str:
    """Convert a value to text; empty if it is redacted."""
    if isinstance(value, Fingerprint) or value is None:
        return ""
    text = str(value)
    return "" if FINGERPRINT_PATTERN.fullmatch(text) else text
