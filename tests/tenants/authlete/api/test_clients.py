"""Client operations and their audit entries."""

import pytest

from tenants.authlete.changes import FieldChange


@pytest.fixture
def client(environment):
    environment.sandbox.services[17]["supportedScopes"] = [{"name": "openid"}]
    environment.sandbox.clients[4471] = {"clientId": 4471, "modifiedAt": 1}
    return environment.connect().service(17).client(4471, "Till")


def recorded_changes(audit_sink):
    """Return the changes recorded for the last call."""
    return audit_sink.intents[-1].changes


def test_scope_restrictions_are_logged_with_old_and_new_scopes(client, audit_sink):
    reply = client.set_requestable_scopes(["openid", "loans"], previous=None)

    assert reply.requestable_scopes == ["openid"]
    assert recorded_changes(audit_sink) == (
        FieldChange("extension.requestableScopes", None, ["openid", "loans"]),
    )


def test_removing_the_scope_restriction_is_logged(client, audit_sink):
    client.set_requestable_scopes(["openid"], previous=None)

    client.clear_requestable_scopes(previous=["openid"])

    assert recorded_changes(audit_sink) == (
        FieldChange("extension.requestableScopes", ["openid"], None),
    )
    assert client.get_requestable_scopes().requestable_scopes is None


@pytest.mark.parametrize("locked", [True, False])
def test_locking_a_locked_client_changes_nothing(client, audit_sink, locked):
    client.set_lock(True)

    assert client.set_lock(locked) is not locked
    assert recorded_changes(audit_sink) == (FieldChange("locked", not locked, locked),)
