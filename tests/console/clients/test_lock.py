import pytest
from pytest_django.asserts import assertContains, assertRedirects

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form

CLIENT = "/acme/services/us/17/clients/44/"
URL = f"{CLIENT}lock/"


def send(browser, page=None):
    entered = {"reason": "Bad redirect host", "ticket": "INC-7"}
    body = fill_form(page or browser.get(URL), "reason", **entered)
    return browser.post(URL, body, content_type=URLENCODED)


def test_effects_of_a_lock_are_described(editor, ledger, tokens):
    tokens(2)

    response = editor.get(URL)

    assertContains(response, "It can't get new tokens")
    assertContains(response, "2 active access tokens")
    assertContains(response, "Locking doesn't revoke tokens")


@pytest.mark.parametrize("locked", [True, False])
def test_clients_are_locked_and_unlocked(editor, ledger, locked):
    ledger["locked"] = not locked

    response = send(editor)

    assertRedirects(response, CLIENT, fetch_redirect_response=False)
    assert ledger["locked"] is locked
    entry = AuditEntry.objects.get(operation="client.set_lock")
    assert (entry.outcome, entry.label, entry.reason) == (
        "done",
        "Ledger sync",
        "Bad redirect host",
    )
    assert entry.changes == [{"field": "locked", "before": not locked, "after": locked}]
    verb = "Lock" if locked else "Unlock"
    assertContains(editor.get(f"{CLIENT}history/"), f"{verb} <bdi>Ledger sync</bdi>")


@pytest.mark.parametrize("locked", [True, False])
def test_lock_set_by_others_counts_as_no_change(editor, ledger, locked):
    ledger["locked"] = not locked
    page = editor.get(URL)
    ledger["locked"] = locked

    response = editor.get(send(editor, page).url, follow=True)

    assert ledger["locked"] is locked
    assertContains(response, "Nothing was changed")


def test_uncounted_tokens_are_not_shown_as_zero(editor, ledger, sandbox):
    sandbox.fault("status", operation="token.list", status=403)

    response = editor.get(URL)

    assertContains(response, "couldn't count them")
    assertContains(response, "Not allowed by Authlete")


def test_rejection_is_shown_and_preserves_the_reason(editor, ledger, sandbox):
    sandbox.fault("status", operation="client.set_lock", status=403)

    response = send(editor)

    assertContains(response, "Not allowed by Authlete")
    assertContains(response, "Bad redirect host</textarea>")


def test_second_submit_sends_nothing(editor, ledger):
    body = fill_form(editor.get(URL), "reason", reason="Bad redirect host")

    first, second = (editor.post(URL, body, content_type=URLENCODED) for _ in range(2))

    assert first.url == second.url == CLIENT
    assert ledger["locked"] is True
    assert AuditEntry.objects.filter(operation="client.set_lock").count() == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, sandbox, ledger, role):
    assert member(role).get(URL).status_code == 403
