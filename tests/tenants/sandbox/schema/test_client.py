"""Client values that Authlete rejects: Authlete facts, 3.4, A031 and A032."""

import json

import pytest

from tests.support.sandbox import SERVICE

CREATE = f"/api/{SERVICE}/client/create"
KEY = {"kty": "EC", "kid": "1", "crv": "P-256", "x": "a", "y": "b"}
SANS = {"tlsClientAuthSanDns": "a.example", "tlsClientAuthSanIp": "192.0.2.1"}


@pytest.mark.parametrize(
    ("body", "code", "name"),
    [
        ({"clientName": 5}, "A126202", "clientName"),
        ({"developer": 5}, "A126202", "developer"),
        ({"defaultMaxAge": 2**31}, "A126202", "defaultMaxAge"),
        ({"extension": []}, "A126202", "extension"),
        ({"grantTypes": ["TELEPATHY"]}, "A031201", "grantTypes"),
        ({"tokenAuthMethod": "PASSWORD"}, "A031201", "tokenAuthMethod"),
        ({"bcDeliveryMode": "PIGEON"}, "A031201", "bcDeliveryMode"),
        ({"responseModes": ["SHOUT"]}, "A031201", "responseModes"),
        ({"attributes": [{"value": "a"}]}, "A031202", "attributes"),
        ({"clientIdAlias": "caf\u00e9"}, "A031203", "clientIdAlias"),
        ({"developer": "caf\u00e9"}, "A031203", "developer"),
        ({"clientName": "x" * 70_000}, "A031204", "clientName"),
        ({"redirectUris": [None]}, "A031205", "redirectUris"),
        ({"redirectUris": ["https://caf\u00e9.example"]}, "A031206", "redirectUris"),
        ({"contacts": ["x" * 70_000]}, "A031207", "contacts"),
        ({"redirectUris": ["https://a b"]}, "A031208", "redirectUris"),
        ({"logoUri": "a b"}, "A031208", "logoUri"),
        ({"redirectUris": ["/cb"]}, "A031209", "redirectUris"),
        ({"jwksUri": "keys.json"}, "A031209", "jwksUri"),
        ({"redirectUris": ["https://a.example/#b"]}, "A031210", "redirectUris"),
        ({"redirectUris": ["https://a.example"] * 2}, "A031211", "redirectUris"),
        ({"requestUris": ["https://a.example"] * 2}, "A031211", "requestUris"),
        ({"jwks": "{"}, "A031212", "jwks"),
        ({"jwks": '{"keys": {}}'}, "A031212", "jwks"),
        ({"jwks": json.dumps({"keys": [KEY | {"d": "x"}]})}, "A031212", "public"),
        ({"defaultMaxAge": -1}, "A031213", "defaultMaxAge"),
        ({"extension": {"accessTokenDuration": -1}}, "A031213", "accessTokenDuration"),
        ({"jwks": "x" * 70_000}, "A031215", "jwks"),
        ({"loginUri": "http://a.example"}, "A031219", "loginUri"),
        ({"defaultAcrs": ["a"] * 1001}, "A031220", "defaultAcrs"),
        ({"bcRequestSignAlg": "HS256"}, "A031222", "bcRequestSignAlg"),
        ({"tlsClientAuthSubjectDn": "nobody"}, "A031223", "tlsClientAuthSubjectDn"),
        ({"clientNames": [{"value": "a"}]}, "A032201", "clientNames"),
        ({"clientNames": [{"tag": "?", "value": "a"}]}, "A032202", "clientNames"),
        ({"clientNames": [{"tag": "ja"}]}, "A032203", "clientNames"),
        ({"tosUris": [{"tag": "ja", "value": "https://a"}] * 2}, "A032204", "tosUris"),
        ({"tosUris": [{"tag": "ja", "value": "/a"}]}, "A032205", "tosUris"),
        ({"sectorIdentifierUri": "http://a.example"}, "A032210", "sectorIdentifierUri"),
        ({"idTokenEncryptionEnc": "A128GCM"}, "A032211", "idTokenEncryptionAlg"),
        ({"userInfoEncryptionEnc": "A128GCM"}, "A032212", "userInfoEncryptionAlg"),
        ({"requestEncryptionEnc": "A128GCM"}, "A032213", "requestEncryptionAlg"),
        ({"authorizationEncryptionEnc": "A128GCM"}, "A032214", "authorizationEncryptionAlg"),
        ({"bcDeliveryMode": "PUSH"}, "A032215", "bcNotificationEndpoint"),
        (SANS, "A032216", "tlsClientAuthSanIp"),
        ({"tokenAuthMethod": "TLS_CLIENT_AUTH"}, "A032217", "tlsClientAuthSubjectDn"),
        ({"subjectType": "PAIRWISE"}, "A032221", "subjectType"),
        (
            {"subjectType": "PAIRWISE", "redirectUris": ["https://a.example", "https://b.example"]},
            "A032221",
            "subjectType",
        ),
        ({"attributes": [{"key": "a", "value": "x" * 70_000}]}, "A032222", "attributes"),
        ({"customMetadata": "[]"}, "A032223", "customMetadata"),
    ],
)
def test_invalid_client_is_rejected_and_not_created(caller, sandbox, body, code, name):
    response = caller.post(CREATE, json=body)

    assert (response.status_code, response.json()["resultCode"]) == (400, code)
    assert name in response.json()["resultMessage"]
    assert not sandbox.region("us").clients[SERVICE]


@pytest.mark.parametrize(
    "body",
    [
        {"redirectUris": ["com.example.app:/cb", "http://127.0.0.1/cb"]},
        {"subjectType": "PAIRWISE", "sectorIdentifierUri": "https://a.example/s"},
        {"bcDeliveryMode": "POLL"},
        {"bcDeliveryMode": "PING", "bcNotificationEndpoint": "https://a.example/cb"},
        {
            "tokenAuthMethod": "TLS_CLIENT_AUTH",
            "tlsClientAuthSubjectDn": r"CN=a\, b,2.5.4.97=PSDIE-1+OU=x, C=IE",
        },
        {"idTokenEncryptionAlg": "RSA_OAEP_256", "idTokenEncryptionEnc": "A128GCM"},
        {"jwks": json.dumps({"keys": [KEY]})},
        {"customMetadata": '{"team": "payments"}'},
        {"clientNames": [{"tag": "ja", "value": "a"}, {"tag": "zh-TW", "value": "b"}]},
    ],
)
def test_valid_client_is_created(caller, body):
    assert caller.post(CREATE, json=body).status_code == 201


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        (None, "A032219"),
        (["https://other.example"], "A032220"),
        (["https://a.example", "https://b.example"], None),
    ],
)
def test_sector_document_is_read(caller, sandbox, listed, code):
    sandbox.region("us").sectors["https://sector.example/doc"] = listed
    body = {
        "subjectType": "PAIRWISE",
        "redirectUris": ["https://a.example", "https://b.example"],
        "sectorIdentifierUri": "https://sector.example/doc",
    }

    response = caller.post(CREATE, json=body)

    assert response.json().get("resultCode") == code
    assert response.json().get("derivedSectorIdentifier") == (None if code else "sector.example")


def test_sector_follows_the_redirect_uris(caller):
    client = caller.post(CREATE, json={"redirectUris": ["https://a.example/cb"]}).json()
    assert client["derivedSectorIdentifier"] == "a.example"

    body = client | {"redirectUris": ["https://b.example/cb"]}
    path = f"/api/{SERVICE}/client/update/{client['clientId']}"
    assert caller.post(path, json=body).json()["derivedSectorIdentifier"] == "b.example"
