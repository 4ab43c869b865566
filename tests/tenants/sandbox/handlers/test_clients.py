"""Clients on a cluster: Authlete facts, 4, 6 and 11.1."""

import re

import pytest

from tests.support.sandbox import CLIENT, SERVICE, status_and_code

LIST = f"{CLIENT}/get/list"
SHORT = {"clientId", "clientIdAlias", "clientIdAliasEnabled", "clientName"}


def test_new_client_has_id_secret_and_server_defaults(make, caller):
    client = make(clientName="Till", clientType="PUBLIC")

    assert re.fullmatch("[A-Za-z0-9_-]{86}", client["clientSecret"])
    assert client["clientIdAlias"] == str(client["clientId"])
    assert client["clientIdAliasEnabled"] is True
    assert client["clientSource"] == "STATIC_REGISTRATION"
    assert (client["tokenAuthMethod"], client["idTokenSignAlg"]) == ("NONE", "RS256")
    assert (client["subjectType"], client["locked"]) == ("PUBLIC", False)
    assert client["createdAt"] == client["modifiedAt"]
    assert caller.get(f"{CLIENT}/get/{client['clientId']}").json() == client


def test_create_ignores_read_only_fields(make):
    client = make(
        clientId=5,
        number=99,
        clientSecret="mine",
        createdAt=1,
        locked=True,
        clientSource="METADATA_DOCUMENT",
        entityId="https://a.example",
    )

    assert client["clientId"] != 5
    assert (client["number"], client["serviceNumber"]) == (1, 5)
    assert client["clientSecret"] != "mine"
    assert client["createdAt"] > 1
    assert client["locked"] is False
    assert client["clientSource"] == "STATIC_REGISTRATION"
    assert "entityId" not in client


@pytest.mark.parametrize(
    ("query", "start", "end", "expected"),
    [
        ({}, 0, 5, ["C0", "C1", "C2", "C3", "C4"]),
        ({"start": 5, "end": 20}, 5, 20, ["C5", "C6"]),
        ({"start": 2, "end": 3}, 2, 3, ["C2"]),
        ({"start": 90, "end": 99}, 90, 99, []),
        ({"developer": "ann", "end": 20}, 0, 20, ["C0", "C2", "C4", "C6"]),
        ({"developer": "nobody"}, 0, 5, []),
        ({"developer": "", "start": 6, "end": 7}, 6, 7, ["C6"]),
    ],
)
def test_list_returns_a_range(caller, make, query, start, end, expected):
    for at in range(7):
        make(clientName=f"C{at}", developer=("ann", "bob")[at % 2])

    page = caller.get(LIST, params=query).json()

    total = len(expected) if query.get("developer") else 7
    assert (page["start"], page["end"], page["totalCount"]) == (start, end, total)
    assert [client["clientName"] for client in page["clients"]] == expected


def test_empty_range_returns_only_the_count(caller, make):
    make()

    page = caller.get(LIST, params={"start": 0, "end": 0}).json()

    assert page == {"start": 0, "end": 0, "totalCount": 1}


@pytest.mark.parametrize(
    ("query", "code"),
    [("start=x", "A028201"), ("start=-1", "A028202"), ("end=", "A028203"), ("end=-1", "A028204")],
)
def test_invalid_range_is_rejected(caller, query, code):
    assert status_and_code(caller.get(f"{LIST}?{query}")) == (400, code)


def test_list_contains_secrets_unless_limited(caller, make, client_as):
    make(clientName="Till", clientType="PUBLIC")

    full = caller.get(LIST).json()["clients"][0]
    limited = caller.get(LIST, params={"limited": "true"}).json()["clients"][0]
    theirs = client_as("clients").get(LIST).json()["clients"][0]

    assert "clientSecret" in full
    assert set(limited) == set(theirs) == SHORT | {"clientType", "number"}


