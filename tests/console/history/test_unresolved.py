"""Unknown outcomes are shown at their object until resolved."""

import pytest
from django.urls import reverse
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, draft_saver, fill_form, settings_editor

SERVICE = "/acme/services/us/17/"
CLIENT = f"{SERVICE}clients/44/"
WARNING = "Unknown outcome"


@pytest.fixture
def admin(member, sandbox):
    sandbox.clients[44] = {"clientId": 44, "clientName": "Ledger", "modifiedAt": 1}
    return member(Role.ADMIN)


@pytest.fixture(params=[(SERVICE, "service_name"), (CLIENT, "client_name")])
def lost(request, admin, sandbox):
    """A page of an object, and the entry of a change of it that broke off."""
    base, name = request.param
    settings_editor(base, "basics")(admin, **{name: "Renamed"})
    sandbox.fault("reset", method="POST", path="/update", times=1)
    page = draft_saver(base)(admin)
    return base, AuditEntry.objects.get(outcome="unknown"), page


def settle_path(entry):
    return reverse("audit:resolve", args=["acme", entry.entry])


def test_failure_links_the_resolution(lost):
    _base, entry, page = lost

    assertContains(page, f'href="{settle_path(entry)}"')


def test_object_pages_warn_until_resolved(admin, member, lost):
    base, entry, _page = lost
    pages = [base, f"{base}history/", f"{base}saved/{entry.entry}/"]

    for page in pages:
        assertContains(admin.get(page), WARNING)
        assertContains(admin.get(page), settle_path(entry))
    viewer = member(Role.VIEWER)
    assertContains(viewer.get(base), "Ask an administrator to resolve")
    assertNotContains(viewer.get(base), entry.entry + "/settle")
    auditor = member(Role.AUDITOR)
    assertContains(auditor.get(base), f'href="/acme/audit/{entry.entry}/"')

    path = settle_path(entry)
    body = fill_form(admin.get(path), "seen", reason="Looked")
    admin.post(path, body, content_type=URLENCODED)

    for page in pages:
        assertNotContains(admin.get(page), WARNING)


def test_lost_read_links_no_resolution(admin, sandbox):
    sandbox.fault("reset", operation="client.get")

    page = admin.get(CLIENT)

    assertContains(page, "No response from Authlete", status_code=page.status_code)
    assertNotContains(page, "Resolve outcome", status_code=page.status_code)


def test_deleted_object_warns_of_a_lost_delete(admin, sandbox):
    admin.get(CLIENT)
    path = f"{CLIENT}remove/"
    sandbox.fault("reset", operation="client.delete", after=True, times=1)
    form = fill_form(admin.get(path), "typed", typed="Ledger", reason="Old")
    admin.post(path, form, content_type=URLENCODED)
    entry = AuditEntry.objects.get(operation="client.delete")

    page = admin.get(CLIENT)

    assertContains(page, WARNING, status_code=404)
    assertNotContains(page, "Deleted by", status_code=404)
    assertContains(page, settle_path(entry), status_code=404)


def test_history_of_a_lost_creation_starts_after_resolution(admin, sandbox):
    url = f"{SERVICE}clients/new/?start=machine"
    form = fill_form(admin.get(url), "base", client_name="Till")
    review = admin.post(url, form, content_type=URLENCODED).url
    sandbox.fault("reset", operation="client.create", after=True, times=1)
    admin.post(review, fill_form(admin.get(review), "reason", reason="New"), URLENCODED)
    path = settle_path(AuditEntry.objects.get(operation="client.create"))
    admin.post(path, fill_form(admin.get(path), "seen", reason="Looked"), URLENCODED)
    (client,) = (key for key in sandbox.clients if key != 44)

    admin.get(f"{SERVICE}clients/{client}/")
    page = admin.get(f"{SERVICE}clients/{client}/history/")

    assertContains(page, "Create the client <bdi>Till</bdi>")
