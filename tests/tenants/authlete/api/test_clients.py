"""The conveniences over clients: what is kept in the record of them."""

import pytest

from tenants.authlete.changes import Change


@pytest.fixture
def client(world):
    world.sandbox.services[17]["supportedScopes"] = [{"name": "openid"}]
    world.sandbox.clients[4471] = {"clientId": 4471, "modifiedAt": 1}
    return world.door().service(17).client(4471, "Till")


def kept(notes):
    """What the last call was to change, as it went into the record."""
    return notes.calls[-1].changes


def test_keeps_which_scopes_there_were_and_are(client, notes):
    reply = client.set_requestable_scopes(["openid", "loans"], before=None)

    assert reply.requestable_scopes == ["openid"]
    assert kept(notes) == (
        Change("extension.requestableScopes", None, ["openid", "loans"]),
    )


def test_keeps_that_the_limit_was_taken_away(client, notes):
    client.set_requestable_scopes(["openid"], before=None)

    client.open_requestable_scopes(before=["openid"])

    assert kept(notes) == (Change("extension.requestableScopes", ["openid"], None),)
    assert client.requestable_scopes().requestable_scopes is None


@pytest.mark.parametrize("locked", [True, False])
def test_locking_what_is_so_already_changes_nothing(client, notes, locked):
    client.set_lock(True)

    assert client.set_lock(locked) is not locked
    assert kept(notes) == (Change("locked", not locked, locked),)
