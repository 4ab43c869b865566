"""What can be told of a key by its public members: size, thumbprint, what is odd.

Private members are sealed where an answer comes in, and their names stay: that a
public set holds one is seen, and what it is is not.
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
from tenants.authlete.redaction.redactor import FINGERPRINT_PATTERN, Fingerprint

KEY_PARAMETERS = ("kid", "kty", "use", "alg")
# What a thumbprint is made of (RFC 7638, section 3.2; RFC 8037, section 2).
THUMBPRINT_FIELDS = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}
THUMBPRINT_FIELDS |= {"OKP": ("crv", "kty", "x")}
PRIVATE_KEY_FIELDS = frozenset("d p q dp dq qi oth k".split())  # RFC 7518, section 6
MIN_RSA_BITS = 2048  # bits of an RSA key (RFC 7518, section 3.3)
EC_CURVES: Mapping[str, type[EllipticCurve]] = {
    "P-256": SECP256R1,
    "P-384": SECP384R1,
    "P-521": SECP521R1,
    "secp256k1": SECP256K1,
}
OKP_CURVES = frozenset({"Ed25519", "Ed448", "X25519", "X448"})


class KeyIssue(StrEnum):
    """What is weak or odd about a key."""

    SHORT_RSA = "short"  # RSA of fewer than 2048 bits
    SYMMETRIC = "symmetric"  # who checks with it can sign with it
    ALG_NONE = "none"  # the algorithm that signs nothing
    WEAK_HASH = "broken"  # a certificate signed over SHA-1 or MD5
    PRIVATE_IN_PUBLIC_SET = "private"  # a private part where only public ones belong
    DUPLICATE_KID = "repeated"  # another key of the set has the same kid
    NO_KID = "nameless"  # no kid
    UNKNOWN_TYPE = "strange"  # a type or curve that is not known here
    CERTIFICATE_MISMATCH = "other"  # its certificate is of another key
    NOT_IN_SET = "missing"  # a setting names it, and no set has it
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class KeyInfo:
    """What is known of one key or certificate; no secret."""

    kid: str = ""
    kty: str = ""
    use: str = ""
    alg: str = ""
    key_spec: str = ""  # type and size, or curve
    thumbprint: str = ""  # RFC 7638 of a key; SHA-256, hexadecimal, of a certificate
    expires_at: datetime | None = None
    subject: str = ""  # of its certificate
    issues: Sequence[KeyIssue] = ()
    chain: Sequence["KeyInfo"] = ()  # further certificates of its x5c


@lru_cache(maxsize=4096)
def analyze_jwk_set(text: str, *, must_be_public: bool = False) -> tuple[KeyInfo, ...]:
    """The keys of a JWK Set, in its order; ``public`` says that all must be."""
    try:
        keys = parse_json(text)["keys"]
    except (InvalidJsonError, TypeError, KeyError):
        return (KeyInfo(issues=(KeyIssue.UNREADABLE,)),)
    if not isinstance(keys, list):
        return (KeyInfo(issues=(KeyIssue.UNREADABLE,)),)
    found = [_analyze_key(key, must_be_public=must_be_public) for key in keys]
    times = Counter(one.kid for one in found if one.kid)
    return tuple(
        replace(one, issues=(*one.issues, KeyIssue.DUPLICATE_KID)) if times[one.kid] > 1 else one
        for one in found
    )


def analyze_hardware_key(key: Mapping[str, Any]) -> KeyInfo:
    """A key that lives in a hardware module; its public part is a PEM text."""
    kid, kty, use, alg = (_as_text(key.get(name)) for name in KEY_PARAMETERS)
    public = certificates.load_public_key(_as_text(key.get("publicKey")))
    marks = [] if kid else [KeyIssue.NO_KID]
    if public is None:
        return KeyInfo(kid, kty, use, alg, kty, issues=tuple(marks))
    _, shape = certificates.describe_key(public)
    if shape.startswith("RSA ") and int(shape[4:]) < MIN_RSA_BITS:
        marks.append(KeyIssue.SHORT_RSA)
    mark = jwk_thumbprint(_public_jwk(public))
    return KeyInfo(kid, kty, use, alg, shape, mark, issues=tuple(marks))


def analyze_certificate(text: str) -> KeyInfo:
    """A certificate that stands alone, in PEM form."""
    found = certificates.parse_pem(text)
    return _certificate_info(found) if found else KeyInfo(issues=(KeyIssue.UNREADABLE,))


def jwk_thumbprint(key: Mapping[str, Any]) -> str:
    """RFC 7638 over SHA-256; empty for a shared key, whose hash would tell of it."""
    members = THUMBPRINT_FIELDS.get(_as_text(key.get("kty")))
    if not members or not all(isinstance(key.get(name), str) for name in members):
        return ""
    told = json.dumps({name: key[name] for name in members}, separators=(",", ":"))
    return _encode_base64url(sha256(told.encode()).digest())


def _analyze_key(key: Any, *, must_be_public: bool) -> KeyInfo:
    if not isinstance(key, dict):
        return KeyInfo(issues=(KeyIssue.UNREADABLE,))
    kid, kty, use, alg = (_as_text(key.get(name)) for name in KEY_PARAMETERS)
    chain = _analyze_chain(key)
    leaf = chain[0] if chain else None
    ends = [leaf.expires_at if leaf else None, _parse_timestamp(key.get("exp"))]
    marks = [*_find_issues(key, leaf), *(leaf.issues if leaf else ())]
    if must_be_public and PRIVATE_KEY_FIELDS & key.keys():
        marks.append(KeyIssue.PRIVATE_IN_PUBLIC_SET)
    return KeyInfo(
        kid,
        kty,
        use,
        alg,
        _key_spec(key),
        jwk_thumbprint(key),
        min(filter(None, ends), default=None),
        leaf.subject if leaf else "",
        tuple(dict.fromkeys(marks)),
        tuple(replace(one, kid=kid) for one in chain[1:]),
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
        told = certificates.parse_x5c(first[0])
        if told and told.kty == kty and told.public_numbers != _public_numbers(key):
            yield KeyIssue.CERTIFICATE_MISMATCH


def _analyze_chain(key: Mapping[str, Any]) -> list[KeyInfo]:
    """Its certificates, the key's own first."""
    listed = key.get("x5c")
    if not isinstance(listed, list):
        return []
    return [_certificate_info(certificates.parse_x5c(_as_text(one))) for one in listed]


