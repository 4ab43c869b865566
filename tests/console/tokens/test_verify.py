"""A JWS, verified by the keys of a service or of one of its clients."""

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


def test_says_that_it_is_by_the_service_that_it_names(verify, jwt):
    response = verify(jwt())

    assertContains(response, ">Valid<")
    assertContains(response, "A160001")
    assertContains(response, ISSUER)


def test_says_what_is_wrong_with_it(verify, jwt):
    response = verify(
        jwt(exp=int(time.time()) - 50), mandatory_claims="exp aud", clock_skew_seconds="10"
    )

    assertContains(response, "Signature valid, claims invalid")
    assertContains(response, "<code>aud</code>")
    assertContains(response, "<code>exp</code>")
    assertContains(response, "has passed")


def test_a_clock_may_differ(verify, jwt):
    token = jwt(exp=int(time.time()) - 50)

    assertContains(verify(token, clock_skew_seconds="120"), ">Valid<")


def test_says_that_somebody_else_has_signed_it(verify, jwt, signer):
    token = jwt()

    response = verify(token[:-8] + ("A" * 8), place="")

    assertContains(response, ">Invalid<")
    assert not SecretScanner({token}).find_leak(response.text)


def test_is_by_a_client(verify, signer):
    key = ECKey.generate_key("P-256")
    signer.clients[44]["jwks"] = json.dumps({"keys": [key.as_dict(private=False)]})
    token = jws.serialize_compact({"alg": "ES256"}, b'{"iss":"44"}', key)
    asked = verify(token, client_id="44")
    assertContains(asked, "Select a service")

    assertContains(verify(token, client_id="44", place="us/17"), ">Valid<")
    assertContains(verify(token, place="us/17"), ">Invalid<")


def test_a_mistake_elsewhere_does_not_lose_what_was_pasted(verify, jwt, client, member):
    refused = verify(jwt(), clock_skew_seconds="soon")

    assertContains(refused, "Enter a whole number", status_code=422)
    assertContains(refused, "reuse the token you pasted", status_code=422)


def test_says_what_is_no_jws(verify):
    assertContains(verify("opaque"), "isn&#x27;t a JWT", status_code=422)
    assertContains(verify(unreal() + ".a.b"), "encrypted (a JWE", status_code=422)


def test_counts_as_a_look_up(verify, jwt, settings):
    settings.SUBJECT_SEARCHES_PER_HOUR = 1
    verify(jwt())

    assertContains(verify(jwt()), "ask an administrator", status_code=422)
