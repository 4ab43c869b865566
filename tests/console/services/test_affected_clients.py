"""The clients that a change to a service affects, in its review and as a list."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.inventory.index import index_clients
from tenants.audit.models import AuditEntry
from tenants.authlete.documents.client import Client
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.forms import draft_saver, settings_editor

SERVICE = "/acme/services/us/17/"
REVIEW, LIST = f"{SERVICE}review/", f"{SERVICE}review/clients/"
submit_settings = settings_editor(SERVICE, "requests")
save_draft = draft_saver(SERVICE)


def client(number, **members):
    defaults = {
        "clientId": number,
        "clientName": f"App {number}",
        "grantTypes": ["AUTHORIZATION_CODE"],
        "tokenAuthMethod": "CLIENT_SECRET_BASIC",
        "modifiedAt": 1,
        "createdAt": 1,
    }
    return Client.model_validate(defaults | members)


@pytest.fixture
def clients(acme, sandbox):
    """Index three clients: one pushes requests, one uses no browser."""
    listed = [client(1), client(2, parRequired=True), client(3, grantTypes=["CLIENT_CREDENTIALS"])]
    index_clients(Organization.objects.get(slug="acme"), "us", 17, listed)


def test_review_counts_the_affected_clients(editor, clients):
    submit_settings(editor, par_required__on="on")

    response = editor.get(REVIEW)

    assertContains(response, "1 of 3 clients")
    assertContains(response, "push authorization requests")
    assertContains(response, f'href="{LIST}?impact=par"')
    assertContains(response, "Checked 3 clients by their settings")


def test_list_names_the_affected_clients(editor, clients):
    submit_settings(editor, par_required__on="on")

    response = editor.get(f"{LIST}?impact=par")

    assertContains(response, "App 1")
    assertNotContains(response, "App 2")
    assertNotContains(response, "App 3")


def test_saved_change_keeps_the_counts(editor, member, clients):
    submit_settings(editor, par_required__on="on")

    saved = save_draft(editor)

    (change,) = AuditEntry.objects.filter(operation="service.update")
    assert change.reconciliation_hints["impacts"] == {"par": 1}
    assertContains(editor.get(saved.url), "1 of 3 clients")
    page = member(Role.AUDITOR).get(f"/acme/audit/{change.entry}/")
    assertContains(page, "1 of 3 clients")
    assertContains(page, "push authorization requests")


def test_change_without_impact_says_nothing(editor, clients):
    submit_settings(editor, "basics", description="Other words")

    assertNotContains(editor.get(REVIEW), "Affected clients")
    saved = save_draft(editor)
    assertNotContains(editor.get(saved.url), "Affected clients")


def test_change_that_affects_nobody_says_so(editor, clients):
    submit_settings(editor, "mutual-tls", dpop_nonce_required__on="on")

    assertContains(editor.get(REVIEW), "None of the known clients is affected.")


def test_unsynced_clients_are_mentioned(editor):
    submit_settings(editor, par_required__on="on")

    assertContains(editor.get(REVIEW), "never synced")


def test_viewers_have_no_list(member, clients):
    assert member(Role.VIEWER).get(LIST).status_code == 403
