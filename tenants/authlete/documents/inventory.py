"""Every key and certificate that a service or a client holds, and what names it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from tenants.authlete.documents import key_facts
from tenants.authlete.documents.base import Document
from tenants.authlete.documents.key_facts import Fact, Mark
from tenants.authlete.documents.key_uses import NAMING
from tenants.authlete.redaction import Fingerprint

FEDERATION_KEY = "federationSignatureKeyId"


class Kind(StrEnum):
    """Where a key stands."""

    HARDWARE = "hardware"
    SERVICE = "service"
    FEDERATION = "federation"
    CREDENTIAL = "credential"
    ANCHOR = "anchor"
    CLIENT = "client"
    ROOT = "root"  # a trusted root certificate
    CHAIN = "chain"  # a further certificate of a key's x5c


@dataclass(frozen=True, slots=True)
class Held:
    """One key in its place."""

    kind: Kind
    fact: Fact
    used_by: Sequence[str] = ()  # Authlete's names of the settings that name it


def of_service(service: Document) -> list[Held]:
    """All keys in a service's settings, those of its hardware module included."""
    names = _names(service)
    own = {at: kid for at, kid in names.items() if at != FEDERATION_KEY}
    found = [
        Held(Kind.HARDWARE, one, _named(one, own))
        for one in map(key_facts.of_hardware, service.objects("hsks"))
    ]
    found += _set(Kind.SERVICE, service, "jwks", own)
    held = {one.fact.kid for one in found}
    found += [
        Held(Kind.SERVICE, Fact(kid, marks=(Mark.MISSING,)), _named(Fact(kid), own))
        for kid in dict.fromkeys(own.values())
        if kid not in held
    ]
    theirs = {at: kid for at, kid in names.items() if at == FEDERATION_KEY}
    found += _set(Kind.FEDERATION, service, "federationJwks", theirs)
    found += _set(Kind.CREDENTIAL, service, "credentialJwks", {})
    for anchor in service.objects("trustAnchors"):
        found += _keys(Kind.ANCHOR, anchor.get("jwks"), {}, public=True)
    found += [
        Held(Kind.ROOT, key_facts.of_certificate(pem))
        for pem in service.texts("trustedRootCertificates")
    ]
    return found


def of_client(client: Document) -> list[Held]:
    """The keys that a client registered; not those at an address of its own."""
    return list(_set(Kind.CLIENT, client, "jwks", _names(client), public=True))


def _set(
    kind: Kind,
    document: Document,
    member: str,
    names: dict[str, str],
    *,
    public: bool = False,
) -> Iterator[Held]:
    return _keys(kind, document.get(member), names, public=public)


def _keys(
    kind: Kind, text: object, names: dict[str, str], *, public: bool
) -> Iterator[Held]:
    if isinstance(text, Fingerprint):  # sealed as a whole, since it cannot be read
        yield Held(kind, Fact(marks=(Mark.UNREADABLE,)))
    elif isinstance(text, str) and text:
        for one in key_facts.of_set(text, public=public):
            yield Held(kind, one, _named(one, names))
            yield from (Held(Kind.CHAIN, further) for further in one.chain)


def _names(document: Document) -> dict[str, str]:
    """The settings that name a key, and which."""
    found = {at: document.text(at) for at in _naming(document.members())}
    return {at: kid for at, kid in found.items() if kid}


@lru_cache(maxsize=256)
def _naming(members: tuple[str, ...]) -> list[str]:
    """Those that name a key; the services of a list have mostly the same members."""
    return [one for one in members if one.endswith(NAMING)]


def _named(fact: Fact, names: dict[str, str]) -> tuple[str, ...]:
    if not fact.kid:
        return ()
    return tuple(at for at, kid in names.items() if kid == fact.kid)
