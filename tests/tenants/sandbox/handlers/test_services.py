"""Services on a cluster: Authlete facts, 4, 5 and 11.1."""

import json

import pytest

from tests.support.sandbox import SERVICE

LIST = "/api/service/get/list"
UPDATE = f"/api/{SERVICE}/service/update"
JSON = {"Content-Type": "application/json"}


def add(sandbox, count):
    for number in range(2000, 2000 + count):
        sandbox.services[number] = {"apiKey": number, "serviceName": f"S{number}"}


@pytest.mark.parametrize(
    ("query", "start", "end", "expected"),
    [
        ({}, 0, 5, 5),
        ({"start": 5, "end": 20}, 5, 20, 3),
        ({"start": 2, "end": 3}, 2, 3, 1),
        ({"start": 90, "end": 99}, 90, 99, 0),
    ],
)
def test_list_returns_a_range(caller, sandbox, query, start, end, expected):
    add(sandbox, 7)

    page = caller.get(LIST, params=query).json()

    assert (page["start"], page["end"], page["totalCount"]) == (start, end, 8)
    assert len(page["services"]) == expected


@pytest.mark.parametrize("query", [{"start": 0, "end": 0}, {"start": 5, "end": 2}])
def test_empty_range_returns_only_the_count(caller, query):
    page = caller.get(LIST, params=query).json()

    assert page == query | {"totalCount": 1}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("start=x", "A036201"),
        ("start=-1", "A036202"),
        ("end=", "A036203"),
        ("end=99999999999", "A036203"),
        ("end=-1", "A036204"),
    ],
)
def test_invalid_range_is_rejected(caller, query, code):
    response = caller.get(f"{LIST}?{query}")

    assert (response.status_code, response.json()["resultCode"]) == (400, code)


def test_list_can_be_limited(caller):
    page = caller.get(LIST, params={"limited": "true"}).json()

    assert set(page["services"][0]) == {"apiKey", "number", "serviceName"}


def test_response_has_all_booleans_and_numbers_and_no_null(caller):
    service = caller.service()

    assert service["pkceRequired"] is False
    assert service["idTokenDuration"] == 0
    assert "issuer" not in service
    assert None not in service.values()
    assert len(service) > 80


def test_update_replaces_everything(caller):
    caller.update(
        {
            "serviceName": "Shop",
            "issuer": "https://shop.example",
            "pkceRequired": True,
            "accessTokenDuration": 60,
            "supportedClaims": ["sub"],
        }
    )

    after = caller.update({"serviceName": "Shop 2"}).json()

    assert after["serviceName"] == "Shop 2"
    assert (after["pkceRequired"], after["accessTokenDuration"]) == (False, 0)
    assert "issuer" not in after
    assert "supportedClaims" not in after


@pytest.mark.parametrize(
    ("member", "fallback"),
    [
        ("supportedDisplays", ["PAGE"]),
        ("supportedClaimTypes", ["NORMAL"]),
        ("supportedGrantTypes", ["AUTHORIZATION_CODE", "REFRESH_TOKEN"]),
        ("supportedResponseTypes", ["CODE"]),
        ("supportedTokenAuthMethods", ["CLIENT_SECRET_BASIC", "CLIENT_SECRET_POST"]),
        ("supportedPromptValues", ["NONE", "LOGIN", "CONSENT", "SELECT_ACCOUNT"]),
    ],
)
def test_some_lists_have_fallbacks_and_can_be_empty(caller, member, fallback):
    assert caller.update({}).json()[member] == fallback
    assert caller.update({member: None}).json()[member] == fallback
    assert caller.update({member: []}).json()[member] == []
    assert caller.service()[member] == []


def test_round_trip_changes_only_the_version(caller):
    caller.update({"serviceName": "Shop", "supportedScopes": [{"name": "a"}]})
    before = caller.service()

    after = caller.update(before).json()

    assert after.pop("modifiedAt") > before.pop("modifiedAt")
    assert list(after.items()) == list(before.items())


