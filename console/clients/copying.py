"""A new client made like another one, and what must not be copied blindly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from console.clients.scopes import scopes_of
from console.sentences import CLIENT
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.authlete.redaction import sealed_in

# One client's alone: no two of a service have the alias, the names are what people
# tell them apart by, and the chain of trust names the entity that the original is.
OWN = frozenset({"clientIdAlias", "clientName", "clientNames", "trustChain"})
UNTOLD = frozenset(  # of what is not copied; Authlete sets them for every client
    {
        "number",
        "serviceNumber",
        "clientName",
        "clientIdAliasEnabled",
        "createdAt",
        "modifiedAt",
        "derivedSectorIdentifier",
    }
)
# Whoever is there can act for the copy too, or has its users sent to them.
SHARED = (
    "redirectUris",
    "requestUris",
    "jwksUri",
    "jwks",
    "sectorIdentifierUri",
    "bcNotificationEndpoint",
    "credentialOfferEndpoint",
    "loginUri",
)
EXTENSION, SCOPES = "extension", "requestableScopes"
MADE_HERE = ("", "STATIC_REGISTRATION")


@dataclass(frozen=True, slots=True)
class Copy:
    """What a copy starts as, and where it is not as the original."""

    client: Mapping[str, Any]
    left_out: tuple[str, ...] = ()  # labels: what is the original's alone
    sealed: tuple[str, ...] = ()  # labels: private keys, which nobody here has
    shared: tuple[str, ...] = ()  # labels: addresses and keys that both have now
    lost_scopes: tuple[str, ...] = ()  # the original may ask for them
    no_scopes: bool = False  # those were all; it may ask for none
    registered: bool = False  # by itself or by others, which still change it


def copied(original: Client, target: Service) -> Copy:
    """Members that are not known are copied too; Authlete says what it drops."""
    made: dict[str, Any] = {}
    left_out, sealed = [], []
    for member, value in original.wire().items():
        _, setting = CLIENT.get(member, ("", None))
        label = setting.label if setting else member
        if member in OWN or (setting and setting.fixed):
            if setting and setting.is_set(value) and not _untold(original, member):
                left_out.append(label)
        elif sealed_in(value):
            sealed.append(label)
        else:
            made[member] = value
    made, lost = _within(made, scopes_of(target))
    return Copy(
        made,
        tuple(left_out),
        tuple(sealed),
        tuple(CLIENT[name][1].label for name in SHARED if made.get(name)),
        lost,
        bool(lost) and not made[EXTENSION][SCOPES],
        original.source not in MADE_HERE,
    )


def _untold(original: Client, member: str) -> bool:
    if member == "clientIdAlias":
        return original.alias == str(original.client_id)
    return member in UNTOLD or (
        member == "clientSource" and original.source in MADE_HERE
    )


def _within(
    made: dict[str, Any], known: Mapping[str, str] | None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The copy without the scopes that its service does not have, and those."""
    extension = made.get(EXTENSION)
    asked = extension.get(SCOPES) if isinstance(extension, dict) else None
    if not isinstance(extension, dict) or known is None or not isinstance(asked, list):
        return made, ()
    lost = tuple(str(name) for name in asked if name not in known)
    kept = [name for name in asked if name in known]
    return made | {EXTENSION: {**extension, SCOPES: kept}} if lost else made, lost