def _certificate_info(certificate: certificates.CertificateInfo | None) -> KeyInfo:
    if certificate is None:
        return KeyInfo(issues=(KeyIssue.UNREADABLE,))
    marks = [KeyIssue.WEAK_HASH] if certificate.has_weak_hash else []
    if certificate.kty == "RSA" and int(certificate.key_spec[4:]) < MIN_RSA_BITS:
        marks.append(KeyIssue.SHORT_RSA)
    return KeyInfo(
        kty=certificate.kty,
        key_spec=certificate.key_spec,
        thumbprint=certificate.thumbprint,
        expires_at=certificate.expires_at,
        subject=certificate.subject,
        issues=tuple(marks),
    )


def _key_spec(key: Mapping[str, Any]) -> str:
    kty = _as_text(key.get("kty"))
    if kty == "RSA":
        bits = _decode_integer(key.get("n")).bit_length()
        return f"RSA {bits}" if bits else kty
    return " ".join(filter(None, (kty, _as_text(key.get("crv")))))


def _public_numbers(key: Mapping[str, Any]) -> object:
    """The public numbers of a JWK; None where they are no key."""
    kty, curve = _as_text(key.get("kty")), EC_CURVES.get(_as_text(key.get("crv")))
    try:
        if kty == "RSA":
            return RSAPublicNumbers(_decode_integer(key.get("e")), _decode_integer(key.get("n")))
        if kty == "EC" and curve:
            x, y = _decode_integer(key.get("x")), _decode_integer(key.get("y"))
            numbers = EllipticCurvePublicNumbers(x, y, curve())
            numbers.public_key()  # raises for a point that is not on the curve
            return numbers
    except (ValueError, UnsupportedAlgorithm):
        return None
    return _decode_base64url(key.get("x")) or None


def _public_jwk(key: object) -> dict[str, str]:
    """A public key as the members that its thumbprint is made of."""
    numbers = certificates.public_numbers(key)
    if isinstance(numbers, RSAPublicNumbers):
        told = {"n": numbers.n, "e": numbers.e}
        sizes = {name: (one.bit_length() + 7) // 8 for name, one in told.items()}
        return {"kty": "RSA"} | {
            name: _encode_base64url(one.to_bytes(sizes[name])) for name, one in told.items()
        }
    if isinstance(numbers, EllipticCurvePublicNumbers):
        name = certificates.CURVE_NAMES.get(numbers.curve.name, numbers.curve.name)
        size = (numbers.curve.key_size + 7) // 8
        point = {"x": numbers.x, "y": numbers.y}
        return {"kty": "EC", "crv": name} | {
            name: _encode_base64url(one.to_bytes(size)) for name, one in point.items()
        }
    if isinstance(numbers, bytes):
        curve = certificates.describe_key(key)[1].removeprefix("OKP ")  # type: ignore[arg-type]
        return {"kty": "OKP", "crv": curve, "x": _encode_base64url(numbers)}
    return {}


def _decode_integer(part: Any) -> int:
    """A number as a JWK writes it; 0 where it cannot be read."""
    return int.from_bytes(_decode_base64url(part))


def _decode_base64url(part: Any) -> bytes:
    text = _as_text(part)
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _encode_base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _parse_timestamp(value: Any) -> datetime | None:
    """Seconds since 1970 as a time; None where it is none."""
    try:
        return datetime.fromtimestamp(int(value), UTC) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _as_text(value: Any) -> str:
    """A text that is shown; a sealed one says nothing."""
    if isinstance(value, Fingerprint) or value is None:
        return ""
    text = str(value)
    return "" if FINGERPRINT_PATTERN.fullmatch(text) else text
