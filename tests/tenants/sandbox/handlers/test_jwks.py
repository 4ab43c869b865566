import json

from tests.support.sandbox import SERVICE

JWKS = f"/api/{SERVICE}/service/jwks/get"
EC = {"kty": "EC", "crv": "P-256", "x": "a", "y": "b", "d": "secret", "kid": "one"}
OCT = {"kty": "oct", "k": "secret"}


def test_only_public_keys_are_returned(caller, sandbox):
    sandbox.services[SERVICE]["jwks"] = json.dumps({"keys": [EC, OCT]})

    response = caller.get(JWKS)

    assert [key["kid"] for key in response.json()["keys"]] == ["one"]
    assert "secret" not in response.text


def test_private_keys_are_returned_on_request(caller, sandbox):
    sandbox.services[SERVICE]["jwks"] = json.dumps({"keys": [EC, OCT]})

    response = caller.get(JWKS, params={"includePrivateKeys": "true"})

    assert response.json()["keys"] == [EC, OCT]


def test_response_is_empty_without_keys(caller):
    response = caller.get(JWKS)

    assert (response.status_code, response.content) == (204, b"")
    assert "Content-Length" not in response.headers


def test_response_redirects_to_the_jwks_uri(caller, sandbox):
    sandbox.services[SERVICE]["jwksUri"] = "https://shop.example/jwks"

    response = caller.get(JWKS)

    assert response.status_code == 302
    assert response.headers["Location"] == "https://shop.example/jwks"


def test_credential_keys_are_returned(caller, sandbox):
    path = f"/api/{SERVICE}/vci/jwks"
    off = caller.post(path, json={})
    sandbox.services[SERVICE]["verifiableCredentialsEnabled"] = True
    without = caller.post(path, json={})
    sandbox.services[SERVICE]["credentialJwks"] = json.dumps({"keys": [EC]})

    body = caller.post(path, json={"pretty": True}).json()

    assert (off.json()["action"], off.json()["resultCode"]) == ("NOT_FOUND", "A402301")
    assert without.json()["resultCode"] == "A403201"
    (key,) = json.loads(body["responseContent"])["keys"]
    assert (body["action"], "d" in key, key["kty"]) == ("OK", False, "EC")
