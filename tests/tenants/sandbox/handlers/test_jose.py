"""Signed objects: Authlete facts, 8c, and the reissue of ID tokens, section 8."""

import json

import pytest

from tenants.sandbox import signing
from tenants.sandbox.seeding.keys import create_jwk_set
from tests.support.sandbox import SERVICE, status_and_code

VERIFY = f"/api/{SERVICE}/jose/verify"
REISSUE = f"/api/{SERVICE}/idtoken/reissue"
NOW = 1_800_000_000  # seconds since 1970
SOON = NOW + 600


@pytest.fixture(autouse=True)
def stopped(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def verify(caller, token_service, sandbox):
    """Have a JWS checked that the service signed."""

    def verify(claims, by=None, alg="ES256", **members):
        jws = signing.sign_jwt(by or sandbox.services[SERVICE], claims, alg)
        return caller.post(VERIFY, json={"jose": jws} | members).json()

    return verify


def test_jws_signed_by_the_service_is_valid(verify):
    reply = verify({"exp": SOON, "iat": 1, "nbf": 1})

    assert reply == {
        "resultCode": "A160001",
        "resultMessage": "[A160001] The JWS is valid.",
        "valid": True,
        "signatureValid": True,
    }


@pytest.mark.parametrize(
    ("claims", "members", "code", "missing", "invalid"),
    [
        ({}, {"mandatoryClaims": ["nonce"]}, "A160203", ["nonce"], None),
        ({"exp": "x"}, {}, "A160205", None, ["exp"]),
        ({"exp": 1}, {}, "A160206", None, ["exp"]),
        ({"iat": SOON}, {}, "A160207", None, ["iat"]),
        ({"nbf": SOON}, {}, "A160208", None, ["nbf"]),
        ({"nbf": SOON}, {"clockSkew": 900}, "A160001", None, None),
    ],
)
def test_time_claims_are_checked(verify, claims, members, code, missing, invalid):
    reply = verify(claims, **members)

    assert reply["resultCode"] == code
    assert reply["valid"] == (code == "A160001")
    assert reply["signatureValid"] is True
    assert reply.get("missingClaims") == missing
    assert reply.get("invalidClaims") == invalid


def test_jws_may_be_signed_by_a_client(verify, token_service):
    client = token_service.clients[SERVICE][5]
    client["jwks"] = create_jwk_set("till", "ES256")

    def code(**members):
        return verify({}, client, **members)["resultCode"]

    assert code(clientIdentifier="till", signedByClient=True) == "A160001"
    assert code() == "A160219"
    assert code(signedByClient=True) == "A160215"
    assert code(signedByClient=True, clientIdentifier="none") == "A160216"
    assert code(signedByClient=True, clientIdentifier="web") == "A160301"
    client["jwks"] = create_jwk_set("till", "ES384")
    assert verify({}, client, "ES384")["resultCode"] == "A160221"


@pytest.mark.parametrize(("jose", "code"), [("a.b.c", "2"), ("a.b.c.d.e", "1")])
def test_invalid_jws_is_reported(caller, token_service, jose, code):
    reply = caller.post(VERIFY, json={"jose": jose}).json()

    assert reply["resultCode"] == {"1": "A160101", "2": "A160202"}[code]
    assert (reply["valid"], reply["signatureValid"]) == (False, False)
    assert len(reply["errorDescriptions"]) == 1
    assert status_and_code(caller.post(VERIFY, json={})) == (400, "A160201")


def test_id_token_is_reissued(caller, issue, token_service):
    token_service.clients[SERVICE][5]["idTokenSignAlg"] = "ES256"
    issue(refresh="r1")
    body = {"accessToken": "t1", "refreshToken": "r1", "claims": '{"name": "Ann"}'}

    reply = caller.post(REISSUE, json=body).json()

    assert reply["action"] == "OK"
    _, claims = signing.parse_jws(reply["idToken"])
    assert (claims["sub"], claims["aud"], claims["name"]) == ("ann", ["5"], "Ann")
    assert json.loads(reply["responseContent"])["id_token"] == reply["idToken"]


@pytest.mark.parametrize(
    ("members", "action"),
    [
        ({"accessToken": "t9"}, "CALLER_ERROR"),
        ({"refreshToken": "r9"}, "CALLER_ERROR"),
        ({"claims": "["}, "CALLER_ERROR"),
        ({}, "INTERNAL_SERVER_ERROR"),  # there is no RSA key
    ],
)
def test_id_token_is_not_reissued_for_invalid_tokens(caller, issue, members, action):
    issue(refresh="r1")
    body = {"accessToken": "t1", "refreshToken": "r1"} | members

    assert caller.post(REISSUE, json=body).json()["action"] == action
