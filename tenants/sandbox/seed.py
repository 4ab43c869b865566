"""Fills a sandbox with the world that a seed stands for; the same one each time."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tenants.sandbox import client_seed, token_seed
from tenants.sandbox.access import ORGANIZATION, Token
from tenants.sandbox.archetypes import ciba, device, fapi2, plain
from tenants.sandbox.certificates import shared_key, weak_rsa, with_keys
from tenants.sandbox.minting import cheap_key_set, kept_der, key_set
from tenants.sandbox.services import founded
from tenants.sandbox.state import Granted, Issued, Lazily, Region, State, now
from tenants.sandbox.wire import Exact, Members
from tenants.sandbox.world import HARBOR, TENANTS, Plot, Tenant

DAY = 86_400_000  # milliseconds
START = 1_709_251_200_000  # 1 March 2024
PAST = 1_735_689_600.0  # 1 January 2025, in seconds: when the expired tokens did
WITHOUT_HSM = {"jp", "br"}
POOL = 8  # key sets shared by the services that only make up the number


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is; None is as much as is believable.

    ``services`` are those of Harbor's a region, ``clients`` and ``tokens`` those of
    any service.
    """

    services: int | None = None
    clients: int | None = None
    tokens: int | None = None


def sow(state: State, seed: int, scale: Scale) -> None:
    """Found every organization.

    Clients and tokens are made when somebody asks for those of a service; the tokens'
    times count from today, so that there are live ones.
    """
    state.window = 1.5
    state.without_hsm = WITHOUT_HSM & set(state.regions)
    state.batching.delay = 1500
    plots = {
        region.name: _let_grow(region, seed, scale) for region in state.regions.values()
    }
    for tenant in TENANTS:
        state.organization(tenant.slug, tenant.name, tenant.plan, number=tenant.number)
        for region in state.regions.values():
            own: Iterable[Plot] = tenant.plots.get(region.name, ())
            if tenant is HARBOR and scale.services is not None:
                own = _as_many(own, scale.services, region.name)
            for at, plot in enumerate(own):
                made = _found(region, tenant, plot, _dice(seed, region, tenant, at))
                plots[region.name][made["apiKey"]] = plot
                count = client_seed.planned(plot, scale.clients)
                made["metadata"] = [{"key": "clientCount", "value": str(count)}]
            _tokens(state, tenant, region, _dice(seed, region, tenant))


def _let_grow(region: Region, seed: int, scale: Scale) -> dict[int, Plot]:
    """Let clients and tokens be made for the services of the dict that is returned."""
    plots: dict[int, Plot] = {}
    today = now() // DAY * DAY

    def clients(service_id: int) -> dict[int, Members]:
        plot, service = plots.get(service_id), region.services.get(service_id)
        if plot is None or service is None:
            return {}
        random = Random(f"{seed}/{region.name}/{service_id}/clients")  # noqa: S311
        return client_seed.sown(service, plot, random, scale.clients)

    def tokens(service_id: int) -> list[Issued]:
        if service_id not in plots:
            return []
        random = Random(f"{seed}/{region.name}/{service_id}/tokens")  # noqa: S311
        theirs = region.clients[service_id].values()
        made = token_seed.sown(theirs, random, scale.tokens, today)
        region.granted[service_id] = token_seed.granted(made)
        return made

    def granted(service_id: int) -> dict[tuple[int, str], Granted]:
        region.tokens[service_id]  # with the tokens, and from those alone
        return region.granted.get(service_id, {})

    region.clients, region.tokens = Lazily(clients), Lazily(tokens)
    region.granted = Lazily(granted)
    return plots


def _dice(seed: int, region: Region, tenant: Tenant, at: int = -1) -> Random:
    """Chance that is the same each time, for one thing and no other."""
    return Random(f"{seed}/{region.name}/{tenant.slug}/{at}")  # noqa: S311


def _as_many(plots: Any, services: int, region: str) -> Iterator[Plot]:
    yield from plots[:services]
    for at in range(len(plots), services):
        kind = (plain, fapi2, ciba, device)[at % 4]
        name = f"{kind.__name__.upper()} service {at + 1:04}"
        yield Plot(name, f"s{at + 1}.{region}.harbor.example", kind, mark="filler")


