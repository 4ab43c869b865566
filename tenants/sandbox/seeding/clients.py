"""Create the clients of a seeded service, and their tokens, on first access."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator
from functools import cache
from random import Random
from uuid import UUID

from tenants.sandbox.client_identifiers import derive_sector
from tenants.sandbox.handlers.clients import CLIENT_DOCUMENT, drop_unknown_scopes
from tenants.sandbox.http_messages import ExactNumber, JsonDict
from tenants.sandbox.seeding import client_archetypes
from tenants.sandbox.seeding.client_catalog import (
    CLIENTS_BY_ARCHETYPE,
    DYNAMIC_FIELDS,
    FORMER_HOST,
    LOCKED_FIELDS,
    METADATA_DOCUMENT_FIELDS,
    STAFF_CLIENTS,
    STAFF_HOST,
    UNUSUAL_CLIENT,
    ClientSeed,
)
from tenants.sandbox.seeding.keys import add_keys, create_jwk_set
from tenants.sandbox.seeding.organizations import ServiceSeed
from tenants.sandbox.state import StoredGrant, StoredToken
from tenants.sandbox.token_lookup import hash_token

DAY_MILLISECONDS = 86_400_000  # milliseconds
FILLER_ARCHETYPES = (
    client_archetypes.single_page,
    client_archetypes.native,
    client_archetypes.web,
    client_archetypes.machine,
    client_archetypes.fapi2_client,
    client_archetypes.machine_with_key,
)
FIRST_WORDS = "Amber Birch Cedar Delta Ember Fjord Grove Harvest Indigo Juniper".split()
SECOND_WORDS = "Books Clinic Freight Garden Hotels Insurance Kitchen Ledger Travel".split()


def count_clients(plot: ServiceSeed, count: int | None) -> int:
    """Return how many clients the service will have."""
    return len(_client_seeds(plot)) if count is None else count


def create_clients(
    service: JsonDict, plot: ServiceSeed, random: Random, count: int | None
) -> dict[int, JsonDict]:
    """Create ``count`` clients, or as many as the service's type has."""
    clients: dict[int, JsonDict] = {}
    for number, client in enumerate(_generate_clients(service, plot, random, count), 1):
        client["number"] = number
        client["serviceNumber"] = service["number"]
        clients[client["clientId"]] = client
    return clients


def _generate_clients(
    service: JsonDict, plot: ServiceSeed, random: Random, count: int | None
) -> Iterator[JsonDict]:
    seeds = _client_seeds(plot)
    for seed in seeds[:count]:
        yield _build_client(seed, plot, service, random)
    for index in range(len(seeds), count or 0):
        yield _build_filler(index, service, random)


def _client_seeds(plot: ServiceSeed) -> tuple[ClientSeed, ...]:
    if plot.host.startswith(STAFF_HOST):
        return STAFF_CLIENTS
    if plot.variant == "filler":
        return CLIENTS_BY_ARCHETYPE[plot.archetype][:3]
    return CLIENTS_BY_ARCHETYPE[plot.archetype] + (
        (UNUSUAL_CLIENT,) if plot.variant == "odd" else ()
    )


def _build_client(
    seed: ClientSeed, plot: ServiceSeed, service: JsonDict, random: Random
) -> JsonDict:
    name = random.choice(seed.names.split("|")).format(service=plot.name)
    slug = "".join(name.lower().split())
    host = seed.host.format(host=plot.host, slug=slug)
    settings: JsonDict = {"clientName": name} | seed.archetype(host) | seed.settings
    if seed.scope_count is not None:
        names = [scope["name"] for scope in service.get("supportedScopes", ())]
        settings["extension"] = settings.get("extension", {}) | {
            "requestableScopesEnabled": True,
            "requestableScopes": names[-seed.scope_count :] if seed.scope_count else [],
        }
    base = _server_fields(service, random)
    client = CLIENT_DOCUMENT.replace(base, settings, (), 0)
    if "extension" in client:
        client["extension"] = drop_unknown_scopes(service, client["extension"])
    client["clientIdAlias"] = client.get("clientIdAlias") or str(client["clientId"])
    client["modifiedAt"] = base["createdAt"] + random.randrange(100 * DAY_MILLISECONDS)
    if seed.variant == "odd":
        _add_unusual_values(client)
    if seed.variant == "leaked":  # as if stored before validation existed
        client["jwks"] = add_keys(create_jwk_set("directory", "ES256"))
    return _with_sector(client | seed.server_fields)


def _build_filler(index: int, service: JsonDict, random: Random) -> JsonDict:
    """Build one of many similar clients, which share unchanged values."""
    client = _filler_template(index % len(FILLER_ARCHETYPES)) | _server_fields(service, random)
    words = f"{random.choice(FIRST_WORDS)} {random.choice(SECOND_WORDS)}"
    host = f"{words.replace(' ', '-').lower()}-{index + 1}.example"
    client["clientName"] = f"{words} {index + 1:04}"
    client["clientIdAlias"] = str(client["clientId"])
    client["modifiedAt"] = client["createdAt"] + random.randrange(100 * DAY_MILLISECONDS)
    if "redirectUris" in client:
        hosts = [host, host, host, host, FORMER_HOST] if random.random() < 0.2 else [host]
        client["redirectUris"] = [f"https://{random.choice(hosts)}/callback"]
    chance = random.random()
    if chance < 0.03:
        client |= LOCKED_FIELDS
    elif chance < 0.08:
        client |= DYNAMIC_FIELDS
    elif chance < 0.1:
        client |= METADATA_DOCUMENT_FIELDS
    return _with_sector(client)