def test_update_replaces_everything(caller, make):
    client = make(
        clientName="Till",
        applicationType="WEB",
        tokenAuthMethod="CLIENT_SECRET_BASIC",
        idTokenSignAlg="ES256",
        subjectType="PAIRWISE",
        grantTypes=["AUTHORIZATION_CODE"],
        responseTypes=["CODE"],
        responseModes=[],
        redirectUris=["https://a.example/cb"],
        contacts=["a@b.example"],
        pkceRequired=True,
        defaultMaxAge=60,
        extension={"accessTokenDuration": 60},
    )

    after = caller.post(
        f"{CLIENT}/update/{client['clientId']}", json={"clientName": "Till 2"}
    ).json()

    assert after["clientName"] == "Till 2"
    assert after["tokenAuthMethod"] == "NONE"
    assert after["idTokenSignAlg"] == "RS256"
    assert after["subjectType"] == "PUBLIC"
    assert (after["pkceRequired"], after["defaultMaxAge"]) == (False, 0)
    assert "QUERY" in after["responseModes"]
    for name in (
        "applicationType",
        "grantTypes",
        "responseTypes",
        "redirectUris",
        "contacts",
        "extension",
        "derivedSectorIdentifier",
    ):
        assert name not in after
    assert after["clientSecret"] == client["clientSecret"]


def test_response_modes_can_be_empty(caller, make):
    assert make(responseModes=[])["responseModes"] == []
    assert len(make()["responseModes"]) == 7


def test_update_ignores_fields_with_their_own_operations(caller, make, sandbox):
    client = make(clientName="Till", developer="ann")
    client_id = client["clientId"]
    body = client | {
        "clientSecret": "mine",
        "locked": True,
        "developer": "bob",
        "clientIdAliasEnabled": False,
        "registrationAccessTokenHash": "x",
        "trustChainExpiresAt": 5,
        "discoveredByMetadataDocument": True,
        "clientSource": "DYNAMIC_REGISTRATION",
        "postLogoutRedirectUris": ["https://a.example"],
    }

    after = caller.post(f"{CLIENT}/update/{client_id}", json=body).json()

    assert after.pop("modifiedAt") > client.pop("modifiedAt")
    assert after == client


def test_undocumented_fields_survive_a_round_trip(caller, make, sandbox):
    client_id = make()["clientId"]
    sandbox.region("us").clients[SERVICE][client_id]["spiffeId"] = "spiffe://a"

    client = caller.get(f"{CLIENT}/get/{client_id}").json()
    after = caller.post(f"{CLIENT}/update/{client_id}", json=client).json()
    without = caller.post(f"{CLIENT}/update/{client_id}", json={}).json()

    assert after["spiffeId"] == "spiffe://a"
    assert "spiffeId" not in without


def test_read_only_fields_are_not_validated(caller, make, sandbox):
    client_id = make()["clientId"]
    stored = sandbox.region("us").clients[SERVICE][client_id]
    stored |= {"metadataDocumentLocation": "nowhere", "developer": "caf\u00e9"}

    client = caller.get(f"{CLIENT}/get/{client_id}").json()

    update = caller.post(f"{CLIENT}/update/{client_id}", json=client)
    assert update.status_code == 200
    assert update.json()["developer"] == "caf\u00e9"


@pytest.mark.parametrize("path", ["create", "extension/requestable_scopes/update/{client_id}"])
def test_some_operations_accept_no_form(caller, make, path):
    url = f"{CLIENT}/{path.format(client_id=make()['clientId'])}"

    response = caller.post(url, data={"clientName": "Form", "requestableScopes": "openid"})

    assert status_and_code(response) == (400, "A258201")


def test_delete_removes_the_client(caller, make, client_as):
    client_id = make()["clientId"]

    assert caller.delete(f"{CLIENT}/delete/{client_id}").status_code == 204
    assert status_and_code(caller.get(f"{CLIENT}/get/{client_id}")) == (404, "A001212")
    again = caller.delete(f"{CLIENT}/delete/{client_id}")
    assert status_and_code(again) == (404, "A026203")
    assert status_and_code(caller.delete(f"{CLIENT}/delete/9")) == (404, "A026201")
    assert caller.post(f"{CLIENT}/delete/{client_id}").status_code == 405


