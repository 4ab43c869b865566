"""Lock, secret and scopes of clients; Authlete facts, 6."""

import pytest

from tenants.sandbox.faults import BrokenConnectionError
from tests.support.sandbox import CLIENT, SERVICE, status_and_code


def test_lock_is_set_only_once(caller, make):
    client_id = make(clientIdAlias="till")["clientId"]
    path = f"{CLIENT}/lock_flag/update"

    locked = caller.post(f"{path}/till", json={"clientLocked": True})
    assert locked.json()["resultCode"] == "A293001"
    again = caller.post(f"{path}/{client_id}", json={"clientLocked": True})
    assert status_and_code(again) == (400, "A293203")
    assert caller.get(f"{CLIENT}/get/{client_id}").json()["locked"] is True
    caller.post(f"{path}/{client_id}", json={"clientLocked": False})
    again = caller.post(f"{path}/{client_id}", json={"clientLocked": False})
    assert status_and_code(again) == (400, "A293204")
    response = caller.post(f"{path}/nobody", json={"clientLocked": False})
    assert status_and_code(response) == (404, "A001218")


def test_refreshed_secret_replaces_the_old_one(caller, make):
    client = make(clientIdAlias="till")

    renewed = caller.get(f"{CLIENT}/secret/refresh/till").json()

    assert renewed["resultCode"] == "A148001"
    assert renewed["oldClientSecret"] == client["clientSecret"]
    now = caller.get(f"{CLIENT}/get/till").json()
    assert now["clientSecret"] == renewed["newClientSecret"] != client["clientSecret"]
    assert status_and_code(caller.get(f"{CLIENT}/secret/refresh/9")) == (404, "A148201")


@pytest.mark.parametrize("secret", ["a", "A-z_9" * 17, "x" * 86])
def test_chosen_secret_is_stored(caller, make, secret):
    client = make()

    path = f"{CLIENT}/secret/update/{client['clientId']}"
    reply = caller.post(path, json={"clientSecret": secret}).json()

    assert reply["resultCode"] == "A149001"
    assert reply["newClientSecret"] == secret
    assert reply["oldClientSecret"] == client["clientSecret"]


@pytest.mark.parametrize("secret", ["", "x" * 87, "a b", "a+b", "é", "a\n", None, 5])
def test_invalid_secret_is_rejected(caller, make, secret):
    client = make()

    path = f"{CLIENT}/secret/update/{client['clientId']}"
    response = caller.post(path, json={"clientSecret": secret})

    assert status_and_code(response) == (400, "A149601")
    now = caller.get(f"{CLIENT}/get/{client['clientId']}").json()
    assert now["clientSecret"] == client["clientSecret"]


def test_form_body_is_accepted(caller, make):
    client_id = make(clientIdAlias="till")["clientId"]

    form = {"clientLocked": "true"}
    assert caller.post(f"{CLIENT}/lock_flag/update/till", data=form).status_code == 200
    form = {"clientSecret": "chosen"}
    reply = caller.post(f"{CLIENT}/secret/update/till", data=form).json()
    assert reply["newClientSecret"] == "chosen"
    form = {"clientName": "Till", "grantTypes": "CIBA PASSWORD", "pkceRequired": "true"}
    after = caller.post(f"{CLIENT}/update/{client_id}", data=form).json()
    assert after["grantTypes"] == ["CIBA", "PASSWORD"]
    assert (after["pkceRequired"], after["locked"]) == (True, True)


def test_response_can_be_lost_after_processing(caller, make, sandbox):
    client = make()
    path = f"{CLIENT}/secret/refresh/{client['clientId']}"
    sandbox.fault("reset", operation="client.refresh_secret", after=True, times=1)

    with pytest.raises(BrokenConnectionError):
        caller.get(path)

    now = caller.get(f"{CLIENT}/get/{client['clientId']}").json()
    assert now["clientSecret"] != client["clientSecret"]


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_requestable_scopes_can_be_off_empty_or_listed(caller, make, sandbox, method):
    sandbox.services[SERVICE]["supportedScopes"] = [{"name": "a"}, {"name": "b"}]
    client_id = make()["clientId"]
    path = f"{CLIENT}/extension/requestable_scopes"

    def requestable_scopes():
        found = caller.get(f"{path}/get/{client_id}").json()["requestableScopes"]
        whole = caller.get(f"{CLIENT}/get/{client_id}").json().get("extension", {})
        limited = whole.get("requestableScopesEnabled", False)
        assert limited == (found is not None)
        assert whole.get("requestableScopes") == found
        return found

    def update_scopes(scopes):
        body = {"requestableScopes": scopes}
        return caller.request(method, f"{path}/update/{client_id}", json=body).json()

    assert requestable_scopes() is None
    assert update_scopes(["b", "unknown"]) == {"requestableScopes": ["b"]}
    assert requestable_scopes() == ["b"]
    update_scopes([])
    assert requestable_scopes() == []
    assert update_scopes(None) == {"requestableScopes": None}
    assert requestable_scopes() is None
    update_scopes(["a"])
    assert caller.delete(f"{path}/delete/{client_id}").status_code == 204
    assert requestable_scopes() is None


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ([], "A128201"),
        ({"requestableScopes": "a"}, "A128202"),
        ({"requestableScopes": [1]}, "A128203"),
    ],
)
def test_invalid_requestable_scopes_are_rejected(caller, make, body, code):
    path = f"{CLIENT}/extension/requestable_scopes/update/{make()['clientId']}"

    assert status_and_code(caller.put(path, json=body)) == (400, code)
