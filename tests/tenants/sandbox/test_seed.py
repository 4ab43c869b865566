"""The world that a seed stands for."""

import json

import pytest

from tenants.sandbox.app import Sandbox
from tests.tenants.sandbox.conftest import Caller

REGIONS = ["us", "jp", "eu", "br"]


@pytest.fixture(scope="module")
def world():
    return Sandbox(seed=1)


def token(sandbox, slug, region, preset="full"):
    return next(
        one.value
        for one in sandbox.state.tokens.values()
        if one.value.startswith(f"{slug}-{region}-{preset}-")
    )


def names(sandbox, slug, region):
    caller = Caller(sandbox, region, token(sandbox, slug, region))
    page = caller.get("/api/service/get/list?end=99&limited=true").json()
    return [one["serviceName"] for one in page["services"]]


def test_a_bank_is_in_all_regions(world):
    counts = {region: len(names(world, "harbor", region)) for region in REGIONS}

    assert min(counts.values()) >= 2
    assert sum(counts.values()) >= 12
    assert names(world, "harbor", "us")[0] == "Retail banking"


def test_each_organization_sees_its_own(world):
    assert "Storefront" in names(world, "northwind", "us")
    assert names(world, "trial", "us") == ["My first service"]
    assert names(world, "trial", "jp") == []


def test_a_seed_is_the_same_world_each_time(world):
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
                assert all("d" in key for key in keys)


def test_each_kind_of_token_is_there(world):
    presets = {one.preset: one.state for one in world.state.tokens.values()}

    assert presets == {
        "full": "active",
        "read_only": "active",
        "no_delete": "active",
        "service": "active",
        "clients": "active",
        "expired": "expired",
        "revoked": "revoked",
    }


def test_the_odd_service_survives_a_round_trip(world):
    caller = Caller(world, "us", token(world, "harbor", "us"))
    page = caller.get("/api/service/get/list?end=99").json()
    odd = next(one for one in page["services"] if "riskScoring" in one)
    path = f"/api/{odd['apiKey']}/service"

    before = caller.get(f"{path}/get").content
    response = caller.post(
        f"{path}/update", content=before, headers={"Content-Type": "application/json"}
    )

    version = str(response.json()["modifiedAt"]).encode()
    assert response.content == before.replace(str(odd["modifiedAt"]).encode(), version)
    for part in (b"SPIFFE_JWT", b"javascript:", rb"\ud83e", b"1E2", b"TELEPATHY"):
        assert part in before


@pytest.mark.parametrize("count", [0, 3, 40])
def test_the_bank_has_as_many_services_as_asked(count):
    sandbox = Sandbox(seed=1, services=count)

    for region in REGIONS:
        assert len(names(sandbox, "harbor", region)) == count
