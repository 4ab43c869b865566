"""The HSM keys of a service, and the settings that use them."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any, cast

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.http import Http404
from django.urls import reverse
from joserfc.jwk import ECKey, RSAKey
from pydantic import TypeAdapter

from console.audit_log.change_descriptions import SERVICE_SETTINGS
from console.documents.kinds import DocumentTarget, service_target
from console.history.outages import read_document
from console.keys.hsm.operations import GROUP_BY_ALGORITHM
from console.web.access import Workspace
from console.web.outages import Outage
from tenants.authlete.api.hardware_keys import HardwareKey
from tenants.authlete.api.services import ServiceApi
from tenants.authlete.documents.jwks import certificates
from tenants.authlete.documents.jwks.inventory import find_key_uses
from tenants.authlete.documents.jwks.signing import count_other_signing_keys
from tenants.authlete.documents.service import Service
from tenants.authlete.errors import AuthleteError

JWK_CLASSES: Mapping[str, Any] = {"EC": ECKey, "RSA": RSAKey}


class HsmDisabledBy(StrEnum):
    """Where HSM keys are disabled; ``NOBODY`` if they are enabled."""

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
    """A setting that uses an HSM key."""

    label: str
    section: str  # of the settings form; empty for an unknown setting
    name: str
    is_by_algorithm: bool = False  # names no key, and only this one has the algorithm


@dataclass(frozen=True, slots=True)
class HsmPublicKey:
    """The public key of an HSM key."""

    shape: str  # type and size, or curve
    pem: str
    jwk: str
    thumbprint: str  # RFC 7638


def parse_public_key(key: HardwareKey) -> HsmPublicKey | None:
    """Return the public key, or None if Authlete returned none or an unknown format."""
    public_key = certificates.load_public_key(key.public_key)
    if public_key is None:
        return None
    kty, shape = certificates.describe_key(public_key)
    if kty not in JWK_CLASSES:
        return None
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    imported = JWK_CLASSES[kty].import_key(pem)
    members = {"kid": key.kid, "use": key.use, "alg": key.alg}
    jwk = {name: value for name, value in members.items() if value}
    jwk |= imported.as_dict(private=False)
    return HsmPublicKey(shape, pem.decode(), json.dumps(jwk, indent=2), imported.thumbprint())


@dataclass(frozen=True)
class HsmKey:
    """An HSM key and the settings that use it."""

    key: HardwareKey
    uses: Sequence[HsmKeyUse]
    other_key_count: int | None  # with the same algorithm; None if unknown
    has_duplicate_id: bool  # another HSM key has the same ID

    @property
    def name(self) -> str:
        """The key ID, or the handle of a key without one."""
        return self.key.kid or self.key.handle

    @property
    def can_sign(self) -> bool:
        """Whether the key signs rather than decrypts."""
        return self.key.use == "sig"

    @property
    def can_roll_over(self) -> bool:
        """Whether a new key of the same type can replace it, and have a different key ID."""
        is_supported = bool(self.key.kid and self.key.alg in GROUP_BY_ALGORITHM and self.public_key)
        return self.can_sign and is_supported and not self.has_duplicate_id

    @cached_property
    def public_key(self) -> HsmPublicKey | None:
        """The public key, if it is known."""
        return parse_public_key(self.key)


@dataclass(frozen=True, slots=True)
class HsmKeyList:
    """The HSM keys of a service, unless they are disabled or failed to load."""

    keys: Sequence[HsmKey] = ()
    disabled_by: HsmDisabledBy = HsmDisabledBy.NOBODY
    error: AuthleteError | None = None

    def get(self, handle: str) -> HsmKey | None:
        """Return the key with that handle."""
        return next((hsm_key for hsm_key in self.keys if hsm_key.key.handle == handle), None)


def load_hsm_keys(api: ServiceApi, service: Service) -> HsmKeyList:
    """Fetch the HSM keys of a service."""
    try:
        return HsmKeyList(build_hsm_keys(api.hardware_keys.list(), service))
    except AuthleteError as error:
        disabled_by = DISABLED_BY_RESULT_CODE.get(error.code, HsmDisabledBy.NOBODY)
        return HsmKeyList(disabled_by=disabled_by, error=None if disabled_by else error)


def build_hsm_keys(keys: Sequence[HardwareKey], service: Service) -> list[HsmKey]:
    """Add the uses to keys that Authlete listed, and sort them by ID."""
    kid_counts = Counter(key.kid for key in keys)
    hsm_keys = []
    for key in sorted(keys, key=lambda key: (key.kid, key.handle)):
        other_count = None
        if key.use == "sig":
            other_count = count_other_signing_keys(service, key.alg, key.handle)
        uses = [*_find_uses(service, key, other_count)]
        hsm_keys.append(HsmKey(key, uses, other_count, kid_counts[key.kid] > 1))
    return hsm_keys


def _find_uses(
    service: Service, key: HardwareKey, other_key_count: int | None
) -> Iterator[HsmKeyUse]:
    for use in find_key_uses(service, key.kid):
        section, setting = SERVICE_SETTINGS.get(use.field, ("", None))
        yield HsmKeyUse(use.label, section, setting.name if setting else "")
    access_tokens = service.get("accessTokenSignAlg") == key.alg
    if other_key_count == 0 and access_tokens and not service.get("accessTokenSignatureKeyId"):
        section, setting = SERVICE_SETTINGS["accessTokenSignAlg"]
        yield HsmKeyUse(setting.label, section, setting.name, is_by_algorithm=True)


@dataclass(frozen=True, slots=True)
class HsmPage:
    """What pages about HSM keys show: a service and its keys."""

    target: DocumentTarget
    service: Service
    key_list: HsmKeyList
    outage: Outage | None = None  # shows the last version, and changes nothing

    def get_key(self, handle: str) -> HsmKey:
        """Return a key; raises the error of the list, or `Http404`."""
        if self.key_list.error:
            raise self.key_list.error
        if hsm_key := self.key_list.get(handle):
            return hsm_key
        raise Http404

    def context(self) -> dict[str, Any]:
        """Return the template context of every page about HSM keys."""
        context = {"key_list": self.key_list, "outage": self.outage}
        return self.target.context(self.service) | context


def load_hsm_page(workspace: Workspace, service_id: int) -> HsmPage:
    """Fetch a service and its HSM keys."""
    target = service_target(workspace, service_id)
    api = workspace.authlete.service(service_id)
    service = api.get()
    return HsmPage(target, service, load_hsm_keys(api, service))


def read_hsm_page(workspace: Workspace, service_id: int) -> HsmPage:
    """Fetch a service and its HSM keys, or return the last version during an outage."""
    reading = read_document(service_target(workspace, service_id))
    service = cast(Service, reading.document)
    if reading.outage is None:
        key_list = load_hsm_keys(workspace.authlete.service(service_id), service)
    else:
        stored = service.get("hsks")
        keys = TypeAdapter(list[HardwareKey]).validate_python(stored or [])
        key_list = HsmKeyList(build_hsm_keys(keys, service))
    return HsmPage(reading.target, service, key_list, reading.outage)


def keys_path(name: str, workspace: Workspace, service_id: int, *args: str) -> str:
    """Return the path of the page ``keys:<name>`` of a service."""
    service_args = (workspace.organization.slug, workspace.region.name, service_id)
    return reverse(f"keys:{name}", args=[*service_args, *args])