def test_read_only_fields_are_accepted_and_not_stored(caller, sandbox):
    sandbox.services[SERVICE]["clientIdAliasEnabled"] = True
    sandbox.services[SERVICE]["hsks"] = [{"kid": "a"}]

    response = caller.update(
        {
            "apiKey": 1,
            "number": 99,
            "apiSecret": "mine",
            "createdAt": 99,
            "clientIdAliasEnabled": False,
            "tokenBatchNotificationEndpoint": "https://a.example",
            "directTokenEndpointEnabled": True,
            "developerAuthenticationCallbackApiSecret": "x",
            "supportedSnses": ["FACEBOOK"],
            "hsks": [],
            "metadata": [{"key": "clientCount", "value": "9"}],
        }
    )

    assert response.status_code == 200
    after = response.json()
    assert (after["apiKey"], after["number"], after["createdAt"]) == (SERVICE, 5, 1)
    assert after["apiSecret"] == "s3cret"
    assert after["clientIdAliasEnabled"] is True
    assert after["directTokenEndpointEnabled"] is False
    assert after["hsks"] == [{"kid": "a"}]
    for absent in ("tokenBatchNotificationEndpoint", "supportedSnses", "metadata"):
        assert absent not in after


def test_acrs_are_stored_although_documented_as_read_only(caller):
    assert caller.update({"supportedAcrs": ["a"]}).json()["supportedAcrs"] == ["a"]


def test_unknown_fields_are_dropped_silently(caller):
    after = caller.update({"postLogoutRedirectUris": ["https://a.example"]})

    assert after.status_code == 200
    assert "postLogoutRedirectUris" not in after.json()


def test_known_undocumented_fields_are_preserved_and_can_be_reset(caller, sandbox):
    sandbox.region("us").newer.add("haipVersion")

    assert caller.update({"haipVersion": "1.0"}).json()["haipVersion"] == "1.0"
    assert "haipVersion" not in caller.update({}).json()
    assert caller.update({"haipVersion": "1.1"}).json()["haipVersion"] == "1.1"


def test_numbers_keep_their_notation_and_texts_their_code_points(caller, sandbox):
    sandbox.region("us").newer.add("odd")
    parts = rb'"serviceName":"\ud83e"', rb'"accessTokenDuration":1E2', rb"[0.10,-0.0]"
    body = b'{%b,%b,"odd":%b}' % parts

    response = caller.post(UPDATE, content=body, headers=JSON)

    assert response.status_code == 200
    assert all(part in response.content for part in parts)


def test_scopes_are_sorted_by_name(caller):
    sent = [{"name": "zoo", "defaultEntry": True}, {"name": "air", "description": "x"}]

    after = caller.update({"supportedScopes": sent}).json()

    assert after["supportedScopes"] == [
        {"name": "air", "description": "x", "defaultEntry": False},
        {"name": "zoo", "defaultEntry": True},
    ]


def test_jwk_sets_are_reformatted(caller):
    sent = '{ "keys": [ {"kty": "EC", "crv": "P-256", "x": "a", "y": "b"} ] }'

    after = caller.update({"jwks": sent, "federationJwks": sent}).json()

    assert after["jwks"] != sent
    assert " " not in after["jwks"]
    assert json.loads(after["jwks"]) == json.loads(sent)
    assert after["federationJwks"] == after["jwks"]


def test_every_update_increases_the_version(caller, sandbox):
    sandbox.services[SERVICE]["modifiedAt"] = 9_999_999_999_999

    assert caller.update({}).json()["modifiedAt"] == 10_000_000_000_000


