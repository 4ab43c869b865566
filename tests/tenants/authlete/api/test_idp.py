"""Creation and deletion of services at the identity provider."""

import json

import pytest

from tenants.authlete import errors
from tenants.authlete.api import idp
from tenants.authlete.changes import FieldChange
from tenants.authlete.idp import SHARED_IDP_URL
from tenants.authlete.json.raw import dump_json
from tenants.authlete.outcome import Outcome
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


def test_service_is_created_in_its_region(environment):
    written = environment.connect(region="eu").idp.create_service(NEW)

    made = environment.sandbox.region("eu").services[written.reply.api_key]
    assert made["serviceName"] == written.reply.service_name == "New shop"
    assert written.reply.get("accessTokenDuration") == 600


def test_created_fields_are_logged(environment, audit_sink):
    written = environment.connect().idp.create_service(NEW)

    _count, create, _ = audit_sink.intents
    assert create.reconciliation_hints == {"count": 1}
    assert create.label == "New shop"
    assert create.changes == written.changes
    assert FieldChange("accessTokenDuration", None, 600) in written.changes
    assert written.entry_id == "id-1"


def test_unexpected_changes_of_a_created_service_are_returned(environment):
    written = environment.connect().idp.create_service(NEW | {"supportedSnses": ["FACEBOOK"]})

    assert [change.field for change in written.unexpected_changes] == ["supportedSnses"]


def test_created_service_reveals_no_secret(environment, audit_sink):
    keys = {"keys": [{"kty": "oct", "kid": "1", "k": "c2VjcmV0LWtleQ"}]}

    written = environment.connect().idp.create_service(NEW | {"jwks": json.dumps(keys)})

    made = environment.sandbox.services[written.reply.api_key]
    assert "c2VjcmV0LWtleQ" in made["jwks"]
    assert "c2VjcmV0LWtleQ" not in repr((written, audit_sink.intents, audit_sink.outcomes))
    assert written.unexpected_changes == ()


def test_creation_waits_until_the_service_is_readable(environment, audit_sink):
    environment.state.window = 0.1

    written = environment.connect().idp.create_service(NEW)

    assert written.reply.modified_at
    assert operations(environment).count("idp.create_service") == 1
    assert operations(environment).count("service.get") > 1


def test_creation_succeeds_if_the_service_is_not_readable_in_time(environment, monkeypatch):
    monkeypatch.setattr(idp, "READY_TIMEOUT_SECONDS", 0.1)
    environment.state.window = 60

    written = environment.connect().idp.create_service(NEW)

    assert written.reply.api_key in environment.sandbox.services
    assert written.unexpected_changes == ()


def test_creation_succeeds_if_the_region_then_fails(environment):
    environment.sandbox.fault("status", operation="service.get")

    written = environment.connect().idp.create_service(NEW)

    assert written.reply.api_key in environment.sandbox.services


@pytest.mark.parametrize(
    ("fault", "kind"), [("status", errors.ServerError), ("garbage", errors.InvalidResponseError)]
)
def test_service_creation_is_not_retried(environment, fault, kind):
    environment.sandbox.fault(fault, operation="idp.create_service", after=True)

    with pytest.raises(kind) as caught:
        environment.connect().idp.create_service(NEW)

    assert operations(environment) == ["service.list", "idp.create_service"]
    assert caught.value.outcome is Outcome.UNKNOWN
    assert FieldChange("accessTokenDuration", None, 600) in caught.value.intended_changes


def test_plan_limit_is_reported(environment):
    environment.add_token("t-free", ORGANIZATION_PERMISSIONS, organization=environment.free)
    door = environment.connect("t-free", organization=environment.free)
    door.idp.create_service(NEW)

    with pytest.raises(errors.ForbiddenError, match="free plan"):
        door.idp.create_service(NEW)


def test_all_validation_errors_are_in_the_message(environment):
    with pytest.raises(errors.BadRequestError, match="issuer") as caught:
        environment.connect().idp.create_service({"issuer": "http://a.example"})

    assert caught.value.code == "A031219"
    assert "https" in caught.value.meaning


def test_service_removal_is_logged_with_its_id(environment, audit_sink):
    environment.connect().idp.remove_service(17, label="S17")

    assert 17 not in environment.sandbox.services
    (call,) = audit_sink.intents
    assert (call.path_params, call.label) == ({"service_id": "17"}, "S17")
    assert call.path == "/api/service/remove"


def test_clusters_are_listed(environment):
    servers = environment.connect().idp.list_servers()

    assert {server["id"] for server in servers} == {76281, 53285, 63294, 47363}


def test_creation_requires_an_identity_provider(environment, audit_sink):
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
def test_credential_is_not_sent_to_a_foreign_identity_provider(environment, audit_sink, elsewhere):
    door = environment.connect(**elsewhere)

    with pytest.raises(errors.InvalidRequestError, match="Not sent"):
        _ = door.idp
    with pytest.raises(errors.InvalidRequestError, match="Not sent"):
        door.send(idp.LIST_SERVERS)

    assert not [*audit_sink.intents, *environment.sandbox.calls]


def test_dedicated_cluster_may_have_an_idp(environment):
    door = environment.connect(
        url="https://us.acme.example", idp="https://login.acme.example", server=76281
    )

    assert door.idp.create_service(NEW).reply.service_name == "New shop"


def test_open_region_circuit_does_not_affect_the_identity_provider(environment):
    environment.sandbox.fault("status", region="us")
    door = environment.connect()
    for _ in range(6):
        with pytest.raises(errors.AuthleteError):
            door.service(17).get()

    assert door.idp.list_servers()


def test_shared_identity_provider_is_recognized_in_any_case(environment):
    with pytest.raises(errors.InvalidRequestError):
        _ = environment.connect(url="https://a.example", idp=SHARED_IDP_URL.upper()).idp


def test_read_service_can_be_created_again(environment):
    """Numbers come out of a document as decimals."""
    copy = environment.connect().service(17).get().to_dict() | {"serviceName": "Copy"}

    written = environment.connect().idp.create_service(copy)

    assert written.reply.service_name == "Copy"
    assert dump_json(written.reply.get("modifiedAt"))
