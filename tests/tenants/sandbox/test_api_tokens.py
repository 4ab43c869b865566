"""Authentication and permissions: Authlete facts, 2 and 3.3."""

import httpx
import pytest

from tests.support.sandbox import SERVICE

GET = f"/api/{SERVICE}/service/get"
LIMITED = {"apiKey": SERVICE, "number": 5, "serviceName": "Shop"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "A001202"),
        ("Bearer", "A001203"),
        ("Basic Zm9vOmJhcg==", "A001203"),
        ("Bearer two words", "A001203"),
        ("Bearer nobody", "A458101"),
        ("Bearer gone", "A458101"),
        ("Bearer old", "A458101"),
        ("Bearer only-jp", "A458101"),
    ],
)
def test_invalid_token_is_rejected(caller, header, code):
    del caller.headers["Authorization"]

    response = caller.get(GET, headers={"Authorization": header} if header else {})

    assert response.status_code == 401
    assert response.json()["resultCode"] == code
    assert response.json()["resultMessage"].startswith(f"[{code}] /service/get, ")


@pytest.mark.parametrize(
    ("token", "place", "path"),
    [
        ("other", "us", GET),
        ("full", "eu", GET),
        ("full", "us", "/api/404/service/get"),
        ("full", "us", "/api/abc/service/get"),
        ("service", "us", "/api/404/service/get"),
        ("creates", "us", GET),
    ],
)
def test_inaccessible_service_looks_unknown(client_as, token, place, path):
    response = client_as(token, place).get(path)

    assert response.status_code == 403
    assert response.json()["resultCode"] == "A457101"


def test_client_permissions_see_a_limited_service(client_as):
    assert client_as("clients").get(GET).json() == LIMITED
    page = client_as("clients").get("/api/service/get/list").json()
    assert page["services"] == [LIMITED]


def test_service_token_is_limited_to_its_service(client_as, sandbox):
    sandbox.services[1002] = {"apiKey": 1002, "serviceName": "Other"}

    caller = client_as("service")

    assert caller.get("/api/service/get/list").json()["totalCount"] == 1
    assert caller.update(caller.service()).status_code == 200


@pytest.mark.parametrize("token", ["reads", "clients"])
def test_read_permission_changes_nothing(client_as, sandbox, token):
    response = client_as(token).update({"serviceName": "Mine"})

    assert response.status_code == 403
    assert "MODIFY_SERVICE" in response.json()["resultMessage"]
    assert sandbox.services[SERVICE]["serviceName"] == "Shop"


def test_unknown_route_is_empty(caller):
    response = caller.get("/api/nothing/here")

    assert (response.status_code, response.content) == (404, b"")


def test_wrong_method_gets_the_allowed_ones(caller):
    response = caller.post(GET)

    assert (response.status_code, response.headers["Allow"]) == (405, "GET")


def test_trailing_slash_is_ignored(caller):
    assert caller.get(f"{GET}/").status_code == 200


def test_diagnostics_need_no_token(sandbox):
    transport = httpx.WSGITransport(app=sandbox)
    stranger = httpx.Client(transport=transport, base_url="https://br.authlete.com")

    assert stranger.get("/api/misc/echo?a=1&b=2").json() == {"a": "1", "b": "2"}
    assert stranger.get("/api/info").json()["version"] == "3.0.16"
    health = stranger.get("/api/lifecycle/healthcheck?extended=true")
    assert health.headers["Content-Type"].startswith("text/plain")
    assert "database" in health.text
