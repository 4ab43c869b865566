import html
import re

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from console.models import Draft, KnownClient
from tenants.audit.models import AuditEntry
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/us/17/clients/44/review/"


def test_request_and_curl_are_shown(editor, submit_settings):
    submit_settings(editor, client_name="Ledger")

    response = editor.get(URL)

    assertContains(response, "POST https://us.")
    assertContains(response, "/api/17/client/update/44")
    assertContains(response, "/api/17/client/get/44")
    assertNotContains(response, "s3cret-of-the-ledger")


def test_save_preserves_unknown_values(editor, submit_settings, save, sandbox, ledger):
    ledger["grantTypes"] = ["AUTHORIZATION_CODE", "BY_PIGEON"]
    submit_settings(editor, client_name="Ledger")

    response = save(editor)

    client = sandbox.clients[44]
    assert client["clientName"] == "Ledger"
    assert client["grantTypes"] == ["AUTHORIZATION_CODE", "BY_PIGEON"]
    assert client["fromTheFuture"] == {"kept": True}
    assert client["clientSecret"] == "s3cret-of-the-ledger"
    entry = AuditEntry.objects.get(operation="client.update")
    assert (entry.client, entry.label, entry.reason) == ("44", "Ledger sync", "Agreed with risk")
    assertRedirects(
        response,
        f"/acme/services/us/17/clients/44/saved/{entry.entry}/",
        fetch_redirect_response=False,
    )
    assert not Draft.objects.exists()
    assert KnownClient.objects.get().name == "Ledger"


def test_configuration_warnings_are_shown(editor, submit_settings):
    submit_settings(editor, "authentication", token_auth_method="NONE")

    response = editor.get(URL)

    assertContains(response, "new")
    assertContains(response, "This confidential client doesn&#x27;t authenticate")
    assertContains(response, "Save 1 change")


def test_fatal_warnings_prevent_the_save(editor, submit_settings, sandbox):
    submit_settings(editor, "id-token", id_token_encryption_enc="A128GCM")

    response = editor.get(URL)

    assertContains(response, "Authlete would reject this")
    assertContains(response, "A032211")
    assertNotContains(response, "Save 1 change")


def test_save_overwrites_no_newer_change(editor, submit_settings, ledger, sandbox):
    submit_settings(editor, client_name="Mine")
    page = editor.get(URL)
    ledger |= {"clientName": "Theirs", "modifiedAt": 2}
    body = fill_form(page, "reviewed", reason="Why", ticket="")

    editor.post(URL, body, content_type=URLENCODED)

    assert sandbox.clients[44]["clientName"] == "Theirs"


@pytest.mark.parametrize("fault", ["reset", "status"])
def test_failure_says_whether_anything_changed(editor, submit_settings, save, sandbox, fault):
    submit_settings(editor, client_name="Ledger")
    sandbox.fault(fault, operation="client.update")

    response = save(editor)

    assertContains(response, "Request")
    assert response.context["failure"] is not None
    assert Draft.objects.exists()


def test_guessed_secret_in_a_draft_has_another_fingerprint(editor, submit_settings, ledger):
    ledger["customMetadata"] = '{"api_secret":"hunter2"}'
    submit_settings(editor, custom_metadata='{"my_secret":"hunter2"}')

    text = html.unescape(editor.get(URL).text)

    guessed = set(re.findall(r"my_secret\W+sealed:(\w+)", text))
    stored = set(re.findall(r"api_secret\W+sealed:(\w+)", text))
    assert len(guessed) == len(stored) == 1
    assert not guessed & stored
