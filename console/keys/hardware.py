"""The keys of a service that are in hardware modules, and what signs with them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey, RSAKey

from console.keys.algorithms import OF
from console.sentences import SERVICE
from tenants.authlete.api.keys import HardwareKey
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.documents import certificates
from tenants.authlete.documents.key_uses import signs_with
from tenants.authlete.documents.service import Service
from tenants.authlete.documents.signatures import others
from tenants.authlete.errors import AuthleteError

SHAPES: Mapping[str, Any] = {"EC": ECKey, "RSA": RSAKey}


class Off(StrEnum):
    """Who has keys in hardware switched off; empty where nobody has."""

    NOBODY = ""
    CLUSTER = "cluster"
    SERVICE = "service"


CODES = {
    "A001223": Off.CLUSTER,
    "A266201": Off.SERVICE,
    "A268201": Off.SERVICE,
    "A269201": Off.SERVICE,
    "A270201": Off.SERVICE,
}


@dataclass(frozen=True, slots=True)
class Need:
    """A setting for which the service signs with a key."""

    label: str
    section: str  # where it is edited; empty for one that is not known here
    name: str
    by_algorithm: bool = False  # it names no key, and no other key fits


@dataclass(frozen=True, slots=True)
class Public:
    """The public half of a key."""

    shape: str  # type and size, or curve
    pem: str
    jwk: str
    thumbprint: str  # RFC 7638


def public(key: HardwareKey) -> Public | None:
    """None where the module told no public key, or none that can be read."""
    found = certificates.public_key(key.public_key)
    if found is None:
        return None
    kty, shape = certificates.shape_of(found)
    if kty not in SHAPES:
        return None
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem = found.public_bytes(*form)
    read = SHAPES[kty].import_key(pem)
    named = {"kid": key.kid, "use": key.use, "alg": key.alg}
    jwk = {**{n: v for n, v in named.items() if v}, **read.as_dict(private=False)}
    return Public(shape, pem.decode(), json.dumps(jwk, indent=2), read.thumbprint())


@dataclass(frozen=True)
class Kept:
    """One key in a module."""

    key: HardwareKey
    needs: Sequence[Need]
    others: int | None  # keys that make the same signature; None: cannot be told
    repeated: bool  # another key in hardware has the same name

    @property
    def name(self) -> str:
        return self.key.kid or self.key.handle

    @property
    def can_sign(self) -> bool:
        return self.key.use == "sig"

    @property
    def can_roll(self) -> bool:
        """Whether a new key of its kind can take its place, and be told from it."""
        known = bool(self.key.kid and self.key.alg in OF and self.public)
        return self.can_sign and known and not self.repeated

    @cached_property
    def public(self) -> Public | None:
        return public(self.key)


@dataclass(frozen=True, slots=True)
class Hardware:
    """What could be read of them; without ``off`` and ``error`` it is all."""

    keys: Sequence[Kept] = ()
    off: Off = Off.NOBODY
    error: AuthleteError | None = None

    def of(self, handle: str) -> Kept | None:
        return next((one for one in self.keys if one.key.handle == handle), None)


def hardware(api: ServiceApi, service: Service) -> Hardware:
    """The keys of a service that are in hardware modules, as Authlete lists them."""
    try:
        return Hardware(kept(api.hardware_keys.list(), service))
    except AuthleteError as error:
        off = CODES.get(error.code, Off.NOBODY)
        return Hardware(off=off, error=None if off else error)


def kept(keys: Sequence[HardwareKey], service: Service) -> list[Kept]:
    """Keys that Authlete listed, by name, and what signs with each."""
    names = Counter(one.kid for one in keys)
    found = []
    for key in sorted(keys, key=lambda one: (one.kid, one.handle)):
        left = others(service, key.alg, key.handle) if key.use == "sig" else None
        needs = [*_needs(service, key, left)]
        found.append(Kept(key, needs, left, names[key.kid] > 1))
    return found


def _needs(service: Service, key: HardwareKey, left: int | None) -> Iterator[Need]:
    for use in signs_with(service, key.kid):
        section, setting = SERVICE.get(use.field, ("", None))
        yield Need(use.label, section, setting.name if setting else "")
    access_tokens = service.get("accessTokenSignAlg") == key.alg
    if left == 0 and access_tokens and not service.get("accessTokenSignatureKeyId"):
        section, setting = SERVICE["accessTokenSignAlg"]
        yield Need(setting.label, section, setting.name, by_algorithm=True)
