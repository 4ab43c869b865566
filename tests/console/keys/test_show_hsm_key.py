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


def test_public_key_is_shown_as_pem_and_jwk(member, hsm_service):
    page = member(Role.VIEWER).get(path(hsm_service["hsks"][0]))

    parts = {
        name: html.unescape(re.sub("<[^>]*>", "", text)) for name, text in PART.findall(page.text)
    }
    jwk = json.loads(parts["jwk"])
    public = ECKey.import_key(jwk)
    assert parts["pem"] == public.as_pem(private=False).decode()
    assert (jwk["kid"], jwk["use"], jwk["alg"], jwk["crv"]) == ("till-1", "sig", "ES256", "P-256")
    assertContains(page, public.thumbprint())
    assertContains(page, "ID token signature key ID")


@pytest.mark.parametrize("message", [None, "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"])
def test_missing_public_key_is_reported(member, hsm_service, message):
    hsm_service["hsks"][0]["publicKey"] = message

    page = member(Role.VIEWER).get(path(hsm_service["hsks"][0]))

    assertContains(page, "Public key unavailable")


def test_duplicate_key_id_gets_a_warning(member, hsm_service):
    hsm_service["hsks"].append(key("till-1", handle="y" * 43))

    page = member(Role.VIEWER).get(path(hsm_service["hsks"][0]))

    assertContains(page, "Another HSM key has the same key ID")


def test_unknown_handle_is_not_found(member, hsm_service):
    assert member(Role.VIEWER).get(f"{HSM}key/{'z' * 43}/").status_code == 404


def test_disabled_hsm_redirects_to_the_list(member, hsm_service, sandbox):
    sandbox.state.without_hsm = {"us"}

    response = member(Role.VIEWER).get(path(hsm_service["hsks"][0]))

    assertRedirects(response, HSM, fetch_redirect_response=False)
