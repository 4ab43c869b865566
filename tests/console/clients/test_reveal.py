import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}reveal/"


def seen():
    return AuditEntry.objects.filter(operation="client.reveal_secret")


def test_secret_is_shown_once_with_one_log_entry(admin, submit_form):
    assertNotContains(admin.get(URL), OLD)

    response = submit_form(admin, "reveal")

    assertContains(response, OLD, count=1)
    assertContains(response, 'data-hides="30"')
    assert "no-store" in response["Cache-Control"]
    entry = seen().get()
    assert (entry.effect, entry.client, entry.label) == ("reveal", "44", "Ledger sync")
    assert (entry.reason, entry.ticket) == ("Yearly rotation", "CHG-1")
    assertNotContains(admin.get(URL), OLD)


def test_reload_shows_nothing_and_makes_no_call(admin):
    body = fill_form(admin.get(URL), "reason", reason="Lost it")
    admin.post(URL, body, content_type=URLENCODED)

    again = admin.post(URL, body, content_type=URLENCODED)

    assert again["Location"] == f"{CLIENT}secret/"
    assertNotContains(admin.get(again["Location"]), "You already submitted this form")
    assert seen().count() == 1


def test_reason_is_required(admin, submit_form):
    response = submit_form(admin, "reveal", reason="")

    assertNotContains(response, OLD)
    assert not seen().exists()


def test_deleted_client_is_reported(admin, sandbox):
    body = fill_form(admin.get(URL), "reason", reason="Lost it")
    del sandbox.clients[44]

    assert admin.post(URL, body, content_type=URLENCODED).status_code == 404


def test_missing_secret_is_reported(admin, submit_form, ledger):
    del ledger["clientSecret"]

    assertContains(submit_form(admin, "reveal"), "No secret")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK, Role.EDITOR])
def test_needs_a_role_that_may_reveal(member, ledger, role):
    assert member(role).get(URL).status_code == 403
