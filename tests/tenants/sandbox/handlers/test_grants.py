"""User grants: Authlete facts, 7."""

import json
from urllib.parse import quote

import pytest

from tenants.sandbox.seeding.clients import SUBJECT_HOSTILE
from tenants.sandbox.state import StoredGrant
from tests.support.sandbox import CLIENT, SERVICE, status_and_code

LIST = f"{CLIENT}/authorization/get/list"
WAYS = ["query", "body", "path"]


@pytest.fixture
def ask(caller):
    """Ask in one of the ways in which a subject can be told."""

    def ask(what, way, subject="ann", client="/5", method="GET", **more):
        path = f"{CLIENT}/{what}{client}"
        if way == "body":
            return caller.post(path, json={"subject": subject} | more)
        if way == "path":
            path = f"{path}/{quote(subject, safe='')}"
            return caller.request(method, path, params=more)
        return caller.request(method, path, params={"subject": subject} | more)

    return ask


@pytest.fixture
def granted(token_service):
    granted = token_service.granted[SERVICE]
    granted[5, "ann"] = StoredGrant(["openid"], ["openid", "orders"], 7000)
    granted[6, "ann"] = StoredGrant([], [], 8000)
    return granted


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("subject", ["ann", SUBJECT_HOSTILE])
def test_list_contains_clients_with_tokens_of_the_user(ask, issue, method, subject):
    issue("t1", subject=subject)
    issue("t2", subject=subject)
    issue("t3", client=6, subject=subject, expires=1000)
    issue("t4", client=6, subject="bob")

    page = ask("authorization/get/list", method, subject, client="").json()

    assert (page["totalCount"], page["subject"]) == (2, subject)
    assert [client["clientName"] for client in page["clients"]] == ["till", "web"]
    assert "clientSecret" not in page["clients"][0]


@pytest.mark.parametrize("method", WAYS)
def test_list_can_be_limited_to_a_range_and_a_developer(ask, issue, token_service, method):
    token_service.clients[SERVICE][6]["developer"] = "dev"
    issue("t1")
    issue("t2", client=6)
    where = ("authorization/get/list", method, "ann", "")

    page = ask(*where, developer="dev").json()
    assert (page["totalCount"], page["developer"]) == (1, "dev")
    page = ask(*where, start=1, end=9).json()
    assert [client["clientId"] for client in page["clients"]] == [6]
    page = ask(*where, end=0).json()
    assert (page["totalCount"], "clients" in page) == (2, False)


def test_unknown_user_has_no_clients(ask, issue):
    issue()

    page = ask("authorization/get/list", "body", "nobody", "").json()

    assert (page["totalCount"], page["clients"]) == (0, [])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("subject=a&start=x", "A136201"),
        ("subject=a&start=-1", "A136202"),
        ("subject=a&end=x", "A136203"),
        ("subject=a&end=-1", "A136204"),
        ("subject=", "A136206"),
        ("", "A136206"),
    ],
)
def test_invalid_query_is_rejected(caller, token_service, query, code):
    assert status_and_code(caller.get(f"{LIST}?{query}")) == (400, code)


def test_body_must_be_an_object(caller, token_service):
    bodies: list[object]
    bodies = [[], {"subject": ["ann"]}, {"subject": "ann", "start": "first"}]
    for odd in bodies:
        assert status_and_code(caller.post(LIST, json=odd)) == (400, "A136205")
    for path_suffix, code in (("authorization/delete", "7"), ("granted_scopes/get", "9")):
        response = caller.post(f"{CLIENT}/{path_suffix}/5", json=[])
        assert status_and_code(response) == (400, f"A13{code}201")


@pytest.mark.parametrize("method", WAYS)
@pytest.mark.parametrize("subject", ["ann", SUBJECT_HOSTILE])
def test_delete_removes_only_tokens_of_client_and_user(
    ask, issue, token_service, granted, method, subject
):
    issue("t1", subject=subject)
    issue("t2", subject=subject, refresh="r2")
    issue("t3", client=6, subject=subject)
    issue("t4", subject="bob")

    body = ask("authorization/delete", method, subject, method="DELETE").json()

    assert body["resultCode"] == "A137001"
    assert "2 access token(s)" in body["resultMessage"]
    access_tokens = [token.access_token for token in token_service.tokens[SERVICE]]
    assert access_tokens == ["t3", "t4"]
    assert (5, "ann") in granted
    again = ask("authorization/delete", method, subject, method="DELETE")
    assert again.json()["resultCode"] == "A137001"


