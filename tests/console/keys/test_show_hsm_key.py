import html
import json
import re

import pytest
from joserfc.jwk import ECKey
from pytest_django.asserts import assertContains, assertRedirects

from tenants.organizations.roles import Role
from tests.support.keys import HSM, key

PART = re.compile(r'<pre\s+id="(pem|jwk)"[^>]*>(.*?)</pre>', re.S)


def path(one):
    return f"{HSM}key/{one['handle']}/"


def test_shows_the_public_half_as_pem_and_jwk(member, shop):
    page = member(Role.VIEWER).get(path(shop["hsks"][0]))

    parts = {
        name: html.unescape(re.sub("<[^>]*>", "", text)) for name, text in PART.findall(page.text)
    }
    jwk = json.loads(parts["jwk"])
    public = ECKey.import_key(jwk)
    assert parts["pem"] == public.as_pem(private=False).decode()
    assert (jwk["kid"], jwk["use"], jwk["alg"], jwk["crv"]) == ("till-1", "sig", "ES256", "P-256")
    assertContains(page, public.thumbprint())
    assertContains(page, "ID token signature key ID")


@pytest.mark.parametrize("told", [None, "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"])
def test_says_where_no_public_key_was_told(member, shop, told):
    shop["hsks"][0]["publicKey"] = told

    page = member(Role.VIEWER).get(path(shop["hsks"][0]))

    assertContains(page, "Public key unavailable")


def test_warns_of_a_name_that_two_keys_have(member, shop):
    shop["hsks"].append(key("till-1", handle="y" * 43))

    page = member(Role.VIEWER).get(path(shop["hsks"][0]))

    assertContains(page, "Another HSM key has the same key ID")


def test_is_none_for_a_handle_that_is_not_listed(member, shop):
    assert member(Role.VIEWER).get(f"{HSM}key/{'z' * 43}/").status_code == 404


def test_leads_to_the_list_where_the_feature_is_off(member, shop, sandbox):
    sandbox.state.without_hsm = {"us"}

    response = member(Role.VIEWER).get(path(shop["hsks"][0]))

    assertRedirects(response, HSM, fetch_redirect_response=False)
