"""List the keys and certificates of a service or client, and the settings using them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.jwks import analysis
from tenants.authlete.documents.jwks.analysis import KeyInfo, KeyIssue
from tenants.authlete.redaction.fingerprint import Fingerprint

KEY_ID_SUFFIX = "KeyId"  # of API fields that refer to a key
FEDERATION_KEY_FIELD = "federationSignatureKeyId"


class KeyUse(NamedTuple):
    """A setting that refers to a key."""

    field: str  # API name
    label: str  # or the API name of an undeclared setting


def find_key_uses(document: Document, kid: str) -> list[KeyUse]:
    """Return the settings that refer to a key ID, including unknown ones of newer versions.

    A client's settings refer only to its own keys. Authlete picks a key by algorithm if no
    setting names one; such uses aren't reported.
    """
    if not kid:
        return []
    sections = client if isinstance(document, client.Client) else service
    labels = {
        setting.api_name: setting.label
        for section in sections.SECTIONS.values()
        for setting in section.settings()
    }
    return [
        KeyUse(name, labels.get(name, name))
        for name, value in document.to_dict().items()
        if name.endswith(KEY_ID_SUFFIX) and value == kid
    ]


class KeyLocation(StrEnum):
    """Where a key is stored. The values are stored."""

    HARDWARE = "hardware"
    SERVICE = "service"
    FEDERATION = "federation"
    CREDENTIAL = "credential"
    TRUST_ANCHOR = "anchor"
    CLIENT = "client"
    TRUSTED_ROOT = "root"  # a trusted root certificate
    CHAIN = "chain"  # a further certificate in x5c


@dataclass(frozen=True, slots=True)
class InventoryKey:
    """One key and its location."""

    location: KeyLocation
    info: KeyInfo
    used_by: Sequence[str] = ()  # API names of the settings that refer to it


def list_service_keys(service: Document) -> list[InventoryKey]:
    """Return all keys of a service, including those in hardware modules."""
    key_ids = _key_id_settings(service)
    own_ids = {field: kid for field, kid in key_ids.items() if field != FEDERATION_KEY_FIELD}
    keys = [
        InventoryKey(KeyLocation.HARDWARE, info, _used_by(info, own_ids))
        for info in map(analysis.analyze_hardware_key, service.get_objects("hsks"))
    ]
    keys += _keys_in_field(KeyLocation.SERVICE, service, "jwks", own_ids)
    present = {key.info.kid for key in keys}
    keys += [
        InventoryKey(
            KeyLocation.SERVICE,
            KeyInfo(kid, issues=(KeyIssue.NOT_IN_SET,)),
            _used_by(KeyInfo(kid), own_ids),
        )
        for kid in dict.fromkeys(own_ids.values())
        if kid not in present
    ]
    federation_ids = {field: kid for field, kid in key_ids.items() if field == FEDERATION_KEY_FIELD}
    keys += _keys_in_field(KeyLocation.FEDERATION, service, "federationJwks", federation_ids)
    keys += _keys_in_field(KeyLocation.CREDENTIAL, service, "credentialJwks", {})
    for anchor in service.get_objects("trustAnchors"):
        keys += _keys_in_set(KeyLocation.TRUST_ANCHOR, anchor.get("jwks"), {}, must_be_public=True)
    keys += [
        InventoryKey(KeyLocation.TRUSTED_ROOT, analysis.analyze_certificate(pem))
        for pem in service.get_texts("trustedRootCertificates")
    ]
    return keys


def list_client_keys(client: Document) -> list[InventoryKey]:
    """Return the keys in the client's JWK Set, but not those at its JWK Set URL."""
    return list(
        _keys_in_field(
            KeyLocation.CLIENT, client, "jwks", _key_id_settings(client), must_be_public=True
        )
    )


def _keys_in_field(
    location: KeyLocation,
    document: Document,
    field: str,
    key_ids: dict[str, str],
    *,
    must_be_public: bool = False,
) -> Iterator[InventoryKey]:
    return _keys_in_set(location, document.get(field), key_ids, must_be_public=must_be_public)


def _keys_in_set(
    location: KeyLocation, text: object, key_ids: dict[str, str], *, must_be_public: bool
) -> Iterator[InventoryKey]:
    if isinstance(text, Fingerprint):  # redacted as a whole because it is unreadable
        yield InventoryKey(location, KeyInfo(issues=(KeyIssue.UNREADABLE,)))
    elif isinstance(text, str) and text:
        for info in analysis.analyze_jwk_set(text, must_be_public=must_be_public):
            yield InventoryKey(location, info, _used_by(info, key_ids))
            yield from (InventoryKey(KeyLocation.CHAIN, certificate) for certificate in info.chain)


def _key_id_settings(document: Document) -> dict[str, str]:
    """Return the key IDs by the setting that refers to them."""
    key_ids = {field: document.get_text(field) for field in _key_id_fields(document.field_names())}
    return {field: kid for field, kid in key_ids.items() if kid}


@lru_cache(maxsize=256)
def _key_id_fields(field_names: tuple[str, ...]) -> list[str]:
    """Filter the fields that refer to keys; cached since services have the same fields."""
    return [name for name in field_names if name.endswith(KEY_ID_SUFFIX)]


def _used_by(info: KeyInfo, key_ids: dict[str, str]) -> tuple[str, ...]:
    if not info.kid:
        return ()
    return tuple(field for field, kid in key_ids.items() if kid == info.kid)