def _found(region: Region, tenant: Tenant, plot: Plot, random: Random) -> Members:
    settings: Members = {
        "serviceName": plot.name,
        "description": plot.description or None,
    }
    if plot.kind:
        issuer = f"https://{plot.host}"
        settings |= plot.kind(issuer)
        if plot.mark == "filler":
            settings["jwks"] = cheap_key_set(random.randrange(POOL))
        else:
            stem = plot.host.split(".")[0]
            settings["jwks"] = key_set(f"{stem}-2026", *plot.keys)
            settings["idTokenSignatureKeyId"] = f"{stem}-2026-{plot.keys[0].lower()}"
            settings["accessTokenSignAlg"] = plot.keys[0]
    service = founded(region, settings, tenant.number, random.randrange(10**10, 10**13))
    created = START + random.randrange(700 * DAY)
    service |= {
        "number": random.randrange(10_000, 99_999),
        "apiSecret": _secret(random),
        "serviceOwnerNumber": tenant.number % 10_000,
        "createdAt": created,
        "modifiedAt": created + random.randrange(200 * DAY),
    }
    if plot.hardware:
        service |= {"hsmEnabled": True, "hsks": [*_hardware(plot, random)]}
        service["userInfoSignatureKeyId"] = service["hsks"][0]["kid"]
    if plot.mark == "odd":
        _make_odd(service)
    if plot.mark == "legacy":
        _make_legacy(service, random)
    return service


def _hardware(plot: Plot, random: Random) -> Iterator[Members]:
    """The keys of a service that are in a hardware security module."""
    for alg in plot.hardware:
        kid = f"{plot.host.split('.')[0]}-hsm-{alg.lower()}"
        yield {
            "kty": "EC" if alg.startswith("E") else "RSA",
            "use": "enc" if "OAEP" in alg else "sig",
            "kid": kid,
            "hsmName": "google",
            "handle": _secret(random)[:43],
            "publicKey": kept_der(kid, alg),
            "alg": alg,
        }


def _make_odd(service: Members) -> None:
    """What a console must show, keep and not fall over."""
    service["serviceName"] += " \ud83e"  # half an emoji, as a cut text ends
    service["policyUri"] = "javascript:alert(document.domain)"
    service["tosUri"] = "https://harbor.example@evil.example/<script>alert(1)</script>"
    service["supportedTokenAuthMethods"] += ["SPIFFE_JWT"]
    service["supportedGrantTypes"] += ["TELEPATHY"]
    service["accessTokenDuration"] = Exact("1E2")
    service["attributes"] = [
        {"key": "owner", "value": "<img src=x onerror=alert(1)>"},
        {"key": "note", "value": "line one\nline two\u2028\u202eright to left"},
    ]
    service["backchannelLogoutSupported"] = True
    service["authorizationCodeDuration"] = 60
    twice = json.loads(key_set("again", "ES384"))["keys"][0]
    twice["kid"] = service["idTokenSignatureKeyId"]
    service["jwks"] = with_keys(service["jwks"], twice)
    service["haipVersion"] = "1.0"
    service["riskScoring"] = {
        "threshold": Exact("0.7500000000000000000001"),
        "weights": [Exact("1E2"), 9007199254740993, Exact("-0.0")],
        "label": "caf\u00e9 \ud800",
        "apiToken": "a-secret-in-a-field-nobody-knows",
    }


def _make_legacy(service: Members, random: Random) -> None:
    """What came over from Authlete 2.3, some of which no update stores."""
    callback = f"{service['issuer']}/callback"
    service |= {
        "authenticationCallbackEndpoint": callback,
        "authenticationCallbackApiKey": "staff-callback",
        "authenticationCallbackApiSecret": _secret(random),
        "developerAuthenticationCallbackEndpoint": f"{callback}/developer",
        "developerAuthenticationCallbackApiKey": "staff-developer",
        "developerAuthenticationCallbackApiSecret": _secret(random),
        "supportedSnses": ["FACEBOOK"],
        "snsCredentials": [
            {"sns": "FACEBOOK", "apiKey": "1029384756", "apiSecret": _secret(random)}
        ],
        "clientsPerDeveloper": 5,
        "directTokenEndpointEnabled": True,
    }
    old = weak_rsa("staff-2019"), shared_key("staff-shared", random.getrandbits(256))
    service["jwks"] = with_keys(service["jwks"], *old)


def _tokens(state: State, tenant: Tenant, region: Region, random: Random) -> None:
    """The tokens of an organization for one region, good and bad ones."""

    def accept(preset: str, permissions: tuple[str, ...], **more: Any) -> None:
        value = f"{tenant.slug}-{region.name}-{preset}-{_secret(random)[:24]}"
        here = (region.name,)
        state.accept(
            Token(value, tenant.number, permissions, preset, regions=here, **more)
        )

    accept("full", ORGANIZATION)
    accept("read_only", ("view_service",))
    accept("no_delete", ("create_service", "modify_service", "view_service"))
    accept("expired", ORGANIZATION, expires_at=PAST)
    accept("revoked", ORGANIZATION, revoked=True)
    own = [one for one in region.services if region.owner(one) == tenant.number]
    if own:
        accept("service", ("modify_service",), service_id=own[0])
        accept("clients", ("modify_client", "view_client"), service_id=own[0])


def _secret(random: Random) -> str:
    return f"{random.getrandbits(256):064x}"