def test_update_sets_scopes_of_client_and_user(caller, issue, token_service):
    first, two, other = issue("t1"), issue("t2"), issue("t3", client=6)
    path = f"{CLIENT}/authorization/update/till"

    reply = caller.post(path, json={"subject": "ann", "scopes": ["loans", "unheard"]})

    assert reply.json()["resultCode"] == "A138001"
    assert "2 access token(s)" in reply.json()["resultMessage"]
    assert first.scopes == two.scopes == ("loans",)
    assert other.scopes == ("openid", "orders")
    caller.post(path, json={"subject": "ann", "scopes": None})
    assert first.scopes == ("loans",)
    caller.post(path, json={"subject": "ann", "scopes": []})
    assert first.scopes == ()
    assert status_and_code(caller.post(path, json={"scopes": []})) == (400, "A138201")


@pytest.mark.parametrize("method", WAYS)
def test_granted_scopes_can_be_listed_empty_or_unknown(ask, granted, method):
    def latest_grant(subject, client):
        body = ask("granted_scopes/get", method, subject, client).json()
        return body["resultCode"], body.get("latestGrantedScopes")

    assert latest_grant("ann", "/5") == ("A139002", ["openid"])
    assert latest_grant("ann", "/6") == ("A139002", [])
    assert latest_grant("bob", "/5") == ("A139001", None)
    scopes = ask("granted_scopes/get", method).json()
    assert scopes["mergedGrantedScopes"] == ["openid", "orders"]
    assert (scopes["serviceApiKey"], scopes["clientId"]) == (SERVICE, 5)
    assert (scopes["subject"], scopes["modifiedAt"]) == ("ann", 7000)


@pytest.mark.parametrize("method", ["query", "path"])
def test_deleting_granted_scopes_keeps_tokens(ask, issue, token_service, granted, method):
    issue()

    def delete():
        response = ask("granted_scopes/delete", method, method="DELETE")
        return response.json()["resultCode"]

    assert [delete(), delete()] == ["A140002", "A140001"]
    assert list(granted) == [(6, "ann")]
    assert len(token_service.tokens[SERVICE]) == 1


def test_region_may_record_no_granted_scopes(ask, granted, sandbox):
    sandbox.state.forgetful = {"us"}

    assert ask("granted_scopes/get", "body").json()["resultCode"] == "A139001"
    body = ask("granted_scopes/delete", "query", method="DELETE").json()
    assert body["resultCode"] == "A140001"
    assert len(granted) == 2


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("authorization/delete", "A137202"),
        ("granted_scopes/get", "A139202"),
        ("granted_scopes/delete", "A140202"),
    ],
)
def test_missing_subject_is_rejected(caller, issue, token_service, granted, resource, code):
    issue(subject="")
    method = "GET" if resource.endswith("get") else "DELETE"

    for query in ({}, {"subject": ""}):
        response = caller.request(method, f"{CLIENT}/{resource}/5", params=query)
        assert status_and_code(response) == (400, code)
    if resource != "granted_scopes/delete":
        response = caller.post(f"{CLIENT}/{resource}/5", json={"subject": ""})
        assert status_and_code(response) == (400, code)
    assert (len(token_service.tokens[SERVICE]), len(granted)) == (1, 2)


@pytest.mark.parametrize("token", ["reads", "clients"])
def test_read_permission_cannot_delete(client_as, issue, token_service, granted, token):
    issue()
    caller = client_as(token)

    for resource in ("authorization", "granted_scopes"):
        response = caller.delete(f"{CLIENT}/{resource}/delete/5?subject=ann")
        assert status_and_code(response) == (403, "A457101")
    assert (len(token_service.tokens[SERVICE]), len(granted)) == (1, 2)


def test_granted_scopes_are_deleted_with_their_client(caller, granted, token_service):
    caller.delete(f"{CLIENT}/delete/5")

    assert list(token_service.granted[SERVICE]) == [(6, "ann")]


def test_state_dump_contains_tokens_and_granted_scopes(caller, issue, granted):
    issue()

    state = caller.get("/_state").json()

    assert state["granted"][str(SERVICE)][0]["merged"] == ["openid", "orders"]
    assert json.dumps(state["tokens"]).count('"t1"') == 1
