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

from tenants.authlete.documents import certificates
from tenants.authlete.reading import NotJson, read
from tenants.authlete.redaction import SEALED, Fingerprint

NAMES = ("kid", "kty", "use", "alg")
# What a thumbprint is made of (RFC 7638, section 3.2; RFC 8037, section 2).
PUBLIC = {"RSA": ("e", "kty", "n"), "EC": ("crv", "kty", "x", "y")}
PUBLIC |= {"OKP": ("crv", "kty", "x")}
PRIVATE = frozenset("d p q dp dq qi oth k".split())  # RFC 7518, section 6
SHORTEST = 2048  # bits of an RSA key (RFC 7518, section 3.3)
CURVES: Mapping[str, type[EllipticCurve]] = {
    "P-256": SECP256R1,
    "P-384": SECP384R1,
    "P-521": SECP521R1,
    "secp256k1": SECP256K1,
}
OKP = frozenset({"Ed25519", "Ed448", "X25519", "X448"})


class Mark(StrEnum):
    """What is weak or odd about a key."""

    SHORT = "short"  # RSA of fewer than 2048 bits
    SYMMETRIC = "symmetric"  # who checks with it can sign with it
    NONE = "none"  # the algorithm that signs nothing
    BROKEN = "broken"  # a certificate signed over SHA-1 or MD5
    PRIVATE = "private"  # a private part where only public ones belong
    REPEATED = "repeated"  # another key of the set has the same kid
    NAMELESS = "nameless"  # no kid
    STRANGE = "strange"  # a type or curve that is not known here
    OTHER = "other"  # its certificate is of another key
    MISSING = "missing"  # a setting names it, and no set has it
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one key or certificate; no secret."""

    kid: str = ""
    kty: str = ""
    use: str = ""
    alg: str = ""
    shape: str = ""  # type and size, or curve
    thumbprint: str = ""  # RFC 7638 of a key; SHA-256, hexadecimal, of a certificate
    ends_at: datetime | None = None
    subject: str = ""  # of its certificate
    marks: Sequence[Mark] = ()
    chain: Sequence["Fact"] = ()  # further certificates of its x5c


@lru_cache(maxsize=4096)
def of_set(text: str, *, public: bool = False) -> tuple[Fact, ...]:
    """The keys of a JWK Set, in its order; ``public`` says that all must be."""
    try:
        keys = read(text)["keys"]
    except (NotJson, TypeError, KeyError):
        return (Fact(marks=(Mark.UNREADABLE,)),)
    if not isinstance(keys, list):
        return (Fact(marks=(Mark.UNREADABLE,)),)
    found = [_of_key(key, public=public) for key in keys]
    times = Counter(one.kid for one in found if one.kid)
    return tuple(
        replace(one, marks=(*one.marks, Mark.REPEATED)) if times[one.kid] > 1 else one
        for one in found
    )


def of_hardware(key: Mapping[str, Any]) -> Fact:
    """A key that lives in a hardware module; its public part is a PEM text."""
    kid, kty, use, alg = (_text(key.get(name)) for name in NAMES)
    public = certificates.public_key(_text(key.get("publicKey")))
    marks = [] if kid else [Mark.NAMELESS]
    if public is None:
        return Fact(kid, kty, use, alg, kty, marks=tuple(marks))
    _, shape = certificates.shape_of(public)
    if shape.startswith("RSA ") and int(shape[4:]) < SHORTEST:
        marks.append(Mark.SHORT)
    mark = thumbprint(_jwk(public))
    return Fact(kid, kty, use, alg, shape, mark, marks=tuple(marks))


def of_certificate(text: str) -> Fact:
    """A certificate that stands alone, in PEM form."""
    found = certificates.of_pem(text)
    return _alone(found) if found else Fact(marks=(Mark.UNREADABLE,))


def thumbprint(key: Mapping[str, Any]) -> str:
    """RFC 7638 over SHA-256; empty for a shared key, whose hash would tell of it."""
    members = PUBLIC.get(_text(key.get("kty")))
    if not members or not all(isinstance(key.get(name), str) for name in members):
        return ""
    told = json.dumps({name: key[name] for name in members}, separators=(",", ":"))
    return _base64url(sha256(told.encode()).digest())


def _of_key(key: Any, *, public: bool) -> Fact:
    if not isinstance(key, dict):
        return Fact(marks=(Mark.UNREADABLE,))
    kid, kty, use, alg = (_text(key.get(name)) for name in NAMES)
    chain = _chain(key)
    leaf = chain[0] if chain else None
    ends = [leaf.ends_at if leaf else None, _moment(key.get("exp"))]
    marks = [*_marks(key, leaf), *(leaf.marks if leaf else ())]
    if public and PRIVATE & key.keys():
        marks.append(Mark.PRIVATE)
    return Fact(
        kid,
        kty,
        use,
        alg,
        _shape(key),
        thumbprint(key),
        min(filter(None, ends), default=None),
        leaf.subject if leaf else "",
        tuple(dict.fromkeys(marks)),
        tuple(replace(one, kid=kid) for one in chain[1:]),
    )


def _marks(key: Mapping[str, Any], leaf: Fact | None) -> Iterator[Mark]:
    kty, alg = _text(key.get("kty")), _text(key.get("alg"))
    if not key.get("kid"):
        yield Mark.NAMELESS
    if alg.lower() == "none":
        yield Mark.NONE
    if kty == "oct" or alg.startswith("HS"):
        yield Mark.SYMMETRIC
    if kty == "RSA":
        bits = _number(key.get("n")).bit_length()
        if not bits:
            yield Mark.UNREADABLE
        elif bits < SHORTEST:
            yield Mark.SHORT
    elif kty == "EC" and _text(key.get("crv")) in CURVES:
        if _numbers(key) is None:
            yield Mark.UNREADABLE
    elif kty != "oct" and not (kty == "OKP" and _text(key.get("crv")) in OKP):
        yield Mark.STRANGE
    first = key.get("x5c")
    if leaf and isinstance(first, list) and isinstance(first[0], str):
        told = certificates.of_x5c(first[0])
        if told and told.kty == kty and told.key != _numbers(key):
            yield Mark.OTHER


def _chain(key: Mapping[str, Any]) -> list[Fact]:
    """Its certificates, the key's own first."""
    listed = key.get("x5c")
    if not isinstance(listed, list):
        return []
    return [_alone(certificates.of_x5c(_text(one))) for one in listed]


