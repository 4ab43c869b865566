"""Objects sent back unchanged change only their version."""

import pytest
from hypothesis import given, settings

from tests.support.sandbox import CLIENT, SERVICE
from tests.support.tiers import examples
from tests.tenants.sandbox.client_strategies import CLIENTS

SOME = settings(max_examples=examples(100))


@given(settings=CLIENTS)
@SOME
def test_round_trip_changes_only_the_version(caller, sandbox, settings):
    sandbox.region("us").clients.clear()  # or an alias may be in use
    sandbox.services[SERVICE]["supportedScopes"] = [{"name": "a"}]
    client = caller.post(f"{CLIENT}/create", json=settings)
    assert client.status_code == 201, client.text
    path = f"{client.json()['clientId']}"
    before = caller.get(f"{CLIENT}/get/{path}").json()

    after = caller.post(f"{CLIENT}/update/{path}", json=before).json()

    assert before == client.json()
    assert after.pop("modifiedAt") > before.pop("modifiedAt")
    assert list(after.items()) == list(before.items())


@given(settings=CLIENTS)
@SOME
def test_client_is_stored_as_sent(caller, sandbox, settings):
    sandbox.region("us").clients.clear()

    body = caller.post(f"{CLIENT}/create", json=settings).json()

    changed = {"jwks", "extension", "clientIdAlias"}
    for name, value in settings.items():
        if name not in changed and value != "":
            assert body[name] == value


@pytest.mark.parametrize("read", ["full", "reads"])
def test_reading_loses_nothing(caller, client_as, read):
    body = caller.post(f"{CLIENT}/create", json={"clientName": "Till"}).json()

    assert client_as(read).get(f"{CLIENT}/get/{body['clientId']}").json() == body
