"""Every operation of the specification against the sandbox."""

import re

import pytest

from tenants.authlete.api import OPERATIONS
from tenants.sandbox import routes
from tenants.sandbox.app import Sandbox
from tenants.sandbox.seeding.keys import create_jwk_set
from tests.support.sandbox import SandboxClient
from tests.tenants.sandbox.openapi_validation import find_violations

CLUSTER = [route.operation for route in routes.CLUSTER_ROUTES.routes]
BUILT = [one for one in CLUSTER if one.name in routes.HANDLERS]
UNBUILT = [one for one in CLUSTER if one.name not in routes.HANDLERS]
SETTINGS = {
    "clientName": "Partner",
    "clientNames": [{"tag": "ja", "value": "\u4ef2\u9593"}],
    "redirectUris": ["https://partner.example/cb"],
    "idTokenSignAlg": "ES256",
    "extension": {"requestableScopesEnabled": True, "requestableScopes": ["openid"]},
}
BODIES = {
    "client": SETTINGS | {"clientLocked": True, "clientSecret": "chosen"},
    "requestable_scopes": {"requestableScopes": ["openid"]},
    "key": {"kty": "EC", "use": "sig", "alg": "ES256"},
}
TOKEN = {"grantType": "AUTHORIZATION_CODE", "subject": "ann", "scopes": ["openid"]}
STATUSES = {
    "token.delete": 204,
    "service.create": 201,
    "service.delete": 403,
    "client.create": 201,
    "client.delete": 204,
    "requestable_scopes.delete": 204,
    "key.delete": 204,
}


def shape(path):
    return re.sub(r"\{\w+\}", "{}", path)


def find_specification(openapi, operation):
    """Return an operation's entry in the specification."""
    for path, methods in openapi["paths"].items():
        if shape(path) == shape(operation.path):
            return methods[operation.method.lower()]
    raise LookupError(operation.name)


def wrong(openapi, operation, response):
    """What is wrong with an answer, by the specification."""
    responses = find_specification(openapi, operation)["responses"]
    if str(response.status_code) not in responses:
        return [f"status {response.status_code}"]
    declared = responses[str(response.status_code)]
    if "$ref" in declared:
        name = declared["$ref"].rpartition("/")[2]
        declared = openapi["components"]["responses"][name]
    # The specification has a body for a 204, which cannot have one (Authlete facts, 11.1).
    if not (content := declared.get("content")) or response.status_code == 204:
        return []
    kind = response.headers["Content-Type"].partition(";")[0]
    if kind not in content:
        return [f"it is {kind}"]
    value = response.json() if kind == "application/json" else response.text
    return find_violations(openapi, content[kind]["schema"], value)


@pytest.fixture
def bank():
    """The seeded world, and a service with much set and nothing odd."""
    sandbox = Sandbox(seed=1)
    harbor = next(iter(sandbox.state.organizations))
    tokens = [
        token.value
        for token in sandbox.state.tokens.values()
        if token.organization == harbor and token.preset == "full" and token.is_accepted_in("eu")
    ]
    service_id = next(
        number
        for number, service in sandbox.region("eu").services.items()
        if service.get("federationEnabled")
    )
    sandbox.region("eu").services[service_id] |= {
        "hsmEnabled": True,
        "verifiableCredentialsEnabled": True,
        "credentialJwks": create_jwk_set("credentials", "ES256"),
    }
    return SandboxClient(sandbox, "eu", tokens[0]), service_id


def ask(bank, operation):
    caller, service_id = bank
    client = caller.post(f"/api/{service_id}/client/create", json=SETTINGS).json()
    body = TOKEN | {"clientId": client["clientId"]}
    token = caller.post(f"/api/{service_id}/auth/token/create", json=body).json()
    key = caller.post(f"/api/{service_id}/hsk/create", json=BODIES["key"]).json()
    places = dict.fromkeys(operation.path_param_names, client["clientId"])
    places["handle"] = key["hsk"]["handle"]
    places |= {"subject": "ann", "access_token_identifier": token["accessToken"]}
    reply = caller.post(f"/api/{service_id}/auth/token/create/batch", json=[body])
    places["token_batch_request_id"] = reply.json()["requestId"]
    path = operation.path.format_map(places | {"service_id": service_id})
    kind = operation.name.partition(".")[0]
    if operation.method in ("POST", "PUT"):
        body = caller.get(f"/api/{service_id}/service/get").json()
        body = BODIES.get(kind, body) | about(operation, client, token)
        sent = [body] if operation.name == "token_batch.create" else body
        return caller.request(operation.method, path, json=sent)
    of_subject = kind in ("authorization", "granted_scopes")
    query = "?subject=ann" if of_subject else ""
    return caller.request(operation.method, path + query)