@cache
def _filler_template(index: int) -> JsonDict:
    return CLIENT_DOCUMENT.replace({}, FILLER_ARCHETYPES[index]("partner.example"), (), 0)


def _server_fields(service: JsonDict, random: Random) -> JsonDict:
    """Return the fields that only the server sets."""
    return {
        "clientId": random.randrange(10**9, 10**13),
        "clientSecret": urlsafe_b64encode(random.randbytes(64)).decode().rstrip("="),
        "clientIdAliasEnabled": True,
        "clientSource": "STATIC_REGISTRATION",
        "createdAt": service["createdAt"] + random.randrange(150 * DAY_MILLISECONDS),
    }


def _with_sector(client: JsonDict) -> JsonDict:
    if host := derive_sector(client):
        client["derivedSectorIdentifier"] = host
    return {name: value for name, value in client.items() if value is not None}


def _add_unusual_values(client: JsonDict) -> None:
    """Add values that a console must display and keep without failing."""
    client["clientName"] += " \ud83e"  # half an emoji, like a truncated text
    client["grantTypes"] = [*client["grantTypes"], "TELEPATHY"]
    client["tokenAuthMethod"] = "SPIFFE_JWT"
    client["clientType"] = "TELEPATHIC"
    client["logoUri"] = "javascript:alert(document.domain)"
    client["tosUri"] = "https://harbor.example@evil.example/<script>alert(1)</script>"
    client["defaultMaxAge"] = ExactNumber("1E2")
    client["attributes"] = [
        {"key": "owner", "value": "<img src=x onerror=alert(1)>"},
        {"key": "note", "value": "line one\nline two\u2028\u202eright to left"},
    ]
    client["spiffeId"] = "spiffe://harbor.example/telepathy"
    client["haipVersion"] = "1.0"
    client["thoughts"] = {
        "weight": ExactNumber("0.7500000000000000000001"),
        "minds": [9007199254740993, ExactNumber("-0.0")],
        "apiToken": "a-secret-in-a-client-that-nobody-knows",
    }


HOUR_MILLISECONDS = DAY_MILLISECONDS // 24
TOKENS_PER_CLIENT = 6
SCOPE_CHOICES = (("openid",), ("openid", "profile"), ("openid", "offline_access"), ())

# Users of every service, for tests.
SUBJECT_EVERYWHERE = "cust-204188"  # valid and expired tokens of several clients
SUBJECT_EXPIRED = "cust-311907"  # only expired tokens
SUBJECT_HOSTILE = """<img src=x onerror=alert(1)>"'&../%2e%2e;${7*7}?a=b#c"""
SUBJECTS = (
    SUBJECT_EVERYWHERE,
    SUBJECT_EXPIRED,
    SUBJECT_EVERYWHERE,
    SUBJECT_HOSTILE,
    SUBJECT_EVERYWHERE,
)
SUBJECT_UNKNOWN = "cust-000000"  # no tokens anywhere


def create_tokens(
    clients: Iterable[JsonDict], random: Random, count: int | None, today: int
) -> list[StoredToken]:
    """Create ``count`` tokens, two thirds of which are valid on ``today``."""
    issuing_clients = [client for client in clients if client.get("grantTypes")]
    if not issuing_clients:
        return []
    count = TOKENS_PER_CLIENT * len(issuing_clients) if count is None else count
    tokens = [
        _create_token(issuing_clients[index % len(issuing_clients)], random, today)
        for index in range(count)
    ]
    of_users = [token for token in tokens if token.subject]
    for token, subject in zip(of_users, SUBJECTS, strict=False):
        token.subject = subject
        if subject == SUBJECT_EXPIRED:
            token.expires_at = token.created_at + HOUR_MILLISECONDS
            token.refresh_expires_at = token.created_at + 2 * HOUR_MILLISECONDS
    return tokens


def derive_granted_scopes(tokens: Iterable[StoredToken]) -> dict[tuple[int, str], StoredGrant]:
    """Return the granted scopes by client and user that the tokens imply."""
    grants: dict[tuple[int, str], StoredGrant] = {}
    for token in sorted(tokens, key=lambda token: token.created_at):
        if token.subject:
            pair = (token.client_id, token.subject)
            before = grants[pair].merged if pair in grants else []
            latest = list(token.scopes)
            merged = list(dict.fromkeys([*before, *latest]))
            grants[pair] = StoredGrant(latest, merged, token.created_at)
    return grants


def _create_token(client: JsonDict, random: Random, today: int) -> StoredToken:
    created = today - random.randrange(2 * HOUR_MILLISECONDS, 30 * DAY_MILLISECONDS, 1000)
    live = random.random() < 0.66
    value = _random_value(random)
    token = StoredToken(
        hash_token(value),
        client["clientId"],
        client["grantTypes"][0],
        (),
        created,
        today + random.randrange(1, 90) * DAY_MILLISECONDS if live else created + HOUR_MILLISECONDS,
        access_token=value,
        token_id=str(UUID(bytes=random.randbytes(16), version=4)),
    )
    if token.grant_type != "CLIENT_CREDENTIALS":
        token.subject = f"user-{random.randrange(1000, 1400)}"
        token.scopes = random.choice(SCOPE_CHOICES)
        token.refresh_token = _random_value(random)
        token.refresh_hash = hash_token(token.refresh_token)
        token.refresh_expires_at = today + 120 * DAY_MILLISECONDS
        token.refreshed_at = created if random.random() < 0.3 else 0
    return token


def _random_value(random: Random) -> str:
    return urlsafe_b64encode(random.randbytes(32)).decode().rstrip("=")
