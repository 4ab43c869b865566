"""Token creation: Authlete facts, 8."""

import json

import pytest

from tenants.sandbox import signing
from tenants.sandbox.seeding.keys import create_jwk_set
from tenants.sandbox.signing import parse_keys
from tenants.sandbox.state import now_milliseconds
from tests.support.sandbox import SERVICE, TOKEN, status_and_code

CREATE = f"{TOKEN}/create"
BODY = {"grantType": "AUTHORIZATION_CODE", "clientId": 5, "subject": "ann"}


@pytest.fixture
def create(caller, token_service):
    def create(**members):
        return caller.post(CREATE, json=BODY | members).json()

    return create


def test_new_token_is_returned_once_and_listed_by_hash(caller, create):
    reply = create(scopes=["openid"], properties=[{"key": "a", "value": "b"}])

    assert (reply["resultCode"], reply["action"]) == ("A109001", "OK")
    assert reply["expiresIn"] == 3600
    assert 3_590_000 < reply["expiresAt"] - now_milliseconds() <= 3_600_000
    (row,) = caller.get(f"{TOKEN}/get/list").json()["accessTokens"]
    assert row["subject"] == "ann"
    assert row["scopes"] == row["refreshTokenScopes"] == ["openid"]
    assert row["properties"] == [{"key": "a", "value": "b", "hidden": False}]
    assert row["accessTokenExpiresAt"] % 1000 == 0
    assert 7_190_000 < row["refreshTokenExpiresAt"] - now_milliseconds() <= 7_201_000
    assert reply["accessToken"] not in json.dumps(row)


@pytest.mark.parametrize("grant_type", ["IMPLICIT", "CLIENT_CREDENTIALS"])
def test_some_grant_types_have_no_refresh_token(create, grant_type):
    assert "refreshToken" not in create(grantType=grant_type)
    reply = create(grantType=grant_type, refreshToken="chosen")
    assert reply["resultCode"] in ("A108202", "A108203")


def test_service_without_refresh_grant_has_no_refresh_token(create, sandbox):
    sandbox.services[SERVICE]["supportedGrantTypes"].remove("REFRESH_TOKEN")

    assert "refreshToken" not in create()
    assert create(refreshToken="chosen")["resultCode"] == "A108204"


def test_client_credentials_token_has_no_subject(create, token_service):
    assert "subject" not in create(grantType="CLIENT_CREDENTIALS", subject="ann")
    assert token_service.tokens[SERVICE][0].subject == ""


def test_existing_value_is_accepted_once(create, caller):
    reply = create(accessToken="chosen", refreshToken="again")

    assert (reply["accessToken"], reply["refreshToken"]) == ("chosen", "again")
    assert create(accessToken="chosen")["resultCode"] == "A144201"
    assert create(refreshToken="again")["resultCode"] == "A144202"


@pytest.mark.parametrize(
    ("members", "seconds"),
    [
        ({}, 3600),
        ({"accessTokenDuration": 60}, 60),
        ({"accessTokenPersistent": True, "accessTokenDuration": 60}, 0),
    ],
)
def test_duration_can_be_given(create, token_service, members, seconds):
    reply = create(**members)

    assert reply["expiresIn"] == seconds
    assert (token_service.tokens[SERVICE][0].expires_at == 0) == (seconds == 0)


@pytest.mark.parametrize(("own", "seconds"), [(90, 90), (9000, 3600), (0, 3600)])
def test_client_may_shorten_durations(create, token_service, own, seconds):
    token_service.clients[SERVICE][5]["extension"] = {"accessTokenDuration": own}

    assert create()["expiresIn"] == seconds


def test_scope_may_shorten_durations(create, sandbox):
    lived = [{"key": "access_token.duration", "value": "45"}]
    sandbox.services[SERVICE]["supportedScopes"].append({"name": "payments", "attributes": lived})

    assert create()["expiresIn"] == 3600
    assert create(scopes=["payments"])["expiresIn"] == 45


