from tenants.models import Credential
from tests.support.credentials import entries

URL = "/acme/credentials/us/probe/"


def test_opening_the_page_makes_no_call(admin, sandbox):
    assert admin.get(URL).status_code == 200
    assert not sandbox.calls


def test_result_is_shown_and_stored(admin):
    page = admin.post(URL).content.decode()

    assert "Credential OK: 1 service" in page
    credential = Credential.objects.get(region="us")
    assert (credential.problem, credential.services) == ("", 1)
    assert credential.tried_at


def test_failure_is_stored_and_removes_nothing(admin, sandbox):
    sandbox.fault("status", status=503)

    page = admin.post(URL).content.decode()

    assert "Test failed" in page
    assert Credential.objects.get(region="us").problem == "failing"
    assert [entry.outcome for entry in entries("credential.probe")] == ["refused"]


def test_undecryptable_credential_sends_nothing(admin, sandbox, settings):
    settings.VAULT_KEYS = "v2:" + "B" * 43 + "="

    page = admin.post(URL).content.decode()

    assert "Can't be decrypted" in page
    assert not sandbox.calls


def test_region_without_credential_is_not_found(admin):
    assert admin.post("/acme/credentials/jp/probe/").status_code == 404
