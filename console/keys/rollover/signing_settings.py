"""What a service signs with a key, and how long that is valid."""

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

# The setting that says how long what is signed may be held against the key; what is
# not here is looked at once, as it arrives.
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
    """A setting that makes a key sign, or would if it named one."""

    member: str
    label: str
    is_unset: bool  # so that Authlete signs with a key that fits
    lifetime: int  # seconds that what it signs is valid


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key, wherever it is."""

    kid: str
    alg: str
    can_sign: bool


def find_jwk_settings(service: Service, member: str, row: KeySetRow) -> list[SigningSetting]:
    """What signs with a key of a set; also what names none and may well sign with
    it."""
    key = SigningKey(row.summary.kid, row.summary.alg, row.can_sign)
    return _find_settings(service, SIGNING_SETTINGS[member], key)


def find_hsm_settings(service: Service, hsm_key: HsmKey) -> list[SigningSetting]:
    """The same of a key in a module, which may sign whatever names it."""
    key = SigningKey(hsm_key.key.kid, hsm_key.key.alg, hsm_key.can_sign)
    names = [
        name
        for name, member in SET_BY_SETTING.items()
        if member == "jwks" or service.get(name) == hsm_key.key.kid
    ]
    return _find_settings(service, names, key)


def list_unset_labels(service: Service, keys: KeySet, row: KeySetRow | None = None) -> list[str]:
    """Labels of what names no key, and may be signed with one of these."""
    rows = [row] if row else keys.rows
    found = [one for row in rows for one in find_jwk_settings(service, keys.member, row)]
    return list(dict.fromkeys(one.label for one in found if one.is_unset))


def longest_lifetime(settings: Sequence[SigningSetting]) -> int:
    """Seconds until all of what they sign has ended."""
    return max((one.lifetime for one in settings), default=0)


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
    named = SCOPE_LIFETIME_ATTRIBUTES.get(name, "")
    own = [
        str(one.get("value"))
        for scope in service.get_objects("supportedScopes")
        for one in filter_objects(scope.get("attributes"))
        if one.get("key") == named
    ]
    lifetimes = [int(text) for text in own if SECONDS_PATTERN.fullmatch(text)]
    usual = service.get(LIFETIME_SETTINGS.get(name, ""))
    return max([usual if isinstance(usual, int) else 0, *lifetimes])


def _may_sign(service: Service, name: str, key: SigningKey) -> bool:
    """Whether what names no key may be signed with this one."""
    if not key.can_sign:
        return False
    if name in ALGORITHM_SETTINGS:
        return bool(service.get(ALGORITHM_SETTINGS[name]) == key.alg)
    # Its algorithm is each client's, and ID tokens are what everybody checks.
    return name in ("idTokenSignatureKeyId", "federationSignatureKeyId")
