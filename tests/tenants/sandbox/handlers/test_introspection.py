"""Introspection: Authlete facts, 8c, and RFC 7662."""

import json
from urllib.parse import urlencode

import pytest

from tenants.sandbox import signing
from tenants.sandbox.state import now_milliseconds
from tests.support.sandbox import FAR_FUTURE, SERVICE, status_and_code

INTROSPECT = f"/api/{SERVICE}/auth/introspection"
FLAGS = ("existent", "usable", "sufficient", "refreshable")
JWT = "application/token-introspection+jwt"


@pytest.fixture
def introspect(caller):
    def introspect(token="t1", **members):
        return caller.post(INTROSPECT, json={"token": token} | members).json()

    return introspect


@pytest.fixture
def standard(caller):
    def standard(token="t1", **members):
        parameters = urlencode({"token": token, "token_type_hint": "refresh_token"})
        body = {"parameters": parameters} | members
        return caller.post(f"{INTROSPECT}/standard", json=body).json()

    return standard


def flags(found):
    return [found[flag] for flag in FLAGS]


def test_valid_token_is_described(introspect, issue):
    hidden = {"key": "a", "value": "b", "hidden": True}
    token = issue(refresh="r1", properties=(hidden,), more={"acr": "high"})

    reply = introspect(scopes=["orders"], subject="ann")

    assert (reply["action"], reply["resultCode"]) == ("OK", "A056001")
    assert flags(reply) == [True, True, True, True]
    assert (reply["clientId"], reply["clientIdAlias"]) == (5, "till")
    assert reply["subject"] == "ann"
    assert reply["expiresAt"] == FAR_FUTURE
    assert [scope_detail["name"] for scope_detail in reply["scopeDetails"]] == ["openid", "orders"]
    assert reply["properties"] == [hidden]
    assert reply["acr"] == "high"
    assert now_milliseconds() - token.used_at < 5000


@pytest.mark.parametrize(
    ("parameters", "more", "code", "action", "sufficient"),
    [
        ({"scopes": ["loans"]}, {}, "A056302", "FORBIDDEN", False),
        ({"subject": "bob"}, {}, "A056303", "FORBIDDEN", True),
        ({"resources": ["https://a.example"]}, {}, "A056304", "FORBIDDEN", True),
        ({"acrValues": ["high"]}, {"acr": "low"}, "A056305", "UNAUTHORIZED", True),
        ({"maxAge": 60}, {"authTime": 1}, "A056305", "UNAUTHORIZED", True),
        ({}, {"certificateThumbprint": "x"}, "A065308", "UNAUTHORIZED", True),
        ({}, {"dpopKeyThumbprint": "x"}, "A065308", "UNAUTHORIZED", True),
    ],
)
def test_valid_token_may_be_insufficient(
    introspect, issue, parameters, more, code, action, sufficient
):
    issue(more=more)

    reply = introspect(**parameters)

    assert (reply["resultCode"], reply["action"]) == (code, action)
    assert flags(reply) == [True, True, sufficient, False]


def test_unknown_token_is_reported_with_status_200(caller, introspect, issue, token_service):
    token = issue()

    unknown = introspect(token.access_hash)
    assert (unknown["action"], unknown["resultCode"]) == ("UNAUTHORIZED", "A057302")
    assert flags(unknown) == [False, False, False, False]
    missing = introspect("")
    assert (missing["action"], missing["resultCode"]) == ("BAD_REQUEST", "A057301")
    token_service.tokens[999] = [token_service.tokens[SERVICE].pop()]
    assert introspect()["resultCode"] == "A057303"


def test_revoked_token_is_unknown_although_it_is_listed(introspect, issue):
    issue(revoked=True)

    assert introspect()["resultCode"] == "A057302"


def test_expired_token_is_deleted_by_introspection(introspect, issue):
    issue(expires=1000)

    reply = introspect()

    assert (reply["action"], reply["resultCode"]) == ("UNAUTHORIZED", "A056301")
    assert flags(reply) == [True, False, True, False]
    assert introspect()["resultCode"] == "A057302"


def test_expired_token_that_can_be_refreshed_stays(introspect, issue):
    issue(expires=1000, refresh="r1")

    introspect()

    assert flags(introspect()) == [True, False, True, True]


def test_jwt_is_accepted_if_the_service_signed_it(caller, introspect, issue, sandbox):
    issue()
    service = sandbox.services[SERVICE]
    jwt = signing.sign_jwt(service, {"jti": "t1", "scope": "all"}, "ES256")

    assert introspect(jwt)["scopes"] == ["openid", "orders"]
    assert introspect(f"{jwt[:-8]}AAAAAAAA")["resultCode"] == "A057304"


@pytest.mark.parametrize("token", ["reads", "clients"])
def test_introspection_needs_its_permission(client_as, issue, token):
    issue()

    response = client_as(token).post(INTROSPECT, json={"token": "t1"})

    assert status_and_code(response) == (403, "A457101")


@pytest.mark.parametrize("value", ["t1", "r1"])
def test_standard_introspection_describes_both_tokens(standard, issue, value):
    hidden = {"key": "h", "value": "1", "hidden": True}
    issue(refresh="r1", properties=({"key": "tier", "value": "gold"}, hidden))

    reply = standard(value)

    assert (reply["action"], reply["resultCode"]) == ("OK", "A145001")
    claims = json.loads(reply["responseContent"])
    assert claims["active"] is True
    assert claims["exp"] == FAR_FUTURE // 1000
    assert (claims["sub"], claims["client_id"]) == ("ann", "5")
    assert (claims["scope"], claims["tier"]) == ("openid orders", "gold")
    assert "h" not in claims
    assert ("token_type" in claims) == (value == "t1")
    response_content = standard(value, withHiddenProperties=True)["responseContent"]
    assert json.loads(response_content)["h"] == "1"


def test_standard_introspection_of_inactive_token_says_nothing_else(standard, issue):
    token = issue(expires=1000, refresh="r1")
    token.refresh_expires_at = 1000

    for value in ("t1", "r1", "none", token.refresh_hash):
        assert json.loads(standard(value)["responseContent"]) == {"active": False}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"parameters": ""}, "A145201"),
        ({"parameters": "token="}, "A145202"),
        ({"httpAcceptHeader": JWT}, "A404301"),
        ({"httpAcceptHeader": JWT, "rsUri": "https://rs.example"}, "A404101"),
    ],
)
def test_standard_introspection_rejects_with_an_action(standard, issue, members, code):
    issue()

    reply = standard(**members)

    assert reply["resultCode"] == code
    failed = "INTERNAL_SERVER_ERROR" if code == "A404101" else "BAD_REQUEST"
    assert reply["action"] == failed


def test_standard_introspection_can_answer_with_a_jwt(standard, issue):
    issue()
    parameters = {"httpAcceptHeader": JWT, "rsUri": "https://rs.example"}

    reply = standard(**parameters, introspectionSignAlg="ES256")

    assert reply["action"] == "JWT"
    header, claims = signing.parse_jws(reply["responseContent"])
    assert header["typ"] == "token-introspection+jwt"
    assert claims["aud"] == "https://rs.example"
    assert claims["token_introspection"]["sub"] == "ann"
