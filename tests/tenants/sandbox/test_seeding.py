"""The seeded data of the sandbox."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from tenants.authlete.documents.client import Client
from tenants.authlete.documents.jwks.inventory import list_client_keys, list_service_keys
from tenants.authlete.documents.service import Service
from tenants.sandbox.app import Sandbox
from tenants.sandbox.seeding.clients import (
    SUBJECT_EVERYWHERE,
    SUBJECT_EXPIRED,
    SUBJECT_HOSTILE,
    SUBJECT_UNKNOWN,
)
from tenants.sandbox.state import now_milliseconds
from tenants.sandbox.token_lookup import hash_token
from tests.support.sandbox import SandboxClient

REGIONS = ["us", "jp", "eu", "br"]


@pytest.fixture(scope="module")
def world():
    return Sandbox(seed=1)


def token(sandbox, slug, region, preset="full"):
    return next(
        token.value
        for token in sandbox.state.tokens.values()
        if token.value.startswith(f"{slug}-{region}-{preset}-")
    )


def names(sandbox, slug, region):
    caller = SandboxClient(sandbox, region, token(sandbox, slug, region))
    page = caller.get("/api/service/get/list?end=99&limited=true").json()
    return [service["serviceName"] for service in page["services"]]


def test_bank_is_in_all_regions(world):
    counts = {region: len(names(world, "harbor", region)) for region in REGIONS}

    assert min(counts.values()) >= 2
    assert sum(counts.values()) >= 12
    assert names(world, "harbor", "us")[0] == "Retail banking"


def test_organization_sees_its_own_services(world):
    assert "Storefront" in names(world, "northwind", "us")
    assert names(world, "trial", "us") == ["My first service"]
    assert names(world, "trial", "jp") == []


def test_seed_is_reproducible(world):
    again, another = Sandbox(seed=1), Sandbox(seed=2)

    def ids(sandbox):
        return {name: list(sandbox.region(name).services) for name in REGIONS}

    assert ids(again) == ids(world)
    assert ids(another) != ids(world)
    assert list(again.state.tokens) == list(world.state.tokens)
    assert set(again.state.tokens).isdisjoint(another.state.tokens)


def test_keys_are_real_and_private(world):
    for region in REGIONS:
        for service in world.region(region).services.values():
            if "jwks" in service:
                keys = json.loads(service["jwks"])["keys"]
                assert all("d" in key or "k" in key for key in keys)


def test_every_kind_of_token_exists(world):
    presets = {token.preset: token.state for token in world.state.tokens.values()}

    assert presets == {
        "full": "active",
        "read_only": "active",
        "no_delete": "active",
        "service": "active",
        "clients": "active",
        "expired": "expired",
        "revoked": "revoked",
    }


def test_unusual_service_survives_a_round_trip(world):
    caller = SandboxClient(world, "us", token(world, "harbor", "us"))
    page = caller.get("/api/service/get/list?end=99").json()
    odd = next(service for service in page["services"] if "riskScoring" in service)
    path = f"/api/{odd['apiKey']}/service"

    before = caller.get(f"{path}/get").content
    response = caller.post(
        f"{path}/update", content=before, headers={"Content-Type": "application/json"}
    )

    version = str(response.json()["modifiedAt"]).encode()
    assert response.content == before.replace(str(odd["modifiedAt"]).encode(), version)
    for part in (b"SPIFFE_JWT", b"javascript:", rb"\ud83e", b"1E2", b"TELEPATHY"):
        assert part in before


def by_service(sandbox, what):
    """Yield the clients or tokens of each service by region and ID."""
    for region in sandbox.state.regions.values():
        for number in region.services:
            yield (region.name, number), getattr(region, what)[number]


def test_clients_and_tokens_are_reproducible_in_any_order(world):
    again, another = Sandbox(seed=1), Sandbox(seed=2)

    def known(sandbox, reverse):
        services = sorted(by_service(sandbox, "clients"), reverse=reverse)
        return {
            service: [(item["clientSecret"], item["createdAt"]) for item in objects.values()]
            for service, objects in services
        }

    def hashes(sandbox):
        tokens = (item for _, objects in by_service(sandbox, "tokens") for item in objects)
        return [token.access_hash for token in tokens]

    assert known(world, False) == known(again, True)
    assert known(another, False) != known(world, False)
    assert hashes(again) == hashes(world) != hashes(another)


def clients(sandbox):
    return [client for _, objects in by_service(sandbox, "clients") for client in objects.values()]


def test_every_kind_of_client_exists(world):
    all_clients = clients(world)
    values = {
        name: {client.get(name) for client in all_clients}
        for name in ("clientType", "clientSource", "tokenAuthMethod", "bcDeliveryMode")
    }

    assert values["clientSource"] == {
        "STATIC_REGISTRATION",
        "DYNAMIC_REGISTRATION",
        "AUTOMATIC_REGISTRATION",
        "EXPLICIT_REGISTRATION",
        "METADATA_DOCUMENT",
    }
    assert {"PUBLIC", "CONFIDENTIAL", "TELEPATHIC"} == values["clientType"]
    assert {"NONE", "PRIVATE_KEY_JWT", "TLS_CLIENT_AUTH"} < values["tokenAuthMethod"]
    assert {"PING", "POLL", "PUSH"} < values["bcDeliveryMode"]
    assert all(len(client["clientSecret"]) == 86 for client in all_clients)
    for what in ("locked", "clientNames", "dpopRequired", "sectorIdentifierUri"):
        assert 0 < sum(bool(client.get(what)) for client in all_clients) < len(all_clients)
    scopes = {
        tuple(extension.get("requestableScopes", ()))
        for client in all_clients
        if (extension := client.get("extension", {})).get("requestableScopesEnabled")
    }
    assert () in scopes
    assert len(scopes) > 1
    hosts = "".join(uri for client in all_clients for uri in client.get("redirectUris", ()))
    assert "https://old.example.com/" in hosts
    assert "http://localhost:" in hosts


def test_bank_has_a_locked_client_with_a_former_host(world):
    for (region, number), objects in by_service(world, "clients"):
        if world.region(region).services[number].get("parRequired"):
            old = [client for client in objects.values() if "old.example" in str(client)]
            assert {bool(client.get("locked")) for client in old} == {True, False}


def test_services_know_their_client_count(world):
    for (region, number), objects in by_service(world, "clients"):
        (pair,) = world.region(region).services[number]["metadata"]
        assert pair["value"] == str(len(objects)) != "0"


def test_tokens_belong_to_clients_and_most_are_valid(world):
    found = [
        (token, world.region(region).clients[number][token.client_id])
        for (region, number), tokens in by_service(world, "tokens")
        for token in tokens
    ]
    at = now_milliseconds()

    assert all(token.grant_type == client["grantTypes"][0] for token, client in found)
    assert all(token.created_at < at for token, _ in found)
    live = sum(token.expires_at > at for token, _ in found)
    assert len(found) / 2 < live < len(found)
    for token, client in found:
        alone = client["grantTypes"] == ["CLIENT_CREDENTIALS"]
        assert bool(token.subject) == bool(token.refresh_hash) == (not alone)


def of(sandbox, subject):
    """The tokens of a user, by region and service."""
    return {
        place: matching
        for place, tokens in by_service(sandbox, "tokens")
        if (matching := [token for token in tokens if token.subject == subject])
    }


def test_known_users_exist(world):
    at = now_milliseconds()
    everywhere, expired = of(world, SUBJECT_EVERYWHERE), of(world, SUBJECT_EXPIRED)

    assert {region for region, _ in everywhere} == set(REGIONS)
    assert len(everywhere) > 12
    live = [one.expires_at > at for tokens in everywhere.values() for one in tokens]
    assert len(live) / 2 < sum(live) < len(live)
    for token in (one for tokens in expired.values() for one in tokens):
        assert max(token.expires_at, token.refresh_expires_at) < at
    assert {region for region, _ in expired} == set(REGIONS)
    assert {region for region, _ in of(world, SUBJECT_HOSTILE)} == set(REGIONS)
    assert of(world, SUBJECT_UNKNOWN) == {}


def test_every_hash_has_a_value(world):
    for _, objects in by_service(world, "tokens"):
        for token in objects:
            assert token.access_hash == hash_token(token.access_token)
            assert not token.refresh_hash or token.refresh_hash == hash_token(token.refresh_token)


def test_granted_scopes_are_recorded(world):
    granted_scopes = dict(by_service(world, "granted"))
    pairs = {
        place: {(token.client_id, token.subject) for token in tokens if token.subject}
        for place, tokens in by_service(world, "tokens")
    }

    assert {place: set(granted) for place, granted in granted_scopes.items()} == pairs
    each = [grant for granted in granted_scopes.values() for grant in granted.values()]
    assert [] in [grant.latest for grant in each]
    assert all(set(grant.latest) <= set(grant.merged) for grant in each)
    assert any(grant.latest != grant.merged for grant in each)


def test_granted_scopes_outlive_their_tokens():
    sandbox = Sandbox(seed=1)
    region = sandbox.region("us")
    service_id = next(iter(region.services))
    region.tokens[service_id].clear()

    assert any(subject == SUBJECT_EVERYWHERE for _, subject in region.granted[service_id])


@pytest.mark.parametrize("count", [0, 2, 200])
def test_number_of_clients_and_tokens_is_as_requested(count):
    sandbox = Sandbox(seed=1, services=6, clients=count, tokens=count)

    assert {len(objects) for _, objects in by_service(sandbox, "clients")} == {count}
    for (region, number), objects in by_service(sandbox, "tokens"):
        assert len(objects) == (count if sandbox.region(region).clients[number] else 0)


def test_clients_and_tokens_are_created_lazily():
    sandbox = Sandbox(seed=1, services=50, clients=100_000, tokens=100_000)

    assert all(not region.clients for region in sandbox.state.regions.values())
    caller = SandboxClient(sandbox, "us", token(sandbox, "harbor", "us"))
    page = caller.get("/api/service/get/list?end=99").json()
    assert page["services"][0]["metadata"][0]["value"] == "100000"


def test_unusual_client_survives_a_round_trip(world):
    caller = SandboxClient(world, "us", token(world, "harbor", "us"))
    number, odd = next(
        (service, client)
        for (_, service), objects in by_service(world, "clients")
        for client in objects.values()
        if "thoughts" in client
    )
    path = f"/api/{number}/client"

    before = caller.get(f"{path}/get/{odd['clientId']}").content
    response = caller.post(
        f"{path}/update/{odd['clientId']}",
        content=before,
        headers={"Content-Type": "application/json"},
    )

    version = str(response.json()["modifiedAt"]).encode()
    was = str(odd["modifiedAt"]).encode()
    assert response.content == before.replace(was, version)
    for part in (b"SPIFFE_JWT", b"javascript:", rb"\ud83e", b"1E2", b"TELEPATHIC"):
        assert part in before


@pytest.mark.parametrize("count", [0, 3, 40])
def test_bank_has_the_requested_number_of_services(count):
    sandbox = Sandbox(seed=1, services=count)

    for region in REGIONS:
        assert len(names(sandbox, "harbor", region)) == count


def test_keys_that_need_attention_exist(world):
    """Told by the same facts as real ones are."""
    marks = set()
    ends = set()
    us = world.region("us")
    for number, service in us.services.items():
        keys = list_service_keys(Service.model_validate(dict(service)))
        for client in us.clients[number].values():
            keys += list_client_keys(Client.model_validate(dict(client)))
        marks |= {mark for key in keys for mark in key.info.issues}
        ends |= {key.info.expires_at for key in keys if key.info.expires_at}

    assert {"short", "symmetric", "repeated", "private"} <= marks
    assert "unreadable" not in marks
    assert min(ends) < datetime.now(UTC) + timedelta(days=30) < max(ends)
