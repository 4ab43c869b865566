"""Restoring settings of an earlier client version through the review."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tenants.versions.models import Version
from tests.support.clients import CLIENT
from tests.support.forms import URLENCODED, fill_form


def test_external_change_is_restored(member, ledger, sandbox):
    editor = member(Role.EDITOR)
    editor.get(CLIENT)
    sandbox.clients[44] |= {"clientName": "Hijacked", "modifiedAt": 2**41}
    editor.get(CLIENT)
    body = {"at": Version.objects.get(number=1).first_at.isoformat(), "whole": ""}

    review = editor.get(editor.post(f"{CLIENT}bring-back/", body).url)

    assertContains(review, "Hijacked")
    assertContains(review, "Review 1 change")


URL = f"{CLIENT}bring-back/"


def back(browser, number=1, **chosen):
    """Put the client back as it was in a version."""
    at = Version.objects.get(number=number).first_at.isoformat()
    return browser.post(URL, {"at": at, **(chosen or {"whole": ""})})


def test_restore_removes_added_nested_values(editor, save, sandbox, ledger):
    ledger |= {
        "extension": {"accessTokenDuration": 60},
        "clientNames": [{"tag": "ja", "value": "元帳"}],
        "attributes": [{"key": "a", "value": "1"}],
    }
    editor.get(CLIENT)
    ledger |= {
        "extension": {"accessTokenDuration": 60, "idTokenDuration": 30},
        "clientNames": [{"tag": "ja", "value": "元帳", "more": True}, {"tag": "fr"}],
        "attributes": [{"key": "a", "value": "1", "more": 1}, {"key": "b"}],
        "modifiedAt": 2,
    }

    back(editor)
    save(editor)

    client = sandbox.clients[44]
    assert not client["extension"].get("idTokenDuration")
    assert client["clientNames"] == [{"tag": "ja", "value": "元帳"}]
    assert client["attributes"] == [{"key": "a", "value": "1"}]
    assertContains(back(editor), "Nothing to restore")


def test_values_set_by_authlete_are_not_restored(editor, save, sandbox, ledger):
    editor.get(CLIENT)
    fixed = {"clientId": 44, "number": 7, "createdAt": 5, "locked": True}
    ledger |= fixed | {"fromTheFuture": 8, "modifiedAt": 2}

    page = back(editor, member=[*fixed, "clientSecret", "fromTheFuture", "nothing"])
    assertContains(page, "Nothing to restore")
    assertContains(back(editor), "Nothing to restore")

    assert "client.update" not in {entry.operation for entry in AuditEntry.objects.all()}
    assert ledger.items() >= (fixed | {"fromTheFuture": 8}).items()


def test_change_during_the_review_is_not_overwritten(editor, save, sandbox, ledger):
    editor.get(CLIENT)
    ledger |= {"clientName": "Bad", "description": "Bad", "modifiedAt": 2}
    review = editor.get(back(editor).url)
    ledger |= {"description": "Theirs", "redirectUris": ["https://n.example/"]}
    ledger |= {"modifiedAt": 3, "clientSecret": "n3w-secret-of-the-ledger"}

    again = editor.get(save(editor, page=review).url, follow=True)

    assert ledger["clientName"] == "Bad"
    (line,) = [line for line in again.context["lines"] if line.is_conflict]
    assert (line.member, line.theirs) == ("description", "Theirs")
    body = fill_form(again, "version", **{"keep-description": "theirs"})
    editor.post(f"{CLIENT}merge/", body, content_type=URLENCODED)
    save(editor)
    client = sandbox.clients[44]
    assert (client["clientName"], client["description"]) == ("Ledger sync", "Theirs")
    assert client["redirectUris"] == ["https://n.example/"]
    assert client["clientSecret"] == "n3w-secret-of-the-ledger"


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, editor, ledger, role):
    editor.get(CLIENT)
    ledger |= {"clientName": "Bad", "modifiedAt": 2}
    editor.get(CLIENT)
    reader = member(role)

    assert back(reader).status_code == 403
    page = reader.get(f"{CLIENT}as-of/")
    assert page.status_code == (403 if role is Role.HELP_DESK else 200)
    assert b"bring-back" not in page.content


def test_tampered_version_is_reported(editor, ledger):
    editor.get(CLIENT)
    ledger |= {"clientName": "Bad", "modifiedAt": 2}
    editor.get(CLIENT)
    Version.objects.filter(number=1).update(name="Other", modified_at=7)

    review = editor.get(back(editor).url)

    assertContains(review, "was tampered with")


def test_settings_not_restored_are_named(editor, save, sandbox, ledger):
    editor.get(CLIENT)
    ledger |= {"clientName": "Bad", "fromTheFuture": 8, "modifiedAt": 2}

    review = editor.get(back(editor).url)

    assertContains(review, "Review 1 change")
    assertContains(review, "fromTheFuture: This version of Meridian doesn&#x27;t support it")
    save(editor)
    client = sandbox.clients[44]
    assert (client["clientName"], client["fromTheFuture"]) == ("Ledger sync", 8)


def test_existing_draft_is_mentioned(editor, submit_settings, save, ledger):
    editor.get(CLIENT)
    ledger |= {"clientName": "Bad", "modifiedAt": 2}
    submit_settings(editor, client_name="Mine", description="Of my own")

    review = editor.get(back(editor).url)

    assertContains(review, "Client name")
    assertContains(review, "Your draft also changes: Description.")
    assertContains(review, "Review 2 changes")


def test_external_save_without_changes_says_so(editor, ledger):
    ledger["contacts"] = ["a@ledger.example", "b@ledger.example"]
    editor.get(CLIENT)
    ledger |= {"contacts": ledger["contacts"][::-1], "modifiedAt": 2}
    editor.get(CLIENT)

    message = "No setting changed."
    history = editor.get(f"{CLIENT}history/")
    assertContains(history, message)
    entry = AuditEntry.objects.get(operation="client.changed_outside").entry
    assertContains(editor.get(f"{CLIENT}saved/{entry}/"), message)


def test_open_call_is_named_as_hiding_external_changes(editor, submit_settings, save, sandbox):
    submit_settings(editor, client_name="Ours")
    sandbox.fault("reset", operation="client.update", times=1)
    save(editor)

    history = editor.get(f"{CLIENT}history/")

    assertContains(history, "may be attributed to it")


def test_unrelated_open_calls_are_not_named(editor, ledger, acme, sandbox):
    log = AuditLogSink(Actor(1, "ida@acme.example", "editor", acme.pk, "acme"))
    grants = connect(load_credentials(acme), "us", log).service(17).grants
    sandbox.fault("reset", operation="granted_scopes.delete")
    with pytest.raises(AuthleteError):
        grants.delete_granted_scopes(44, "anna")

    history = editor.get(f"{CLIENT}history/")

    (line,) = history.context["rows"]
    assert line.entry.effective_outcome == Outcome.UNKNOWN
    assertNotContains(history, "may be attributed to it")
