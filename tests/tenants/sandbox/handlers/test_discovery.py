import json

import pytest

from tenants.sandbox.app import Sandbox
from tenants.sandbox.handlers.discovery import build_discovery_document
from tenants.sandbox.json_patch import JsonPatchError, apply_patch
from tests.support.sandbox import SERVICE

PATH = f"/api/{SERVICE}/service/configuration"


def test_document_follows_the_settings(caller, sandbox):
    sandbox.services[SERVICE] |= {
        "issuer": "https://shop.example",
        "supportedScopes": [{"name": "openid"}],
        "supportedResponseTypes": ["CODE", "CODE_ID_TOKEN"],
        "supportedGrantTypes": ["AUTHORIZATION_CODE", "CIBA"],
        "mtlsEndpointAliases": [{"name": "token_endpoint", "uri": "https://m.example"}],
    }

    body = caller.get(PATH).json()

    assert body["issuer"] == "https://shop.example"
    assert body["scopes_supported"] == ["openid"]
    assert body["response_types_supported"] == ["code", "code id_token"]
    assert body["grant_types_supported"][1] == "urn:openid:params:grant-type:ciba"
    assert body["mtls_endpoint_aliases"] == {"token_endpoint": "https://m.example"}
    assert "token_endpoint" not in body


def test_algorithms_follow_the_keys(caller, sandbox):
    keys = [{"kty": "EC", "crv": "P-256", "use": "sig"}, {"kty": "RSA", "use": "enc"}]
    sandbox.services[SERVICE]["jwks"] = json.dumps({"keys": keys})

    body = caller.get(PATH).json()

    algorithms = body["id_token_signing_alg_values_supported"]
    assert "ES256" in algorithms
    assert "RS256" not in algorithms
    assert "none" in body["userinfo_signing_alg_values_supported"]


def test_document_is_as_long_as_real_ones():
    services = Sandbox(seed=1).region("us").services.values()

    longest = max(len(build_discovery_document(service)) for service in services)

    assert 40 <= longest <= 67


def test_document_can_be_pretty_and_patched(caller):
    patch = [{"op": "add", "path": "/x", "value": [1]}]

    response = caller.get(PATH, params={"pretty": "true", "patch": json.dumps(patch)})

    assert response.json()["x"] == [1]
    assert '\n  "x"' in response.text


@pytest.mark.parametrize("patch", ["{", "{}", '[{"op":"remove","path":"/none"}]'])
def test_patch_that_does_not_apply_is_rejected(caller, patch):
    response = caller.get(PATH, params={"patch": patch})

    assert response.status_code == 400
    assert "patch" in response.json()["resultMessage"]


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        ({"op": "add", "path": "/b/1", "value": 9}, {"a": 1, "b": [1, 9, 2]}),
        ({"op": "add", "path": "/b/-", "value": 9}, {"a": 1, "b": [1, 2, 9]}),
        ({"op": "replace", "path": "/a", "value": 9}, {"a": 9, "b": [1, 2]}),
        ({"op": "replace", "path": "/b/0", "value": 9}, {"a": 1, "b": [9, 2]}),
        ({"op": "remove", "path": "/b/0"}, {"a": 1, "b": [2]}),
        ({"op": "move", "from": "/a", "path": "/c"}, {"b": [1, 2], "c": 1}),
        ({"op": "copy", "from": "/a", "path": "/~1~0"}, {"a": 1, "b": [1, 2], "/~": 1}),
        ({"op": "test", "path": "/a", "value": 1}, {"a": 1, "b": [1, 2]}),
        ({"op": "replace", "path": "", "value": 5}, 5),
    ],
)
def test_patch_follows_rfc_6902(operation, after):
    assert apply_patch({"a": 1, "b": [1, 2]}, [operation]) == after


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "test", "path": "/a", "value": 2},
        {"op": "add", "path": "/b/01", "value": 2},
        {"op": "add", "path": "/b/5", "value": 2},
        {"op": "add", "path": "/none/x", "value": 2},
        {"op": "add", "path": "a", "value": 2},
        {"op": "add", "path": "/a"},
        {"op": "replace", "path": "/none", "value": 2},
        {"op": "fold", "path": "/a"},
        "add",
    ],
)
def test_invalid_patch_fails_as_in_rfc_6902(operation):
    with pytest.raises(JsonPatchError):
        apply_patch({"a": 1, "b": [1, 2]}, [operation])
