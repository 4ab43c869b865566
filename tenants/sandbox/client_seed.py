"""Makes the clients of a seeded service, when somebody first asks for them."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from functools import cache
from random import Random

from tenants.sandbox import client_archetypes as kinds
from tenants.sandbox.certificates import with_keys
from tenants.sandbox.client_world import (
    CASTS,
    DOCUMENT,
    DYNAMIC,
    LOCKED,
    ODD,
    OLD,
    STAFF,
    STAFF_HOST,
    Part,
)
from tenants.sandbox.clients import KIND, restricted
from tenants.sandbox.minting import key_set
from tenants.sandbox.sectors import derived
from tenants.sandbox.wire import Exact, Members
from tenants.sandbox.world import Plot

DAY = 86_400_000  # milliseconds
FILLERS = (
    kinds.single_page,
    kinds.native,
    kinds.web,
    kinds.job,
    kinds.third_party,
    kinds.signing_job,
)
FIRST = "Amber Birch Cedar Delta Ember Fjord Grove Harvest Indigo Juniper".split()
SECOND = "Books Clinic Freight Garden Hotels Insurance Kitchen Ledger Travel".split()


def planned(plot: Plot, count: int | None) -> int:
    """How many clients the service will have."""
    return len(_cast(plot)) if count is None else count


def sown(
    service: Members, plot: Plot, random: Random, count: int | None
) -> dict[int, Members]:
    """``count`` clients, or as many as a service like that has."""
    made: dict[int, Members] = {}
    for number, client in enumerate(_clients(service, plot, random, count), 1):
        client["number"] = number
        client["serviceNumber"] = service["number"]
        made[client["clientId"]] = client
    return made


def _clients(
    service: Members, plot: Plot, random: Random, count: int | None
) -> Iterator[Members]:
    cast = _cast(plot)
    for part in cast[:count]:
        yield _played(part, plot, service, random)
    for at in range(len(cast), count or 0):
        yield _filler(at, service, random)


def _cast(plot: Plot) -> tuple[Part, ...]:
    if plot.host.startswith(STAFF_HOST):
        return STAFF
    if plot.mark == "filler":
        return CASTS[plot.kind][:3]
    return CASTS[plot.kind] + ((ODD,) if plot.mark == "odd" else ())


def _played(part: Part, plot: Plot, service: Members, random: Random) -> Members:
    name = random.choice(part.names.split("|")).format(service=plot.name)
    slug = "".join(name.lower().split())
    host = part.host.format(host=plot.host, slug=slug)
    settings: Members = {"clientName": name} | part.kind(host) | part.more
    if part.scopes is not None:
        names = [one["name"] for one in service.get("supportedScopes", ())]
        settings["extension"] = settings.get("extension", {}) | {
            "requestableScopesEnabled": True,
            "requestableScopes": names[-part.scopes :] if part.scopes else [],
        }
    base = _born(service, random)
    client = KIND.replaced(base, settings, (), 0)
    if "extension" in client:
        client["extension"] = restricted(service, client["extension"])
    client["clientIdAlias"] = client.get("clientIdAlias") or str(client["clientId"])
    client["modifiedAt"] = base["createdAt"] + random.randrange(100 * DAY)
    if part.mark == "odd":
        _make_odd(client)
    if part.mark == "leaked":  # before anybody checked it
        client["jwks"] = with_keys(key_set("directory", "ES256"))
    return _placed(client | part.fixed)


def _filler(at: int, service: Members, random: Random) -> Members:
    """One of many; it shares with others of its kind whatever is the same."""
    client = _template(at % len(FILLERS)) | _born(service, random)
    words = f"{random.choice(FIRST)} {random.choice(SECOND)}"
    host = f"{words.replace(' ', '-').lower()}-{at + 1}.example"
    client["clientName"] = f"{words} {at + 1:04}"
    client["clientIdAlias"] = str(client["clientId"])
    client["modifiedAt"] = client["createdAt"] + random.randrange(100 * DAY)
    if "redirectUris" in client:
        hosts = [host, host, host, host, OLD] if random.random() < 0.2 else [host]
        client["redirectUris"] = [f"https://{random.choice(hosts)}/callback"]
    chance = random.random()
    if chance < 0.03:
        client |= LOCKED
    elif chance < 0.08:
        client |= DYNAMIC
    elif chance < 0.1:
        client |= DOCUMENT
    return _placed(client)


@cache
def _template(kind: int) -> Members:
    return KIND.replaced({}, FILLERS[kind]("partner.example"), (), 0)


def _born(service: Members, random: Random) -> Members:
    """What only the server says of a client."""
    return {
        "clientId": random.randrange(10**9, 10**13),
        "clientSecret": _text(random, 64),
        "clientIdAliasEnabled": True,
        "clientSource": "STATIC_REGISTRATION",
        "createdAt": service["createdAt"] + random.randrange(150 * DAY),
    }


def _placed(client: Members) -> Members:
    if host := derived(client):
        client["derivedSectorIdentifier"] = host
    return {name: value for name, value in client.items() if value is not None}


def _make_odd(client: Members) -> None:
    """What a console must show, keep and not fall over."""
    client["clientName"] += " \ud83e"  # half an emoji, as a cut text ends
    client["grantTypes"] = [*client["grantTypes"], "TELEPATHY"]
    client["tokenAuthMethod"] = "SPIFFE_JWT"
    client["clientType"] = "TELEPATHIC"
    client["logoUri"] = "javascript:alert(document.domain)"
    client["tosUri"] = "https://harbor.example@evil.example/<script>alert(1)</script>"
    client["defaultMaxAge"] = Exact("1E2")
    client["attributes"] = [
        {"key": "owner", "value": "<img src=x onerror=alert(1)>"},
        {"key": "note", "value": "line one\nline two\u2028\u202eright to left"},
    ]
    client["spiffeId"] = "spiffe://harbor.example/telepathy"
    client["haipVersion"] = "1.0"
    client["thoughts"] = {
        "weight": Exact("0.7500000000000000000001"),
        "minds": [9007199254740993, Exact("-0.0")],
        "apiToken": "a-secret-in-a-client-that-nobody-knows",
    }


def _text(random: Random, length: int) -> str:
    """That many bytes as Authlete writes them: 64 make the 86 letters of a secret."""
    return urlsafe_b64encode(random.randbytes(length)).decode().rstrip("=")