def _alone(told: certificates.Told | None) -> Fact:
    if told is None:
        return Fact(marks=(Mark.UNREADABLE,))
    marks = [Mark.BROKEN] if told.is_broken else []
    if told.kty == "RSA" and int(told.shape[4:]) < SHORTEST:
        marks.append(Mark.SHORT)
    return Fact(
        kty=told.kty,
        shape=told.shape,
        thumbprint=told.thumbprint,
        ends_at=told.ends_at,
        subject=told.subject,
        marks=tuple(marks),
    )


def _shape(key: Mapping[str, Any]) -> str:
    kty = _text(key.get("kty"))
    if kty == "RSA":
        bits = _number(key.get("n")).bit_length()
        return f"RSA {bits}" if bits else kty
    return " ".join(filter(None, (kty, _text(key.get("crv")))))


def _numbers(key: Mapping[str, Any]) -> object:
    """The public numbers of a JWK; None where they are no key."""
    kty, curve = _text(key.get("kty")), CURVES.get(_text(key.get("crv")))
    try:
        if kty == "RSA":
            return RSAPublicNumbers(_number(key.get("e")), _number(key.get("n")))
        if kty == "EC" and curve:
            x, y = _number(key.get("x")), _number(key.get("y"))
            numbers = EllipticCurvePublicNumbers(x, y, curve())
            numbers.public_key()  # raises for a point that is not on the curve
            return numbers
    except (ValueError, UnsupportedAlgorithm):
        return None
    return _decoded(key.get("x")) or None


def _jwk(key: object) -> dict[str, str]:
    """A public key as the members that its thumbprint is made of."""
    numbers = certificates.numbers(key)
    if isinstance(numbers, RSAPublicNumbers):
        told = {"n": numbers.n, "e": numbers.e}
        sizes = {name: (one.bit_length() + 7) // 8 for name, one in told.items()}
        return {"kty": "RSA"} | {
            name: _base64url(one.to_bytes(sizes[name])) for name, one in told.items()
        }
    if isinstance(numbers, EllipticCurvePublicNumbers):
        name = certificates.CURVES.get(numbers.curve.name, numbers.curve.name)
        size = (numbers.curve.key_size + 7) // 8
        point = {"x": numbers.x, "y": numbers.y}
        return {"kty": "EC", "crv": name} | {
            name: _base64url(one.to_bytes(size)) for name, one in point.items()
        }
    if isinstance(numbers, bytes):
        curve = certificates.shape_of(key)[1].removeprefix("OKP ")  # type: ignore[arg-type]
        return {"kty": "OKP", "crv": curve, "x": _base64url(numbers)}
    return {}


def _number(part: Any) -> int:
    """A number as a JWK writes it; 0 where it cannot be read."""
    return int.from_bytes(_decoded(part))


def _decoded(part: Any) -> bytes:
    text = _text(part)
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _moment(value: Any) -> datetime | None:
    """Seconds since 1970 as a time; None where it is none."""
    try:
        return datetime.fromtimestamp(int(value), UTC) if value else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _text(value: Any) -> str:
    """A text that is shown; a sealed one says nothing."""
    if isinstance(value, Fingerprint) or value is None:
        return ""
    text = str(value)
    return "" if SEALED.fullmatch(text) else text
