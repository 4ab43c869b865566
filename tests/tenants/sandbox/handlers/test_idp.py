"""Creation and deletion of services: Authlete facts, 12."""

from math import inf

import pytest

from tenants.sandbox import state
from tenants.sandbox.api_tokens import ORGANIZATION_PERMISSIONS, ApiToken
from tests.support.sandbox import SERVICE

EU = 63294
US = 76281


def create(caller, **body):
    values = {"apiServerId": EU, "organizationId": 1} | body
    return caller.post("/api/service", json=values)


def test_service_is_created_on_the_given_server(client_as, sandbox):
    response = create(client_as(place="idp"), service={"serviceName": "New"})

    assert response.status_code == 200
    service = response.json()
    assert service["serviceName"] == "New"
    assert service["accessTokenDuration"] == 86_400
    assert service["supportedDisplays"] == ["PAGE"]
    assert client_as(place="eu").get(f"/api/{service['apiKey']}/service/get").json() == service
    here = client_as().get(f"/api/{service['apiKey']}/service/get")
    assert here.json()["resultCode"] == "A457101"


def test_new_service_is_not_accessible_at_first(client_as, sandbox, monkeypatch):
    sandbox.state.window = 3600

    api_key = create(client_as(place="idp")).json()["apiKey"]

    path = f"/api/{api_key}/service/get"
    assert client_as(place="eu").get(path).json()["resultCode"] == "A457101"
    monkeypatch.setattr(state, "monotonic", lambda: inf)
    assert client_as(place="eu").get(path).status_code == 200


def test_errors_have_the_format_of_the_idp(client_as):
    response = create(client_as(place="idp"), service={"issuer": "http://a.example"})

    assert response.status_code == 400
    assert response.json() == {"error": "[A031219] 'issuer' does not use https."}


def test_all_missing_parameters_are_named(client_as):
    response = client_as(place="idp").post("/api/service", json={"organizationId": "1"})

    assert response.status_code == 400
    assert response.json() == {
        "errors": ["apiServerId: must be an integer", "organizationId: must be an integer"]
    }


@pytest.mark.parametrize(
    ("token", "body", "status", "message"),
    [
        ("service", {}, 401, "A286301"),
        ("nobody", {}, 401, "A458101"),
        ("reads", {}, 403, "create_service"),
        ("full", {"organizationId": 2}, 403, "create_service"),
        ("full", {"apiServerId": 5}, 403, "API server"),
    ],
)
def test_invalid_request_is_rejected(client_as, token, body, status, message):
    response = create(client_as(token, "idp"), **body)

    assert response.status_code == status
    assert message in response.json()["error"]


def test_free_plan_allows_one_service(client_as, sandbox):
    trial = sandbox.state.organization("trial", plan="FREE")
    sandbox.state.accept(ApiToken("trial", trial, ORGANIZATION_PERMISSIONS))
    caller = client_as("trial", "idp")

    first = create(caller, organizationId=trial)
    second = create(caller, organizationId=trial)

    assert first.status_code == 200
    assert second.status_code == 403
    assert "Upgrade" in second.json()["error"]
    assert second.json()["organizationId"] == trial


def test_service_is_removed_once(client_as, sandbox):
    body = {"apiServerId": US, "organizationId": 1, "serviceId": SERVICE}
    caller = client_as(place="idp")

    first = caller.post("/api/service/remove", json=body)
    second = caller.post("/api/service/remove", json=body)

    assert (first.status_code, first.content) == (204, b"")
    assert SERVICE not in sandbox.services
    assert second.status_code == 404
    assert second.json()["serviceId"] == SERVICE


@pytest.mark.parametrize(
    ("token", "organization", "status"), [("reads", 1, 403), ("other", 1, 403), ("other", 2, 404)]
)
def test_other_organizations_cannot_remove_a_service(
    client_as, sandbox, token, organization, status
):
    body = {"apiServerId": US, "organizationId": organization, "serviceId": SERVICE}

    response = client_as(token, "idp").post("/api/service/remove", json=body)

    assert response.status_code == status
    assert SERVICE in sandbox.services


def test_servers_are_listed(client_as):
    servers = client_as(place="idp").get("/api/apiserver").json()

    assert {server["id"]: server["apiServerUrl"] for server in servers} == {
        76281: "https://us.authlete.com",
        53285: "https://jp.authlete.com",
        63294: "https://eu.authlete.com",
        47363: "https://br.authlete.com",
    }


def test_unknown_route_answers_like_spring(client_as):
    response = client_as(place="idp").get("/api/nothing")

    assert response.status_code == 404
    assert response.json()["path"] == "/api/nothing"