def test_client_may_be_identified_by_its_alias(create):
    assert create()["clientIdentifier"] == "5"
    assert create(clientIdAliasUsed=True)["clientIdentifier"] == "till"


def test_jwt_contains_the_value(create, sandbox):
    sandbox.services[SERVICE]["accessTokenSignAlg"] = "ES256"

    reply = create(scopes=["openid", "orders"])

    _, claims = signing.parse_jws(reply["jwtAccessToken"])
    assert claims["jti"] == reply["accessToken"]
    assert (claims["sub"], claims["scope"]) == ("ann", "openid orders")
    sandbox.services[SERVICE]["accessTokenSignAlg"] = "ES384"
    failed = create()
    assert failed["resultCode"] == "A108205"
    assert failed["action"] == "INTERNAL_SERVER_ERROR"


def test_named_key_signs_among_several(create, sandbox):
    service = sandbox.services[SERVICE]
    keys = [
        *parse_keys(create_jwk_set("old", "ES256")),
        *parse_keys(create_jwk_set("new", "ES256")),
    ]
    service |= {"accessTokenSignAlg": "ES256", "jwks": json.dumps({"keys": keys})}

    for named, kid in [
        ("new-es256", "new-es256"),
        ("old-es256", "old-es256"),
        ("gone", "old-es256"),
    ]:
        service["accessTokenSignatureKeyId"] = named
        header, _ = signing.parse_jws(create()["jwtAccessToken"])
        assert header["kid"] == kid


@pytest.mark.parametrize(
    ("members", "code", "action"),
    [
        ({"grantType": None}, "A104201", "BAD_REQUEST"),
        ({"grantType": "REFRESH_TOKEN"}, "A104202", "BAD_REQUEST"),
        ({"grantType": "PASSWORD"}, "A104203", "BAD_REQUEST"),
        ({"subject": None}, "A105201", "BAD_REQUEST"),
        ({"subject": ""}, "A105201", "BAD_REQUEST"),
        ({"subject": "x" * 101}, "A105202", "BAD_REQUEST"),
        ({"subject": "zoë"}, "A105203", "BAD_REQUEST"),
        ({"scopes": ["unheard"]}, "A106201", "BAD_REQUEST"),
        ({"clientId": 7}, "A107201", "BAD_REQUEST"),
        ({"clientId": None}, "A107201", "BAD_REQUEST"),
        ({"clientId": 8}, "A107202", "FORBIDDEN"),
        ({"clientId": 6}, "A107203", "FORBIDDEN"),
        ({"properties": [{"key": "a", "value": "x" * 70_000}]}, "A108201", "BAD_REQUEST"),
    ],
)
@pytest.mark.parametrize("told_twice", [False, True])
def test_invalid_token_is_rejected_with_an_action(
    caller, token_service, sandbox, members, code, action, told_twice
):
    token_service.clients[SERVICE][6]["locked"] = True
    token_service.clients[999][8] = {"clientId": 8}
    sandbox.state.action_statuses = told_twice

    response = caller.post(CREATE, json=BODY | members)

    assert response.json()["resultCode"] == code
    assert response.json()["action"] == action
    status = {"BAD_REQUEST": 400, "FORBIDDEN": 403}[action] if told_twice else 200
    assert response.status_code == status
    assert token_service.tokens[SERVICE] == []


def test_client_identifier_may_be_an_alias(create):
    assert create(clientId=None, clientIdentifier="till")["clientId"] == 5


def test_form_body_is_accepted(caller, token_service):
    body = caller.post(CREATE, data=BODY | {"scopes": "openid orders"}).json()

    assert body["scopes"] == ["openid", "orders"]


@pytest.mark.parametrize("token", ["reads", "clients"])
def test_read_permission_cannot_create(client_as, token_service, token):
    assert status_and_code(client_as(token).post(CREATE, json=BODY)) == (403, "A457101")


def test_wrong_types_are_rejected(caller, token_service):
    response = caller.post(CREATE, json=BODY | {"scopes": "openid"})

    assert status_and_code(response) == (400, "A126202")
