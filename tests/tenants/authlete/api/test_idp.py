"""Services are born and die at the identity provider."""

import json

import pytest

from tenants.authlete import errors
from tenants.authlete.api import idp
from tenants.authlete.changes import FieldChange
from tenants.authlete.idp import SHARED_IDP_URL
from tenants.authlete.json.raw import dump_json
from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS

NEW = {
    "serviceName": "New shop",
    "accessTokenDuration": 600,
    "supportedClaims": ["name", "email"],
    "supportedScopes": [{"name": "b"}, {"name": "a"}],
}


@pytest.fixture(autouse=True)
def no_long_waits(monkeypatch):
    monkeypatch.setattr(idp, "FIRST_POLL_SECONDS", 0.02)


def operations(environment):
    return [call.operation for call in environment.sandbox.calls]


def test_makes_a_service_where_the_region_is(environment):
    written = environment.connect(region="eu").idp.create_service(NEW)

    made = environment.sandbox.region("eu").services[written.reply.api_key]
    assert made["serviceName"] == written.reply.service_name == "New shop"
    assert written.reply.get("accessTokenDuration") == 600


def test_keeps_in_the_record_what_it_was_made_with(environment, audit_sink):
    written = environment.connect().idp.create_service(NEW)

    _count, create, _ = audit_sink.intents
    assert create.reconciliation_hints == {"count": 1}
    assert create.label == "New shop"
    assert create.changes == written.changes
    assert FieldChange("accessTokenDuration", None, 600) in written.changes
    assert written.entry_id == "id-1"


def test_says_what_authlete_made_of_it(environment):
    written = environment.connect().idp.create_service(NEW | {"supportedSnses": ["FACEBOOK"]})

    assert [one.field for one in written.unexpected_changes] == ["supportedSnses"]


def test_hands_out_no_secret_and_keeps_none(environment, audit_sink):
    keys = {"keys": [{"kty": "oct", "kid": "1", "k": "c2VjcmV0LWtleQ"}]}

    written = environment.connect().idp.create_service(NEW | {"jwks": json.dumps(keys)})

    made = environment.sandbox.services[written.reply.api_key]
    assert "c2VjcmV0LWtleQ" in made["jwks"]
    assert "c2VjcmV0LWtleQ" not in repr((written, audit_sink.intents, audit_sink.outcomes))
    assert written.unexpected_changes == ()


def test_waits_until_the_new_service_can_be_seen(environment, audit_sink):
    environment.state.window = 0.1

    written = environment.connect().idp.create_service(NEW)

    assert written.reply.modified_at
    assert operations(environment).count("idp.create_service") == 1
    assert operations(environment).count("service.get") > 1


def test_is_created_even_when_it_cannot_be_seen_in_time(environment, monkeypatch):
    monkeypatch.setattr(idp, "READY_TIMEOUT_SECONDS", 0.1)
    environment.state.window = 60

    written = environment.connect().idp.create_service(NEW)

    assert written.reply.api_key in environment.sandbox.services
    assert written.unexpected_changes == ()


def test_is_created_even_when_the_region_then_fails(environment):
    environment.sandbox.fault("status", operation="service.get")

    written = environment.connect().idp.create_service(NEW)

    assert written.reply.api_key in environment.sandbox.services


@pytest.mark.parametrize(
    ("fault", "kind"),
    [("status", errors.ServerError), ("garbage", errors.InvalidResponseError)],
)
def test_never_asks_twice_for_a_new_service(environment, fault, kind):
    environment.sandbox.fault(fault, operation="idp.create_service", after=True)

    with pytest.raises(kind) as caught:
        environment.connect().idp.create_service(NEW)

    assert operations(environment) == ["service.list", "idp.create_service"]
    assert caught.value.outcome is errors.Outcome.UNKNOWN
    assert FieldChange("accessTokenDuration", None, 600) in caught.value.intended_changes


def test_says_what_the_plan_does_not_allow(environment):
    environment.add_token("t-free", ORGANIZATION_PERMISSIONS, organization=environment.free)
    door = environment.connect("t-free", organization=environment.free)
    door.idp.create_service(NEW)

    with pytest.raises(errors.ForbiddenError, match="free plan"):
        door.idp.create_service(NEW)


def test_says_all_that_was_wrong(environment):
    with pytest.raises(errors.BadRequestError, match="issuer") as caught:
        environment.connect().idp.create_service({"issuer": "http://a.example"})

    assert caught.value.code == "A031219"
    assert "https" in caught.value.meaning


def test_removes_a_service_and_says_which_in_the_record(environment, audit_sink):
    environment.connect().idp.remove_service(17, label="S17")

    assert 17 not in environment.sandbox.services
    (call,) = audit_sink.intents
    assert (call.path_params, call.label) == ({"service_id": "17"}, "S17")
    assert call.path == "/api/service/remove"


def test_lists_the_clusters(environment):
    found = environment.connect().idp.list_servers()

    assert {one["id"] for one in found} == {76281, 53285, 63294, 47363}


def test_needs_an_identity_provider(environment, audit_sink):
    with pytest.raises(errors.InvalidRequestError, match="No identity provider"):
        _ = environment.connect(access=None).idp

    assert not [*audit_sink.intents, *environment.sandbox.calls]


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"url": "https://authlete.acme.example"},  # to the shared one
        {"idp": "https://login.acme.example"},  # from a shared cluster
        {"server": 53285},  # of jp, from us
    ],
)
def test_sends_no_credential_to_an_identity_provider_of_others(environment, audit_sink, elsewhere):
    door = environment.connect(**elsewhere)

    with pytest.raises(errors.InvalidRequestError, match="Not sent"):
        _ = door.idp
    with pytest.raises(errors.InvalidRequestError, match="Not sent"):
        door.send(idp.LIST_SERVERS)

    assert not [*audit_sink.intents, *environment.sandbox.calls]


def test_a_dedicated_cluster_may_have_one_of_its_own(environment):
    door = environment.connect(
        url="https://us.acme.example", idp="https://login.acme.example", server=76281
    )

    assert door.idp.create_service(NEW).reply.service_name == "New shop"


def test_a_region_in_trouble_leaves_its_identity_provider_alone(environment):
    environment.sandbox.fault("status", region="us")
    door = environment.connect()
    for _ in range(6):
        with pytest.raises(errors.AuthleteError):
            door.service(17).get()

    assert door.idp.list_servers()


def test_the_shared_one_is_told_by_its_address_whatever_its_case(environment):
    with pytest.raises(errors.InvalidRequestError):
        _ = environment.connect(url="https://a.example", idp=SHARED_IDP_URL.upper()).idp


def test_writes_a_copy_of_what_was_read(environment):
    """Numbers come out of a document as decimals."""
    copy = environment.connect().service(17).get().to_dict() | {"serviceName": "Copy"}

    written = environment.connect().idp.create_service(copy)

    assert written.reply.service_name == "Copy"
    assert dump_json(written.reply.get("modifiedAt"))
