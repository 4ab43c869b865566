import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}reveal/"


def seen():
    return AuditEntry.objects.filter(operation="client.reveal_secret")


def test_shows_it_in_one_response_with_one_entry(admin, do):
    assertNotContains(admin.get(URL), OLD)

    response = do(admin, "reveal")

    assertContains(response, OLD, count=1)
    assertContains(response, 'data-hides="30"')
    assert "no-store" in response["Cache-Control"]
    entry = seen().get()
    assert (entry.effect, entry.client, entry.label) == ("reveal", "44", "Ledger sync")
    assert (entry.reason, entry.ticket) == ("Yearly rotation", "CHG-1")
    assertNotContains(admin.get(URL), OLD)


def test_a_reload_shows_nothing_and_asks_nobody(admin):
    body = fill_form(admin.get(URL), "reason", reason="Lost it")
    admin.post(URL, body, content_type=URLENCODED)

    again = admin.post(URL, body, content_type=URLENCODED)

    assert again["Location"] == f"{CLIENT}secret/"
    assertNotContains(admin.get(again["Location"]), "You already submitted this form")
    assert seen().count() == 1


def test_nothing_is_shown_without_a_reason(admin, do):
    response = do(admin, "reveal", reason="")

    assertNotContains(response, OLD)
    assert not seen().exists()


def test_says_when_the_client_is_gone(admin, sandbox):
    body = fill_form(admin.get(URL), "reason", reason="Lost it")
    del sandbox.clients[44]

    assert admin.post(URL, body, content_type=URLENCODED).status_code == 404


def test_says_that_there_is_none(admin, do, ledger):
    del ledger["clientSecret"]

    assertContains(do(admin, "reveal"), "No secret")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK, Role.EDITOR])
def test_needs_a_role_that_may_reveal(member, ledger, role):
    assert member(role).get(URL).status_code == 403
