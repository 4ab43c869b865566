"""Seed a sandbox with example organizations; the result depends only on the seed."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tenants.sandbox.handlers.services import add_service
from tenants.sandbox.http_messages import ExactNumber, JsonDict
from tenants.sandbox.seeding import clients as seeding_clients
from tenants.sandbox.seeding import clients as seeding_tokens
from tenants.sandbox.seeding.keys import (
    add_keys,
    cached_public_key_der,
    create_jwk_set,
    shared_jwk_set,
    symmetric_key,
    weak_rsa_key,
)
from tenants.sandbox.seeding.organizations import (
    HARBOR,
    ORGANIZATIONS,
    OrganizationSeed,
    ServiceSeed,
)
from tenants.sandbox.seeding.service_archetypes import ciba, device, fapi2, plain
from tenants.sandbox.state import (
    LazyDict,
    SandboxRegion,
    SandboxState,
    StoredGrant,
    StoredToken,
    now_milliseconds,
)

DAY_MILLISECONDS = 86_400_000  # milliseconds
FIRST_CREATED_AT = 1_709_251_200_000  # 1 March 2024
EXPIRED_AT_SECONDS = 1_735_689_600.0  # 1 January 2025
REGIONS_WITHOUT_HSM = {"jp", "br"}
SHARED_KEY_SETS = 8  # JWK Sets shared by filler services


@dataclass(frozen=True, slots=True)
class SeedScale:
    """How much to create; None is a realistic number.

    ``services`` is per region of Harbor Mutual, ``clients`` and ``tokens`` are per service.
    """

    services: int | None = None
    clients: int | None = None
    tokens: int | None = None


def seed_state(state: SandboxState, seed: int, scale: SeedScale) -> None:
    """Create all organizations and their services.

    Clients and tokens are created on first access; token times are relative to today, so
    some are valid.
    """
    state.window = 1.5
    state.without_hsm = REGIONS_WITHOUT_HSM & set(state.regions)
    state.batching.delay = 1500
    plots = {region.name: _seed_lazily(region, seed, scale) for region in state.regions.values()}
    for tenant in ORGANIZATIONS:
        state.organization(tenant.slug, tenant.name, tenant.plan, number=tenant.number)
        for region in state.regions.values():
            seeds: Iterable[ServiceSeed] = tenant.services.get(region.name, ())
            if tenant is HARBOR and scale.services is not None:
                seeds = _with_fillers(seeds, scale.services, region.name)
            for index, plot in enumerate(seeds):
                service = _create_service(
                    region, tenant, plot, _seeded_random(seed, region, tenant, index)
                )
                plots[region.name][service["apiKey"]] = plot
                count = seeding_clients.count_clients(plot, scale.clients)
                service["metadata"] = [{"key": "clientCount", "value": str(count)}]
            _create_api_tokens(state, tenant, region, _seeded_random(seed, region, tenant))


def _seed_lazily(region: SandboxRegion, seed: int, scale: SeedScale) -> dict[int, ServiceSeed]:
    """Create clients and tokens lazily for the services in the returned dict."""
    plots: dict[int, ServiceSeed] = {}
    today = now_milliseconds() // DAY_MILLISECONDS * DAY_MILLISECONDS

    def clients(service_id: int) -> dict[int, JsonDict]:
        plot, service = plots.get(service_id), region.services.get(service_id)
        if plot is None or service is None:
            return {}
        random = Random(f"{seed}/{region.name}/{service_id}/clients")  # noqa: S311
        return seeding_clients.create_clients(service, plot, random, scale.clients)

    def tokens(service_id: int) -> list[StoredToken]:
        if service_id not in plots:
            return []
        random = Random(f"{seed}/{region.name}/{service_id}/tokens")  # noqa: S311
        clients_of_service = region.clients[service_id].values()
        issued = seeding_tokens.create_tokens(clients_of_service, random, scale.tokens, today)
        region.granted[service_id] = seeding_tokens.derive_granted_scopes(issued)
        return issued

    def granted(service_id: int) -> dict[tuple[int, str], StoredGrant]:
        region.tokens[service_id]  # creates the tokens, which imply the grants
        return region.granted.get(service_id, {})

    region.clients, region.tokens = LazyDict(clients), LazyDict(tokens)
    region.granted = LazyDict(granted)
    return plots


def _seeded_random(
    seed: int, region: SandboxRegion, tenant: OrganizationSeed, index: int = -1
) -> Random:
    """Return a random generator of its own for one object."""
    return Random(f"{seed}/{region.name}/{tenant.slug}/{index}")  # noqa: S311


def _with_fillers(plots: Any, services: int, region: str) -> Iterator[ServiceSeed]:
    yield from plots[:services]
    for index in range(len(plots), services):
        archetype = (plain, fapi2, ciba, device)[index % 4]
        name = f"{archetype.__name__.upper()} service {index + 1:04}"
        yield ServiceSeed(
            name, f"s{index + 1}.{region}.harbor.example", archetype, variant="filler"
        )


def _create_service(
    region: SandboxRegion, tenant: OrganizationSeed, seed: ServiceSeed, random: Random
) -> JsonDict:
    settings: JsonDict = {"serviceName": seed.name, "description": seed.description or None}
    if seed.archetype:
        issuer = f"https://{seed.host}"
        settings |= seed.archetype(issuer)
        if seed.variant == "filler":
            settings["jwks"] = shared_jwk_set(random.randrange(SHARED_KEY_SETS))
        else:
            stem = seed.host.split(".")[0]
            settings["jwks"] = create_jwk_set(f"{stem}-2026", *seed.keys)
            settings["idTokenSignatureKeyId"] = f"{stem}-2026-{seed.keys[0].lower()}"
            settings["accessTokenSignAlg"] = seed.keys[0]
    service = add_service(region, settings, tenant.number, random.randrange(10**10, 10**13))
    created = FIRST_CREATED_AT + random.randrange(700 * DAY_MILLISECONDS)
    service |= {
        "number": random.randrange(10_000, 99_999),
        "apiSecret": _random_secret(random),
        "serviceOwnerNumber": tenant.number % 10_000,
        "createdAt": created,
        "modifiedAt": created + random.randrange(200 * DAY_MILLISECONDS),
    }
    if seed.hardware:
        service |= {"hsmEnabled": True, "hsks": [*_hardware_keys(seed, random)]}
        service["userInfoSignatureKeyId"] = service["hsks"][0]["kid"]
    if seed.variant == "odd":
        _add_unusual_values(service)
    if seed.variant == "legacy":
        _add_legacy_values(service, random)
    return service


def _hardware_keys(seed: ServiceSeed, random: Random) -> Iterator[JsonDict]:
    """Yield the hardware keys of a service."""
    for alg in seed.hardware:
        kid = f"{seed.host.split('.')[0]}-hsm-{alg.lower()}"
        yield {
            "kty": "EC" if alg.startswith("E") else "RSA",
            "use": "enc" if "OAEP" in alg else "sig",
            "kid": kid,
            "hsmName": "google",
            "handle": _random_secret(random)[:43],
            "publicKey": cached_public_key_der(kid, alg),
            "alg": alg,
        }


def _add_unusual_values(service: JsonDict) -> None:
    """Add values that a console must display and keep without failing."""
    service["serviceName"] += " \ud83e"  # half an emoji, like a truncated text
    service["policyUri"] = "javascript:alert(document.domain)"
    service["tosUri"] = "https://harbor.example@evil.example/<script>alert(1)</script>"
    service["supportedTokenAuthMethods"] += ["SPIFFE_JWT"]
    service["supportedGrantTypes"] += ["TELEPATHY"]
    service["accessTokenDuration"] = ExactNumber("1E2")
    service["attributes"] = [
        {"key": "owner", "value": "<img src=x onerror=alert(1)>"},
        {"key": "note", "value": "line one\nline two\u2028\u202eright to left"},
    ]
    service["backchannelLogoutSupported"] = True
    service["authorizationCodeDuration"] = 60
    duplicate = json.loads(create_jwk_set("again", "ES384"))["keys"][0]
    duplicate["kid"] = service["idTokenSignatureKeyId"]
    service["jwks"] = add_keys(service["jwks"], duplicate)
    service["haipVersion"] = "1.0"
    service["riskScoring"] = {
        "threshold": ExactNumber("0.7500000000000000000001"),
        "weights": [ExactNumber("1E2"), 9007199254740993, ExactNumber("-0.0")],
        "label": "caf\u00e9 \ud800",
        "apiToken": "a-secret-in-a-field-nobody-knows",
    }


def _add_legacy_values(service: JsonDict, random: Random) -> None:
    """Add settings migrated from Authlete 2.3, some of which updates don't store."""
    callback = f"{service['issuer']}/callback"
    service |= {
        "authenticationCallbackEndpoint": callback,
        "authenticationCallbackApiKey": "staff-callback",
        "authenticationCallbackApiSecret": _random_secret(random),
        "developerAuthenticationCallbackEndpoint": f"{callback}/developer",
        "developerAuthenticationCallbackApiKey": "staff-developer",
        "developerAuthenticationCallbackApiSecret": _random_secret(random),
        "supportedSnses": ["FACEBOOK"],
        "snsCredentials": [
            {"sns": "FACEBOOK", "apiKey": "1029384756", "apiSecret": _random_secret(random)}
        ],
        "clientsPerDeveloper": 5,
        "directTokenEndpointEnabled": True,
    }
    old = (weak_rsa_key("staff-2019"), symmetric_key("staff-shared", random.getrandbits(256)))
    service["jwks"] = add_keys(service["jwks"], *old)


def _create_api_tokens(
    state: SandboxState, tenant: OrganizationSeed, region: SandboxRegion, random: Random
) -> None:
    """Create valid and invalid tokens of an organization for one region."""

    def accept(preset: str, permissions: tuple[str, ...], **options: Any) -> None:
        value = f"{tenant.slug}-{region.name}-{preset}-{_random_secret(random)[:24]}"
        regions = (region.name,)
        state.accept(
            ApiToken(value, tenant.number, permissions, preset, regions=regions, **options)
        )

    accept("full", ORGANIZATION_PERMISSIONS)
    accept("read_only", ("view_service",))
    accept("no_delete", ("create_service", "modify_service", "view_service"))
    accept("expired", ORGANIZATION_PERMISSIONS, expires_at=EXPIRED_AT_SECONDS)
    accept("revoked", ORGANIZATION_PERMISSIONS, revoked=True)
    own_services = [
        service_id for service_id in region.services if region.owner(service_id) == tenant.number
    ]
    if own_services:
        accept("service", ("modify_service",), service_id=own_services[0])
        accept("clients", ("modify_client", "view_client"), service_id=own_services[0])


def _random_secret(random: Random) -> str:
    return f"{random.getrandbits(256):064x}"