def about(operation, client, token):
    """What a body says of the client and of the token."""
    value = token["accessToken"]
    return {
        "token.create": TOKEN | {"clientId": client["clientId"]},
        "token_batch.create": TOKEN | {"clientId": client["clientId"]},
        "token.update": {"accessToken": value, "properties": [{"key": "a"}]},
        "token.revoke": {"accessTokenIdentifier": value},
        "token.introspect": {"token": token["jwtAccessToken"]},
        "token.introspect_standard": {"parameters": f"token={value}"},
        "jose.verify": {"jose": token["jwtAccessToken"], "mandatoryClaims": ["nonce"]},
        "id_token.reissue": {"accessToken": value, "refreshToken": token["refreshToken"]},
        "authorization.update": {"subject": "ann", "scopes": []},
    }.get(operation.name, {"subject": "ann"} if "post" in operation.name else {})


def test_routes_are_those_of_the_specification(openapi):
    declared = {
        (method.upper(), shape(path))
        for path, methods in openapi["paths"].items()
        for method in methods
        if method in ("get", "post", "put", "delete", "patch")
    }

    assert {(route.method, shape(route.path)) for route in CLUSTER} == declared


@pytest.mark.parametrize("operation", BUILT, ids=lambda one: one.name)
def test_response_conforms_to_the_specification(openapi, bank, operation):
    response = ask(bank, operation)

    assert response.status_code == STATUSES.get(operation.name, 200)
    assert wrong(openapi, operation, response) == []
    if b'"action"' in response.content:
        assert response.json()["action"] in ("OK", "SUCCESS")


@pytest.mark.parametrize("operation", BUILT, ids=lambda one: one.name)
def test_rejection_conforms_to_the_specification(openapi, bank, operation):
    caller, service_id = bank
    caller.headers["Authorization"] = "Bearer nobody"
    places = dict.fromkeys(operation.path_param_names, "1") | {"service_id": service_id}
    path = operation.path.format_map(places)

    response = caller.request(operation.method, path)

    if operation.name in routes.PUBLIC_OPERATIONS:
        assert response.status_code == 200
    else:
        assert response.status_code == 401
        if "401" in find_specification(openapi, operation)["responses"]:
            assert wrong(openapi, operation, response) == []


@pytest.mark.parametrize(
    "operation",
    [one for one in BUILT if {"client_id", "client_identifier"} & set(one.path_param_names)],
    ids=lambda one: one.name,
)
def test_unknown_client_is_an_error_result(openapi, bank, operation):
    caller, service_id = bank
    places = dict.fromkeys(operation.path_param_names, "nobody") | {"service_id": service_id}
    path = operation.path.format_map(places)

    response = caller.request(operation.method, path, json={})

    result = {"$ref": "#/components/schemas/result"}
    assert response.status_code == 404
    assert find_violations(openapi, result, response.json()) == []


@pytest.mark.parametrize("operation", UNBUILT, ids=lambda one: one.name)
def test_unimplemented_operation_returns_501(openapi, bank, operation):
    response = ask(bank, operation)

    assert response.status_code == 501
    assert operation.name in response.json()["resultMessage"]
    result = {"$ref": "#/components/schemas/result"}
    assert find_violations(openapi, result, response.json()) == []


def test_seeded_services_conform_except_the_unusual_one(openapi):
    schema = {"$ref": "#/components/schemas/service"}
    odd = []
    sandbox = Sandbox(seed=1, services=6)
    for token in [t for t in sandbox.state.tokens.values() if t.preset == "full"]:
        for place in token.regions or ():
            caller = SandboxClient(sandbox, place, token.value)
            page = caller.get("/api/service/get/list", params={"end": 99}).json()
            odd += [
                service["serviceName"]
                for service in page["services"]
                if find_violations(openapi, schema, service)
            ]

    assert odd == ["Open banking sandbox \ud83e"]


def test_seeded_clients_conform_except_the_unusual_one(openapi):
    sandbox = Sandbox(seed=1, clients=40)
    client = {"$ref": "#/components/schemas/client"}
    tokens = {"$ref": "#/components/schemas/token_get_list_response"}
    odd, count = [], 0
    for token in [t for t in sandbox.state.tokens.values() if t.preset == "full"]:
        (place,) = token.regions or ()
        caller = SandboxClient(sandbox, place, token.value)
        page = caller.get("/api/service/get/list", params={"end": 99}).json()
        for service in page["services"]:
            path = f"/api/{service['apiKey']}"
            found = caller.get(f"{path}/client/get/list", params={"end": 99}).json()
            count += len(found["clients"])
            odd += [
                seeded for seeded in found["clients"] if find_violations(openapi, client, seeded)
            ]
            listed = caller.get(f"{path}/auth/token/get/list", params={"end": 20})
            assert listed.status_code == 403 or not find_violations(openapi, tokens, listed.json())

    assert [seeded["clientName"] for seeded in odd] == ["Telepathy pilot \ud83e"]
    assert count > 900


def test_handlers_are_registered_operations():
    assert set(routes.HANDLERS) <= set(OPERATIONS)
