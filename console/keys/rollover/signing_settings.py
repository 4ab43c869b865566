"""The settings that sign with a key, and the lifetime of the signed objects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from console.keys.hsm.keys import HsmKey
from console.keys.jwks.key_sets import (
    SET_BY_SETTING,
    SIGNING_SETTINGS,
    KeySet,
    KeySetRow,
    setting_label,
)
from tenants.authlete.documents.base import filter_objects
from tenants.authlete.documents.service import Service

# The setting with the lifetime of the signed objects; other signatures are verified on receipt.
LIFETIME_SETTINGS = {
    "idTokenSignatureKeyId": "idTokenDuration",
    "accessTokenSignatureKeyId": "accessTokenDuration",
    "authorizationSignatureKeyId": "authorizationResponseDuration",
    "federationSignatureKeyId": "federationConfigurationDuration",
}
# A scope may have its own (Authlete facts, 9.3), in seconds as a text.
SCOPE_LIFETIME_ATTRIBUTES = {
    "idTokenSignatureKeyId": "id_token.duration",
    "accessTokenSignatureKeyId": "access_token.duration",
}
SECONDS_PATTERN = re.compile("[0-9]{1,18}")
ALGORITHM_SETTINGS = {"accessTokenSignatureKeyId": "accessTokenSignAlg"}


@dataclass(frozen=True, slots=True)
class SigningSetting:
    """A setting that names a signing key, or could."""

    member: str
    label: str
    is_unset: bool  # names no key, so that Authlete chooses one
    lifetime: int  # of the signed objects, in seconds


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key in a key set or an HSM."""

    kid: str
    alg: str
    can_sign: bool


def find_jwk_settings(service: Service, member: str, row: KeySetRow) -> list[SigningSetting]:
    """Return the settings that name a key of a set, or name none and may use it."""
    key = SigningKey(row.summary.kid, row.summary.alg, row.can_sign)
    return _find_settings(service, SIGNING_SETTINGS[member], key)


def find_hsm_settings(service: Service, hsm_key: HsmKey) -> list[SigningSetting]:
    """Return the settings that name an HSM key, or name none and may use it."""
    key = SigningKey(hsm_key.key.kid, hsm_key.key.alg, hsm_key.can_sign)
    names = [
        name
        for name, member in SET_BY_SETTING.items()
        if member == "jwks" or service.get(name) == hsm_key.key.kid
    ]
    return _find_settings(service, names, key)


def list_unset_labels(service: Service, keys: KeySet, row: KeySetRow | None = None) -> list[str]:
    """Return the labels of settings that name no key and may use one of these."""
    rows = [row] if row else keys.rows
    settings = [s for row in rows for s in find_jwk_settings(service, keys.member, row)]
    return list(dict.fromkeys(setting.label for setting in settings if setting.is_unset))


def longest_lifetime(settings: Sequence[SigningSetting]) -> int:
    """Return the longest lifetime of the settings' signed objects, in seconds."""
    return max((setting.lifetime for setting in settings), default=0)


def _find_settings(service: Service, names: Sequence[str], key: SigningKey) -> list[SigningSetting]:
    return [
        SigningSetting(name, setting_label(name), not service.get(name), _lifetime(service, name))
        for name in names
        if key.kid
        and (
            service.get(name) == key.kid
            or (not service.get(name) and _may_sign(service, name, key))
        )
    ]


def _lifetime(service: Service, name: str) -> int:
    """Return the longest lifetime set for the service or a scope."""
    attribute_name = SCOPE_LIFETIME_ATTRIBUTES.get(name, "")
    values = [
        str(attribute.get("value"))
        for scope in service.get_objects("supportedScopes")
        for attribute in filter_objects(scope.get("attributes"))
        if attribute.get("key") == attribute_name
    ]
    scope_lifetimes = [int(value) for value in values if SECONDS_PATTERN.fullmatch(value)]
    lifetime = service.get(LIFETIME_SETTINGS.get(name, ""))
    return max([lifetime if isinstance(lifetime, int) else 0, *scope_lifetimes])


def _may_sign(service: Service, name: str, key: SigningKey) -> bool:
    """Return whether Authlete may use the key for a setting that names none."""
    if not key.can_sign:
        return False
    if name in ALGORITHM_SETTINGS:
        return bool(service.get(ALGORITHM_SETTINGS[name]) == key.alg)
    # Each client has its own algorithm, so assume that any key may sign ID tokens.
    return name in ("idTokenSignatureKeyId", "federationSignatureKeyId")
