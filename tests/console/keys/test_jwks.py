import json
from dataclasses import replace

from pytest_django.asserts import assertContains, assertNotContains

from tenants.organizations.roles import Role
from tests.support.keys import HSM, KEYS, jwk


def test_keys_are_shown_with_their_uses_and_no_private_part(member, bank):
    key = json.loads(bank["jwks"])["keys"][0]
    keys = [key, jwk("keep", "RS256"), jwk("keep"), {"kty": "oct", "k": "s3cret-k"}]
    bank["jwks"] = json.dumps({"keys": keys})
    bank["federationJwks"] = json.dumps({"keys": [jwk("old")]})
    bank["userInfoSignatureKeyId"] = "elsewhere"

    response = member(Role.VIEWER).get(KEYS)

    assertContains(response, "Access token signature key ID", count=1)
    assertContains(response, "2048 bit")
    assertContains(response, "duplicate ID", count=2)
    assertContains(response, "no key ID")
    assertContains(response, "private key, redacted")
    assertContains(response, "Federation JWK Set")
    assertContains(response, "A setting names a key that isn't in a JWK Set")
    assertContains(response, HSM)
    assertNotContains(response, "Roll over")
    for secret in (key["d"], "s3cret-k"):
        assertNotContains(response, secret)


def test_missing_and_unreadable_key_sets_are_distinguished(member, bank):
    viewer = member(Role.VIEWER)
    bank["jwks"] = None
    assertContains(viewer.get(KEYS), "sign with asymmetric algorithms")

    bank["jwks"] = '{"keys": 1}'

    assertContains(viewer.get(KEYS), "Invalid JWK Set")


def test_hidden_key_set_is_not_shown_as_empty(member, bank, sandbox):
    token = next(token for token in sandbox.state.tokens.values() if token.value == "t0p")
    sandbox.state.accept(replace(token, permissions=("view_client",)))

    response = member(Role.VIEWER).get(KEYS)

    assertContains(response, "The credential can't read keys")
    assertNotContains(response, "asymmetric algorithms")
