from tenants.models import Credential
from tests.support.credentials import entries

URL = "/acme/credentials/us/probe/"


def test_tries_nothing_before_it_is_asked_to(admin, sandbox):
    assert admin.get(URL).status_code == 200
    assert not sandbox.calls


def test_tells_what_it_found_and_remembers_it(admin):
    page = admin.post(URL).content.decode()

    assert "Credential OK: 1 service" in page
    kept = Credential.objects.get(region="us")
    assert (kept.problem, kept.services) == ("", 1)
    assert kept.tried_at


def test_a_failure_is_remembered_and_nothing_is_removed(admin, sandbox):
    sandbox.fault("status", status=503)

    page = admin.post(URL).content.decode()

    assert "Test failed" in page
    assert Credential.objects.get(region="us").problem == "failing"
    assert [one.outcome for one in entries("credential.probe")] == ["refused"]


def test_sends_nothing_when_no_key_opens_it(admin, sandbox, settings):
    settings.VAULT_KEYS = "v2:" + "B" * 43 + "="

    page = admin.post(URL).content.decode()

    assert "Can't be decrypted" in page
    assert not sandbox.calls


def test_there_is_nothing_to_try_without_one(admin):
    assert admin.post("/acme/credentials/jp/probe/").status_code == 404
