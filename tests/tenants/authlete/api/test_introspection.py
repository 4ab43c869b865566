"""Introspection and JWS verification against the sandbox."""

import pytest
from pydantic import SecretStr

from tenants.authlete.errors import (
    BadRequestError,
    ForbiddenError,
    InvalidResponseError,
    ServerError,
)
from tenants.sandbox import signing
from tenants.sandbox.state import StoredToken
from tenants.sandbox.token_lookup import hash_token
from tests.support.authlete_api import LATE

VALUE = "a-token-that-nobody-sees"
REFRESH = "a-refresh-token-that-nobody-sees"
STANDARD = "/api/17/auth/introspection/standard"


@pytest.fixture
def token(environment, tokens):
    token = StoredToken(
        hash_token(VALUE),
        5,
        "AUTHORIZATION_CODE",
        ("openid",),
        1000,
        LATE,
        "ann",
        hash_token(REFRESH),
        LATE,
        properties=({"key": "tier", "value": "s3cret", "hidden": False},),
    )
    environment.sandbox.region("us").tokens[17].append(token)
    return token


def test_introspection_describes_a_token(tokens, token, audit_sink):
    introspection = tokens.introspect(SecretStr(VALUE), scopes=["openid"], subject="ann")

    assert introspection.action == "OK"
    assert (introspection.existent, introspection.usable, introspection.sufficient) == (
        True,
        True,
        True,
    )
    assert introspection.refreshable
    assert (introspection.client_id, introspection.client_id_alias) == (5, "till")
    assert (introspection.subject, introspection.scopes) == ("ann", ["openid"])
    assert (introspection.expires_at, introspection.grant_type) == (LATE, "AUTHORIZATION_CODE")
    assert introspection.properties[0]["key"] == "tier"
    for secret in (VALUE, "s3cret"):
        assert secret not in repr((introspection, audit_sink.intents, audit_sink.outcomes))
    assert token.used_at


@pytest.mark.parametrize(
    ("parameters", "code", "flags"),
    [
        ({"scopes": ["orders"]}, "A056302", (True, True, False)),
        ({"subject": "bob"}, "A056303", (True, True, True)),
    ],
)
def test_negative_introspection_is_a_reply(tokens, token, parameters, code, flags):
    introspection = tokens.introspect(SecretStr(VALUE), **parameters)

    assert introspection.result_code == code
    assert (introspection.existent, introspection.usable, introspection.sufficient) == flags


def test_expired_and_missing_tokens_differ(tokens, token):
    token.expires_at = token.refresh_expires_at = 1000

    once, again = (tokens.introspect(SecretStr(VALUE)) for _ in range(2))

    assert (once.existent, once.usable) == (True, False)
    assert (again.existent, again.usable) == (False, False)
    assert again.action == "UNAUTHORIZED"
    assert not tokens.introspect(SecretStr(token.access_hash)).existent


@pytest.mark.parametrize("value", [VALUE, REFRESH])
def test_standard_introspection_supports_access_and_refresh_tokens(
    tokens, token, audit_sink, value
):
    introspection = tokens.introspect_standard(SecretStr(value))

    assert introspection.active
    assert (introspection.sub, introspection.client_id, introspection.scopes) == (
        "ann",
        "5",
        ["openid"],
    )
    assert (introspection.iat, introspection.exp) == (1, LATE // 1000)
    assert introspection.token_type == ("Bearer" if value == VALUE else "")
    for secret in (value, "s3cret"):
        assert secret not in repr((introspection, audit_sink.intents, audit_sink.outcomes))


@pytest.mark.parametrize("value", ["none", "a b&c=%ü"])
def test_standard_introspection_reports_inactive_tokens(tokens, value):
    introspection = tokens.introspect_standard(SecretStr(value))

    assert (introspection.active, introspection.sub, introspection.exp) == (False, "", None)


@pytest.mark.parametrize("content", [None, "", "[]", "a.b.c", "{}", '{"active": "odd"}'])
def test_invalid_standard_response_is_rejected(authlete, mock_api, content):
    answer = {"action": "OK", "responseContent": content}
    mock_api.post(STANDARD).respond(json=answer)

    with pytest.raises(InvalidResponseError):
        authlete.service(17).tokens.introspect_standard(SecretStr(VALUE))


@pytest.mark.parametrize(
    ("action", "error"), [("BAD_REQUEST", BadRequestError), ("INTERNAL_SERVER_ERROR", ServerError)]
)
def test_failure_never_quotes_the_token(authlete, mock_api, action, error):
    reply_body = {"action": action, "resultMessage": f"[A145202] odd: token={VALUE}"}
    mock_api.post(STANDARD).respond(json=reply_body)

    with pytest.raises(error) as refused:
        authlete.service(17).tokens.introspect_standard(SecretStr(VALUE))

    assert "nobody" not in str(refused.value)


def test_introspection_needs_permission(environment, tokens):
    environment.add_token("reads", ("view_service",))
    reader = environment.connect("reads").service(17).tokens

    with pytest.raises(ForbiddenError):
        reader.introspect(SecretStr(VALUE))


def test_jws_of_the_service_is_verified(environment, tokens, audit_sink):
    service = environment.connect().service(17)
    jws = signing.sign_jwt(environment.sandbox.services[17], {"exp": 1}, "ES256")

    verification = service.verify_jose(SecretStr(jws), mandatory_claims=["nonce"])

    assert (verification.valid, verification.signature_valid) == (False, True)
    assert verification.missing_claims == ["nonce"]
    assert verification.invalid_claims == ["exp"]
    assert len(verification.error_descriptions) == 2
    assert service.verify_jose(SecretStr(jws), clock_skew_seconds=2**31 - 1).valid
    assert jws not in repr((verification, audit_sink.intents))


def test_jws_of_a_client_is_verified(environment, tokens):
    service = environment.connect().service(17)
    keys = environment.sandbox.services[17]
    environment.sandbox.clients[5]["jwks"] = keys["jwks"]
    jws = SecretStr(signing.sign_jwt(keys, {}, "ES256"))

    assert service.verify_jose(jws, client_id=5).valid
    assert service.verify_jose(jws, client_id=6).result_code == "A160301"
