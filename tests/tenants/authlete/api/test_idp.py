"""Services are born and die at the identity provider."""

import json

import pytest

from tenants.authlete import errors
from tenants.authlete.api import idp
from tenants.authlete.changes import Change
from tenants.authlete.documents.raw import dump
from tenants.authlete.idp import SHARED_IDP
from tenants.sandbox.access import ORGANIZATION

NEW = {
    "serviceName": "New shop",
    "accessTokenDuration": 600,
    "supportedClaims": ["name", "email"],
    "supportedScopes": [{"name": "b"}, {"name": "a"}],
}


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch):
    monkeypatch.setattr(idp, "FIRST", 0.02)


def operations(world):
    return [call.operation for call in world.sandbox.calls]


def test_makes_a_service_where_the_region_is(world):
    written = world.door(region="eu").idp.create_service(NEW)

    made = world.sandbox.region("eu").services[written.reply.api_key]
    assert made["serviceName"] == written.reply.service_name == "New shop"
    assert written.reply.get("accessTokenDuration") == 600


def test_keeps_in_the_record_what_it_was_made_with(world, notes):
    written = world.door().idp.create_service(NEW)

    _count, create, _ = notes.calls
    assert create.known == {"count": 1}
    assert create.label == "New shop"
    assert create.changes == written.changes
    assert Change("accessTokenDuration", None, 600) in written.changes
    assert written.entry == "id-1"


def test_says_what_authlete_made_of_it(world):
    written = world.door().idp.create_service(NEW | {"supportedSnses": ["FACEBOOK"]})

    assert [one.field for one in written.surprises] == ["supportedSnses"]


def test_hands_out_no_secret_and_keeps_none(world, notes):
    keys = {"keys": [{"kty": "oct", "kid": "1", "k": "c2VjcmV0LWtleQ"}]}

    written = world.door().idp.create_service(NEW | {"jwks": json.dumps(keys)})

    made = world.sandbox.services[written.reply.api_key]
    assert "c2VjcmV0LWtleQ" in made["jwks"]
    assert "c2VjcmV0LWtleQ" not in repr((written, notes.calls, notes.endings))
    assert written.surprises == ()


def test_waits_until_the_new_service_can_be_seen(world, notes):
    world.state.window = 0.1

    written = world.door().idp.create_service(NEW)

    assert written.reply.modified_at
    assert operations(world).count("idp.create_service") == 1
    assert operations(world).count("service.get") > 1


def test_is_created_even_when_it_cannot_be_seen_in_time(world, monkeypatch):
    monkeypatch.setattr(idp, "READY", 0.1)
    world.state.window = 60

    written = world.door().idp.create_service(NEW)

    assert written.reply.api_key in world.sandbox.services
    assert written.surprises == ()


def test_is_created_even_when_the_region_then_fails(world):
    world.sandbox.fault("status", operation="service.get")

    written = world.door().idp.create_service(NEW)

    assert written.reply.api_key in world.sandbox.services


@pytest.mark.parametrize(
    ("fault", "kind"), [("status", errors.Broken), ("garbage", errors.Unreadable)]
)
def test_never_asks_twice_for_a_new_service(world, fault, kind):
    world.sandbox.fault(fault, operation="idp.create_service", after=True)

    with pytest.raises(kind) as caught:
        world.door().idp.create_service(NEW)

    assert operations(world) == ["service.list", "idp.create_service"]
    assert caught.value.outcome is errors.Outcome.UNKNOWN
    assert Change("accessTokenDuration", None, 600) in caught.value.intended


def test_says_what_the_plan_does_not_allow(world):
    world.accept("t-free", ORGANIZATION, organization=world.free)
    door = world.door("t-free", organization=world.free)
    door.idp.create_service(NEW)

    with pytest.raises(errors.Forbidden, match="free plan"):
        door.idp.create_service(NEW)


def test_says_all_that_was_wrong(world):
    with pytest.raises(errors.BadRequest, match="issuer") as caught:
        world.door().idp.create_service({"issuer": "http://a.example"})

    assert caught.value.code == "A031219"
    assert "https" in caught.value.meaning


def test_removes_a_service_and_says_which_in_the_record(world, notes):
    world.door().idp.remove_service(17, label="S17")

    assert 17 not in world.sandbox.services
    (call,) = notes.calls
    assert (call.places, call.label) == ({"service_id": "17"}, "S17")
    assert call.path == "/api/service/remove"


def test_lists_the_clusters(world):
    found = world.door().idp.servers()

    assert {one["id"] for one in found} == {76281, 53285, 63294, 47363}


def test_needs_an_identity_provider(world, notes):
    with pytest.raises(errors.Unsendable, match="No identity provider"):
        _ = world.door(access=None).idp

    assert not [*notes.calls, *world.sandbox.calls]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"url": "https://authlete.acme.example"},  # to the shared one
        {"idp": "https://login.acme.example"},  # from a shared cluster
        {"server": 53285},  # of jp, from us
    ],
)
def test_sends_no_credential_to_an_identity_provider_of_others(world, notes, elsewhere):
    door = world.door(**elsewhere)

    with pytest.raises(errors.Unsendable, match="not sent"):
        _ = door.idp
    with pytest.raises(errors.Unsendable, match="not sent"):
        door.send(idp.LIST_SERVERS)

    assert not [*notes.calls, *world.sandbox.calls]


def test_a_dedicated_cluster_may_have_one_of_its_own(world):
    door = world.door(
        url="https://us.acme.example", idp="https://login.acme.example", server=76281
    )

    assert door.idp.create_service(NEW).reply.service_name == "New shop"


def test_a_region_in_trouble_leaves_its_identity_provider_alone(world):
    world.sandbox.fault("status", region="us")
    door = world.door()
    for _ in range(6):
        with pytest.raises(errors.AuthleteError):
            door.service(17).get()

    assert door.idp.servers()


def test_the_shared_one_is_told_by_its_address_whatever_its_case(world):
    with pytest.raises(errors.Unsendable):
        _ = world.door(url="https://a.example", idp=SHARED_IDP.upper()).idp


def test_writes_a_copy_of_what_was_read(world):
    """Numbers come out of a document as decimals."""
    copy = world.door().service(17).get().wire() | {"serviceName": "Copy"}

    written = world.door().idp.create_service(copy)

    assert written.reply.service_name == "Copy"
    assert dump(written.reply.get("modifiedAt"))
