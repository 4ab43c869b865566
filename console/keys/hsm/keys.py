"""The keys of a service that are in hardware modules, and what signs with them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import Http404
from django.urls import reverse
from joserfc.jwk import ECKey, RSAKey

from console.audit_log.change_descriptions import SERVICE_SETTINGS
from console.documents.kinds import DocumentTarget, service_target
from console.keys.hsm.algorithms import GROUP_BY_ALGORITHM
from console.web.access import Workspace
from tenants.authlete import AuthleteClient
from tenants.authlete.api.hardware_keys import HardwareKey, HardwareKeysApi
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.documents.jwks import certificates
from tenants.authlete.documents.jwks.inventory import find_signing_uses
from tenants.authlete.documents.jwks.signing import count_other_signing_keys
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError

JWK_CLASSES: Mapping[str, Any] = {"EC": ECKey, "RSA": RSAKey}


class HsmDisabledBy(StrEnum):
    """Who has keys in hardware switched off; empty where nobody has."""

    NOBODY = ""
    CLUSTER = "cluster"
    SERVICE = "service"


DISABLED_BY_RESULT_CODE = {
    "A001223": HsmDisabledBy.CLUSTER,
    "A266201": HsmDisabledBy.SERVICE,
    "A268201": HsmDisabledBy.SERVICE,
    "A269201": HsmDisabledBy.SERVICE,
    "A270201": HsmDisabledBy.SERVICE,
}


@dataclass(frozen=True, slots=True)
class HsmKeyUse:
    """A setting for which the service signs with a key."""

    label: str
    section: str  # where it is edited; empty for one that is not known here
    name: str
    is_by_algorithm: bool = False  # it names no key, and no other key fits


@dataclass(frozen=True, slots=True)
class HsmPublicKey:
    """The public half of a key."""

    shape: str  # type and size, or curve
    pem: str
    jwk: str
    thumbprint: str  # RFC 7638


def parse_public_key(key: HardwareKey) -> HsmPublicKey | None:
    """None where the module told no public key, or none that can be read."""
    found = certificates.load_public_key(key.public_key)
    if found is None:
        return None
    kty, shape = certificates.describe_key(found)
    if kty not in JWK_CLASSES:
        return None
    form = (Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem = found.public_bytes(*form)
    read = JWK_CLASSES[kty].import_key(pem)
    named = {"kid": key.kid, "use": key.use, "alg": key.alg}
    jwk = {**{n: v for n, v in named.items() if v}, **read.as_dict(private=False)}
    return HsmPublicKey(shape, pem.decode(), json.dumps(jwk, indent=2), read.thumbprint())


@dataclass(frozen=True)
class HsmKey:
    """One key in a module."""

    key: HardwareKey
    uses: Sequence[HsmKeyUse]
    other_key_count: int | None  # keys that make the same signature; None: cannot be told
    has_duplicate_id: bool  # another key in hardware has the same name

    @property
    def name(self) -> str:
        return self.key.kid or self.key.handle

    @property
    def can_sign(self) -> bool:
        return self.key.use == "sig"

    @property
    def can_roll_over(self) -> bool:
        """Whether a new key of its kind can take its place, and be told from it."""
        known = bool(self.key.kid and self.key.alg in GROUP_BY_ALGORITHM and self.public_key)
        return self.can_sign and known and not self.has_duplicate_id

    @cached_property
    def public_key(self) -> HsmPublicKey | None:
        return parse_public_key(self.key)


@dataclass(frozen=True, slots=True)
class HsmKeyList:
    """What could be read of them; without ``off`` and ``error`` it is all."""

    keys: Sequence[HsmKey] = ()
    disabled_by: HsmDisabledBy = HsmDisabledBy.NOBODY
    error: AuthleteError | None = None

    def get(self, handle: str) -> HsmKey | None:
        return next((one for one in self.keys if one.key.handle == handle), None)


def load_hsm_keys(api: ServiceApi, service: Service) -> HsmKeyList:
    """The keys of a service that are in hardware modules, as Authlete lists them."""
    try:
        return HsmKeyList(build_hsm_keys(api.hardware_keys.list(), service))
    except AuthleteError as error:
        off = DISABLED_BY_RESULT_CODE.get(error.code, HsmDisabledBy.NOBODY)
        return HsmKeyList(disabled_by=off, error=None if off else error)


def build_hsm_keys(keys: Sequence[HardwareKey], service: Service) -> list[HsmKey]:
    """Keys that Authlete listed, by name, and what signs with each."""
    names = Counter(one.kid for one in keys)
    found = []
    for key in sorted(keys, key=lambda one: (one.kid, one.handle)):
        left = count_other_signing_keys(service, key.alg, key.handle) if key.use == "sig" else None
        needs = [*_find_uses(service, key, left)]
        found.append(HsmKey(key, needs, left, names[key.kid] > 1))
    return found


def _find_uses(
    service: Service, key: HardwareKey, other_key_count: int | None
) -> Iterator[HsmKeyUse]:
    for use in find_signing_uses(service, key.kid):
        section, setting = SERVICE_SETTINGS.get(use.field, ("", None))
        yield HsmKeyUse(use.label, section, setting.name if setting else "")
    access_tokens = service.get("accessTokenSignAlg") == key.alg
    if other_key_count == 0 and access_tokens and not service.get("accessTokenSignatureKeyId"):
        section, setting = SERVICE_SETTINGS["accessTokenSignAlg"]
        yield HsmKeyUse(setting.label, section, setting.name, is_by_algorithm=True)


@dataclass(frozen=True, slots=True)
class HsmPage:
    """A service and its keys in hardware, both just read."""

    target: DocumentTarget
    service: Service
    key_list: HsmKeyList

    def get_key(self, handle: str) -> HsmKey:
        """The key; raises what kept it from being read, or `Http404`."""
        if self.key_list.error:
            raise self.key_list.error
        if found := self.key_list.get(handle):
            return found
        raise Http404

    def api(self, authlete: AuthleteClient) -> HardwareKeysApi:
        """The calls about them."""
        return authlete.service(self.target.service_id).hardware_keys

    def context(self) -> dict[str, Any]:
        return self.target.context(self.service) | {"hardware": self.key_list}


def load_hsm_page(workspace: Workspace, service_id: int) -> HsmPage:
    target = service_target(workspace, service_id)
    api = workspace.authlete.service(service_id)
    service = api.get()
    return HsmPage(target, service, load_hsm_keys(api, service))


def keys_path(name: str, workspace: Workspace, service_id: int, *args: str) -> str:
    """The path of the page ``keys:name``."""
    at = (workspace.organization.slug, workspace.region.name, service_id, *args)
    return reverse(f"keys:{name}", args=at)