@pytest.mark.parametrize(
    ("body", "code", "name"),
    [
        ({"accessTokenDuration": "60"}, "A126202", "accessTokenDuration"),
        ({"accessTokenDuration": True}, "A126202", "accessTokenDuration"),
        ({"accessTokenDuration": 1.5}, "A126202", "accessTokenDuration"),
        ({"allowableClockSkew": 2**31}, "A126202", "allowableClockSkew"),
        ({"pkceRequired": "yes"}, "A126202", "pkceRequired"),
        ({"serviceName": 5}, "A126202", "serviceName"),
        ({"supportedClaims": "sub"}, "A126202", "supportedClaims"),
        (
            {"credentialIssuerMetadata": {"credentialsSupported": []}},
            "A126202",
            "credentialsSupported",
        ),
        ({"supportedClaims": ["sub", None]}, "A031205", "supportedClaims"),
        ({"supportedGrantTypes": ["TELEPATHY"]}, "A031201", "supportedGrantTypes"),
        ({"accessTokenSignAlg": "XS256"}, "A031201", "accessTokenSignAlg"),
        ({"accessTokenSignAlg": "HS256"}, "A031222", "accessTokenSignAlg"),
        ({"accessTokenDuration": -1}, "A031213", "accessTokenDuration"),
        ({"userCodeLength": 256}, "A031221", "userCodeLength"),
        ({"tokenEndpoint": "a b"}, "A031208", "tokenEndpoint"),
        ({"tokenEndpoint": "/token"}, "A031209", "tokenEndpoint"),
        ({"issuer": "http://a.example"}, "A031219", "issuer"),
        ({"issuer": "https://a.example?b"}, "A031218", "issuer"),
        ({"issuer": "https://a.example#b"}, "A031210", "issuer"),
        ({"jwks": "{"}, "A031212", "jwks"),
        ({"jwks": '{"keys": {}}'}, "A031212", "jwks"),
        ({"jwks": "x" * 70_000}, "A031215", "jwks"),
        ({"supportedScopes": [{"name": "a"}, {"name": "a"}]}, "A039203", "twice"),
        ({"supportedScopes": [{"description": "a"}]}, "A039204", "supportedScopes"),
        ({"supportedScopes": [{"name": "a" * 256}]}, "A039205", "supportedScopes"),
        ({"supportedScopes": [{"name": 'a"b'}]}, "A039206", "supportedScopes"),
        ({"trustedRootCertificates": ["pem"]}, "A039230", "trustedRootCertificates"),
        ({"attributes": [{"key": "a", "value": "x" * 70_000}]}, "A039231", "attributes"),
        (
            {"supportedCustomClientMetadata": ["redirect_uris"]},
            "A039232",
            "supportedCustomClientMetadata",
        ),
    ],
)
def test_invalid_service_is_rejected_and_not_stored(caller, sandbox, body, code, name):
    response = caller.update(body)

    assert response.status_code == 400
    assert response.json()["resultCode"] == code
    assert name in response.json()["resultMessage"]
    assert sandbox.services[SERVICE]["modifiedAt"] == 1


@pytest.mark.parametrize(
    ("content", "headers", "code"),
    [
        (b"{}", {}, "A258201"),
        (b"{}", {"Content-Type": "text/plain"}, "A258201"),
        (b"", JSON, "A126203"),
        (b"{", JSON, "A126202"),
        (b"[]", JSON, "A126202"),
        (b'{"accessTokenDuration": NaN}', JSON, "A126202"),
        (b'{"createdAt": "soon"}', JSON, "A126202"),  # though it is not stored
        (b'{"hsks": {}}', JSON, "A126202"),
        (b'{"a":' * 20_000 + b"1" + b"}" * 20_000, JSON, "A126202"),
    ],
)
def test_invalid_body_is_rejected(caller, content, headers, code):
    response = caller.post(UPDATE, content=content, headers=headers)

    assert (response.status_code, response.json()["resultCode"]) == (400, code)


def test_form_body_is_accepted(caller):
    form = {
        "serviceName": "Form",
        "pkceRequired": "true",
        "accessTokenDuration": "60",
        "supportedGrantTypes": "AUTHORIZATION_CODE CIBA",
        "supportedScopes": "cannot be in a form",
    }

    after = caller.post(UPDATE, data=form).json()

    assert (after["serviceName"], after["accessTokenDuration"]) == ("Form", 60)
    assert after["pkceRequired"] is True
    assert after["supportedGrantTypes"] == ["AUTHORIZATION_CODE", "CIBA"]
    assert "supportedScopes" not in after


def test_create_on_the_cluster_has_no_organization(caller, sandbox):
    response = caller.post("/api/service/create", json={"serviceName": "Lost"})

    assert response.status_code == 201
    orphan = response.json()["apiKey"]
    assert sandbox.services[orphan]["serviceName"] == "Lost"
    get = caller.get(f"/api/{orphan}/service/get")
    assert get.json()["resultCode"] == "A457101"
    assert caller.get(LIST).json()["totalCount"] == 1


def test_delete_on_the_cluster_is_denied(caller, sandbox):
    response = caller.delete(f"/api/{SERVICE}/service/delete")

    assert response.status_code == 403
    assert "DELETE_SERVICE" in response.json()["resultMessage"]
    assert SERVICE in sandbox.services