@pytest.mark.parametrize(
    ("token", "method", "path"),
    [
        ("other", "GET", "get/list"),
        ("reads", "POST", "create"),
        ("clients", "POST", "create"),
        ("reads", "POST", "update/1"),
        ("clients", "DELETE", "delete/1"),
        ("reads", "POST", "lock_flag/update/1"),
        ("reads", "GET", "secret/refresh/1"),
        ("reads", "POST", "secret/update/1"),
        ("reads", "PUT", "extension/requestable_scopes/update/1"),
        ("reads", "DELETE", "extension/requestable_scopes/delete/1"),
    ],
)
def test_each_operation_needs_its_permission(client_as, token, method, path):
    response = client_as(token).request(method, f"{CLIENT}/{path}", json={})

    assert status_and_code(response) == (403, "A457101")


def test_alias_is_unique(caller, make):
    first = make(clientIdAlias="till")
    second = make()

    taken = caller.post(f"{CLIENT}/create", json={"clientIdAlias": "till"})
    assert status_and_code(taken) == (403, "A123603")
    body = second | {"clientIdAlias": "till"}
    taken = caller.post(f"{CLIENT}/update/{second['clientId']}", json=body)
    assert status_and_code(taken) == (403, "A030601")
    same = caller.post(f"{CLIENT}/update/{first['clientId']}", json=first)
    assert same.status_code == 200


def test_limits_are_enforced(caller, make, sandbox):
    sandbox.services[SERVICE]["clientsPerDeveloper"] = 1
    make(developer="ann")
    make(developer="bob")
    path = f"{CLIENT}/create"

    assert status_and_code(caller.post(path, json={"developer": "ann"})) == (403, "A123601")
    big = {"customMetadata": '{"a": "' + "x" * 70_000 + '"}'}
    assert status_and_code(caller.post(path, json=big)) == (403, "A123604")
    client = make()
    changed = caller.post(f"{CLIENT}/update/{client['clientId']}", json=client | big)
    assert status_and_code(changed) == (403, "A030602")
    sandbox.state.organizations[1].plan = "FREE"
    for _ in range(17):
        make()
    assert status_and_code(caller.post(path, json={})) == (403, "A123602")


def test_client_of_another_service_is_not_accessible(caller, sandbox):
    sandbox.region("us").clients[2002][7] = {"clientId": 7, "clientIdAlias": "theirs"}

    assert status_and_code(caller.get(f"{CLIENT}/get/7")) == (403, "A001213")
    assert status_and_code(caller.get(f"{CLIENT}/get/theirs")) == (403, "A001219")
    assert status_and_code(caller.delete(f"{CLIENT}/delete/7")) == (403, "A026202")


def test_service_counts_its_clients(caller, make, sandbox):
    sandbox.services[SERVICE]["metadata"] = [{"key": "clientCount", "value": "0"}]

    client = make()
    assert caller.service()["metadata"] == [{"key": "clientCount", "value": "1"}]
    caller.delete(f"{CLIENT}/delete/{client['clientId']}")
    assert caller.service()["metadata"] == [{"key": "clientCount", "value": "0"}]


def test_locked_clients_can_be_made_inaccessible(caller, make, sandbox):
    client_id = make(clientName="Till")["clientId"]
    caller.post(f"{CLIENT}/lock_flag/update/{client_id}", json={"clientLocked": True})
    assert caller.get(f"{CLIENT}/get/{client_id}").status_code == 200

    sandbox.state.locked_refused = True

    assert status_and_code(caller.get(f"{CLIENT}/get/{client_id}")) == (403, "A001215")
    assert status_and_code(caller.delete(f"{CLIENT}/delete/{client_id}")) == (403, "A026204")
    path = f"{CLIENT}/lock_flag/update/{client_id}"
    assert caller.post(path, json={"clientLocked": False}).status_code == 200
