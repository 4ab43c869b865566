from tenants.models import Credential
from tests.support.credentials import GOOD

URL = "/acme/credentials/"


def test_lists_every_region_of_the_deployment(admin):
    page = admin.get(URL).content.decode()

    assert page.count("No credential") == 3
    assert "Not tested" in page
    for known in ("https://jp.authlete.com", "https://login.authlete.com", "53285"):
        assert known in page


def test_page_makes_no_call(admin, sandbox):
    admin.get(URL)

    assert not sandbox.calls


def test_last_test_result_is_shown(admin, post_token, accept):
    post_token(accept(GOOD), number="424242")

    page = admin.get(URL).content.decode()

    assert "Credential OK" in page
    assert "0 services" in page
    assert "424242" in page
    assert GOOD not in page


def test_undecryptable_credential_is_reported(admin, settings):
    settings.VAULT_KEYS = "v2:" + "B" * 43 + "="

    page = admin.get(URL).content.decode()

    assert "be decrypted" in page
    assert "VAULT_KEYS" in page


def test_credential_of_a_removed_region_is_listed(admin, settings):
    settings.AUTHLETE_REGIONS = {"eu": "https://eu.authlete.com"}

    page = admin.get(URL).content.decode()

    assert "no longer in AUTHLETE_REGIONS" in page
    assert admin.post("/acme/credentials/us/remove/", {"name": "us"}).status_code == 302
    assert not Credential.objects.exists()
