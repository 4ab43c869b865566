"""Verification of a JWS by the keys of a service or client."""

import json
import time

import pytest
from joserfc import jws
from joserfc.jwk import ECKey
from pytest_django.asserts import assertContains

from tenants.organizations.roles import Role
from tests.console.tokens.pasted_tokens import ISSUER, unreal
from tests.support.forms import URLENCODED, fill_form
from tests.support.secret_scanner import SecretScanner

PATH = "/acme/tokens/verify/"


@pytest.fixture
def verify(member, signer):
    browser = member(Role.HELP_DESK)

    def verify(token, **entered):
        body = fill_form(browser.get(PATH), "mandatory_claims", token=token, **entered)
        return browser.post(PATH, body, content_type=URLENCODED)

    return verify


def test_jws_of_its_issuing_service_is_valid(verify, jwt):
    response = verify(jwt())

    assertContains(response, ">Valid<")
    assertContains(response, "A160001")
    assertContains(response, ISSUER)


def test_errors_of_the_jws_are_explained(verify, jwt):
    response = verify(
        jwt(exp=int(time.time()) - 50), mandatory_claims="exp aud", clock_skew_seconds="10"
    )

    assertContains(response, "Signature valid, claims invalid")
    assertContains(response, "<code>aud</code>")
    assertContains(response, "<code>exp</code>")
    assertContains(response, "has passed")


def test_clock_skew_is_tolerated(verify, jwt):
    token = jwt(exp=int(time.time()) - 50)

    assertContains(verify(token, clock_skew_seconds="120"), ">Valid<")


def test_wrong_signature_is_reported(verify, jwt, signer):
    token = jwt()

    response = verify(token[:-8] + ("A" * 8), service="")

    assertContains(response, ">Invalid<")
    assert not SecretScanner({token}).find_leak(response.text)


def test_jws_of_a_client_is_valid(verify, signer):
    key = ECKey.generate_key("P-256")
    signer.clients[44]["jwks"] = json.dumps({"keys": [key.as_dict(private=False)]})
    token = jws.serialize_compact({"alg": "ES256"}, b'{"iss":"44"}', key)
    response = verify(token, client_id="44")
    assertContains(response, "Select a service")

    assertContains(verify(token, client_id="44", service="us/17"), ">Valid<")
    assertContains(verify(token, service="us/17"), ">Invalid<")


def test_errors_preserve_the_pasted_jws(verify, jwt, client, member):
    refused = verify(jwt(), clock_skew_seconds="soon")

    assertContains(refused, "Enter a whole number", status_code=422)
    assertContains(refused, "reuse the token you pasted", status_code=422)


def test_invalid_jws_is_an_error(verify):
    assertContains(verify("opaque"), "isn&#x27;t a JWT", status_code=422)
    assertContains(verify(unreal() + ".a.b"), "encrypted (a JWE", status_code=422)


def test_verification_counts_toward_the_user_search_limit(verify, jwt, settings):
    settings.SUBJECT_SEARCHES_PER_HOUR = 1
    verify(jwt())

    assertContains(verify(jwt()), "ask an administrator", status_code=422)
