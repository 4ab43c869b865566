import pytest
from pytest_django.asserts import assertContains, assertRedirects

from console.models import KnownClient
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.authentication import expire_authentication
from tests.support.forms import URLENCODED, fill_form

LISTED = "/acme/services/us/17/clients/"
URL = f"{LISTED}44/remove/"


def removal_form(browser, typed="Ledger sync"):
    """Return the data of the filled-in form."""
    return fill_form(browser.get(URL), "typed", typed=typed, reason="Closed", ticket="C-1")


def remove(browser, typed="Ledger sync"):
    return browser.post(URL, removal_form(browser, typed), content_type=URLENCODED)


def test_shows_the_effects_and_offers_a_snapshot(admin, ledger, tokens):
    tokens(1)

    response = admin.get(URL)

    assertContains(response, "1 active access token")
    assertContains(response, f"{LISTED}44/document/?download")
    assertContains(response, "Type Ledger sync to confirm")


def test_client_is_deleted_with_its_tokens(admin, ledger, tokens, sandbox):
    tokens(2)

    response = remove(admin)

    assertRedirects(response, LISTED, fetch_redirect_response=False)
    assert 44 not in sandbox.clients
    assert not sandbox.region("us").tokens[17]
    entry = AuditEntry.objects.get(operation="client.delete")
    assert (entry.outcome, entry.label, entry.reason) == ("done", "Ledger sync", "Closed")
    assert (entry.effect, entry.client) == ("destroy", "44")


@pytest.mark.parametrize("typed", ["", "ledger sync", "Ledger sync 2"])
def test_wrong_name_deletes_nothing(admin, ledger, sandbox, typed):
    response = remove(admin, typed)

    assertContains(response, 'id="error-typed"')
    assert 44 in sandbox.clients


def test_unnamed_client_is_confirmed_by_its_alias(admin, ledger, sandbox):
    del ledger["clientName"]

    remove(admin, "ledger")

    assert 44 not in sandbox.clients


def test_uncounted_tokens_are_not_shown_as_zero(admin, ledger, sandbox):
    sandbox.fault("status", operation="token.list", status=503)

    assertContains(admin.get(URL), "couldn't count them")


def test_client_changed_since_the_form_is_not_deleted(admin, ledger, sandbox):
    body = fill_form(admin.get(URL), "typed", typed="Ledger sync", reason="Closed", ticket="C-1")
    ledger |= {"pkceRequired": True, "modifiedAt": 2}

    response = admin.post(URL, body, content_type=URLENCODED)

    assertContains(response, "Someone changed this after you opened the page")
    assert 44 in sandbox.clients


@pytest.mark.parametrize("when", ["before it was read", "after"])
def test_already_deleted_client_is_reported(admin, ledger, sandbox, when):
    body = fill_form(admin.get(URL), "typed", typed="Ledger sync", reason="Closed", ticket="C-1")
    if when == "after":
        sandbox.fault("status", operation="client.delete", status=404)
    else:
        del sandbox.clients[44]

    response = admin.post(URL, body, content_type=URLENCODED)

    assert response.url == LISTED
    assertContains(admin.get("/acme/"), "The client was already deleted")


def test_locked_client_that_cannot_be_deleted_links_the_lock(admin, ledger, sandbox):
    ledger["locked"] = True
    code = "A026204"
    sandbox.fault("status", operation="client.delete", status=403, code=code)

    assertContains(admin.get(URL), "Locked")
    response = remove(admin)

    assertContains(response, "The client is locked.")
    assertContains(response, "Unlock the client before you delete it.")
    assertContains(response, "Unlock it first")
    assert 44 in sandbox.clients


def test_deleted_client_leaves_the_inventory(admin, ledger, acme):
    KnownClient.objects.create(
        organization=acme, region="us", service_id=17, client_id=44, seen_at="2026-01-01T00:00Z"
    )

    remove(admin)

    assert not KnownClient.objects.exists()


def test_deletion_erases_a_staged_secret(admin, ledger, staged, rotation):
    staged(admin)

    remove(admin)

    assert (rotation().state, rotation().new_sealed) == ("failed", "")


def test_second_submit_shows_the_first_result(admin, ledger):
    body = fill_form(admin.get(URL), "typed", typed="Ledger sync", reason="Closed", ticket="C-1")

    first, second = (admin.post(URL, body, content_type=URLENCODED) for _ in range(2))

    assert second.url == first.url == LISTED
    assert AuditEntry.objects.filter(operation="client.delete").count() == 1


def test_recent_sign_in_is_required(admin, ledger, sandbox):
    body = removal_form(admin)
    expire_authentication(admin)

    response = admin.post(URL, body, content_type=URLENCODED)

    assert "reauthenticate" in response.url
    assert 44 in sandbox.clients


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK, Role.EDITOR])
def test_needs_a_role_that_may_destroy(member, sandbox, ledger, role):
    assert member(role).get(URL).status_code == 403


@pytest.mark.parametrize("operation", ["client.delete", "client.get"])
def test_gateway_404_is_not_shown_as_deleted(admin, ledger, sandbox, operation):
    body = removal_form(admin)
    sandbox.fault("status", operation=operation, status=404, code="")

    page = admin.post(URL, body, content_type=URLENCODED)

    assertContains(page, "Not found", status_code=page.status_code)
    assert 44 in sandbox.clients
