"""Which settings of a service or a client name a key."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from tenants.authlete.documents import client, service
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.jwks import analysis
from tenants.authlete.documents.jwks.analysis import KeyInfo, KeyIssue
from tenants.authlete.redaction.redactor import Fingerprint

KEY_ID_SUFFIX = "KeyId"  # how members end that name a key


class KeyUse(NamedTuple):
    """A setting that names a key."""

    field: str  # Authlete's name of it
    label: str  # the same name where it is not declared


def find_signing_uses(holder: service.Service, kid: str) -> list[KeyUse]:
    """The settings of a service that make it sign with the key of that name.

    Authlete chooses by algorithm where none is set, which nothing here tells.
    """
    return find_key_uses(holder, kid)


def find_key_uses(document: Document, kid: str) -> list[KeyUse]:
    """The settings that name a key; a newer Authlete's too, by how they are called.

    A client's settings name keys of its own set alone, never a service's.
    """
    if not kid:
        return []
    sections = client if isinstance(document, client.Client) else service
    labels = {
        one.api_name: one.label
        for section in sections.SECTIONS.values()
        for one in section.settings()
    }
    return [
        KeyUse(name, labels.get(name, name))
        for name, value in document.to_dict().items()
        if name.endswith(KEY_ID_SUFFIX) and value == kid
    ]


FEDERATION_KEY_FIELD = "federationSignatureKeyId"


class KeyLocation(StrEnum):
    """Where a key stands."""

    HARDWARE = "hardware"
    SERVICE = "service"
    FEDERATION = "federation"
    CREDENTIAL = "credential"
    TRUST_ANCHOR = "anchor"
    CLIENT = "client"
    TRUSTED_ROOT = "root"  # a trusted root certificate
    CHAIN = "chain"  # a further certificate of a key's x5c


@dataclass(frozen=True, slots=True)
class InventoryKey:
    """One key in its place."""

    location: KeyLocation
    info: KeyInfo
    used_by: Sequence[str] = ()  # Authlete's names of the settings that name it


def list_service_keys(service: Document) -> list[InventoryKey]:
    """All keys in a service's settings, those of its hardware module included."""
    names = _key_id_settings(service)
    own = {at: kid for at, kid in names.items() if at != FEDERATION_KEY_FIELD}
    found = [
        InventoryKey(KeyLocation.HARDWARE, one, _used_by(one, own))
        for one in map(analysis.analyze_hardware_key, service.get_objects("hsks"))
    ]
    found += _keys_in_field(KeyLocation.SERVICE, service, "jwks", own)
    held = {one.info.kid for one in found}
    found += [
        InventoryKey(
            KeyLocation.SERVICE,
            KeyInfo(kid, issues=(KeyIssue.NOT_IN_SET,)),
            _used_by(KeyInfo(kid), own),
        )
        for kid in dict.fromkeys(own.values())
        if kid not in held
    ]
    theirs = {at: kid for at, kid in names.items() if at == FEDERATION_KEY_FIELD}
    found += _keys_in_field(KeyLocation.FEDERATION, service, "federationJwks", theirs)
    found += _keys_in_field(KeyLocation.CREDENTIAL, service, "credentialJwks", {})
    for anchor in service.get_objects("trustAnchors"):
        found += _keys_in_set(KeyLocation.TRUST_ANCHOR, anchor.get("jwks"), {}, must_be_public=True)
    found += [
        InventoryKey(KeyLocation.TRUSTED_ROOT, analysis.analyze_certificate(pem))
        for pem in service.get_texts("trustedRootCertificates")
    ]
    return found


def list_client_keys(client: Document) -> list[InventoryKey]:
    """The keys that a client registered; not those at an address of its own."""
    return list(
        _keys_in_field(
            KeyLocation.CLIENT,
            client,
            "jwks",
            _key_id_settings(client),
            must_be_public=True,
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
    location: KeyLocation,
    text: object,
    key_ids: dict[str, str],
    *,
    must_be_public: bool,
) -> Iterator[InventoryKey]:
    if isinstance(text, Fingerprint):  # sealed as a whole, since it cannot be read
        yield InventoryKey(location, KeyInfo(issues=(KeyIssue.UNREADABLE,)))
    elif isinstance(text, str) and text:
        for one in analysis.analyze_jwk_set(text, must_be_public=must_be_public):
            yield InventoryKey(location, one, _used_by(one, key_ids))
            yield from (InventoryKey(KeyLocation.CHAIN, further) for further in one.chain)


def _key_id_settings(document: Document) -> dict[str, str]:
    """The settings that name a key, and which."""
    found = {at: document.get_text(at) for at in _key_id_fields(document.field_names())}
    return {at: kid for at, kid in found.items() if kid}


@lru_cache(maxsize=256)
def _key_id_fields(field_names: tuple[str, ...]) -> list[str]:
    """Those that name a key; the services of a list have mostly the same members."""
    return [one for one in field_names if one.endswith(KEY_ID_SUFFIX)]


def _used_by(info: KeyInfo, key_ids: dict[str, str]) -> tuple[str, ...]:
    if not info.kid:
        return ()
    return tuple(at for at, kid in key_ids.items() if kid == info.kid)
