"""What a service signs with a key, and how long that is valid."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from console.keys.hardware import Kept
from console.keys.sets import SET_OF, SIGNS, KeySet, Row, label
from tenants.authlete.documents.base import objects_in
from tenants.authlete.documents.service import Service

# The setting that says how long what is signed may be held against the key; what is
# not here is looked at once, as it arrives.
LIFETIMES = {
    "idTokenSignatureKeyId": "idTokenDuration",
    "accessTokenSignatureKeyId": "accessTokenDuration",
    "authorizationSignatureKeyId": "authorizationResponseDuration",
    "federationSignatureKeyId": "federationConfigurationDuration",
}
# A scope may have its own (`api.md`, section 9.3), in seconds as a text.
BY_SCOPE = {
    "idTokenSignatureKeyId": "id_token.duration",
    "accessTokenSignatureKeyId": "access_token.duration",
}
SECONDS = re.compile("[0-9]{1,18}")
ALGORITHMS = {"accessTokenSignatureKeyId": "accessTokenSignAlg"}


@dataclass(frozen=True, slots=True)
class Signing:
    """A setting that makes a key sign, or would if it named one."""

    member: str
    label: str
    names_none: bool  # so that Authlete signs with a key that fits
    lifetime: int  # seconds that what it signs is valid


@dataclass(frozen=True, slots=True)
class Signer:
    """A key, wherever it is."""

    kid: str
    alg: str
    can_sign: bool


def signings(service: Service, member: str, row: Row) -> list[Signing]:
    """What signs with a key of a set; also what names none and may well sign with
    it."""
    key = Signer(row.line.kid, row.line.alg, row.can_sign)
    return _signings(service, SIGNS[member], key)


def signings_in_hardware(service: Service, kept: Kept) -> list[Signing]:
    """The same of a key in a module, which may sign whatever names it."""
    key = Signer(kept.key.kid, kept.key.alg, kept.can_sign)
    names = [
        name
        for name, member in SET_OF.items()
        if member == "jwks" or service.get(name) == kept.key.kid
    ]
    return _signings(service, names, key)


def unnamed(service: Service, keys: KeySet, only: Row | None = None) -> list[str]:
    """Labels of what names no key, and may be signed with one of these."""
    rows = [only] if only else keys.rows
    found = [one for row in rows for one in signings(service, keys.member, row)]
    return list(dict.fromkeys(one.label for one in found if one.names_none))


def longest(signings: Sequence[Signing]) -> int:
    """Seconds until all of what they sign has ended."""
    return max((one.lifetime for one in signings), default=0)


def _signings(service: Service, names: Sequence[str], key: Signer) -> list[Signing]:
    return [
        Signing(name, label(name), not service.get(name), _lifetime(service, name))
        for name in names
        if key.kid
        and (
            service.get(name) == key.kid
            or (not service.get(name) and _may_sign(service, name, key))
        )
    ]


def _lifetime(service: Service, name: str) -> int:
    named = BY_SCOPE.get(name, "")
    own = [
        str(one.get("value"))
        for scope in service.objects("supportedScopes")
        for one in objects_in(scope.get("attributes"))
        if one.get("key") == named
    ]
    lifetimes = [int(text) for text in own if SECONDS.fullmatch(text)]
    usual = service.get(LIFETIMES.get(name, ""))
    return max([usual if isinstance(usual, int) else 0, *lifetimes])


def _may_sign(service: Service, name: str, key: Signer) -> bool:
    """Whether what names no key may be signed with this one."""
    if not key.can_sign:
        return False
    if name in ALGORITHMS:
        return bool(service.get(ALGORITHMS[name]) == key.alg)
    # Its algorithm is each client's, and ID tokens are what everybody checks.
    return name in ("idTokenSignatureKeyId", "federationSignatureKeyId")
