"""Find all clients with a lost redirect host and lock them (A4)."""

import re

import pytest
from playwright.sync_api import expect

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.input_devices import Mouse

HOST = "old.example.com"
HARBOR = 4_217_001


@pytest.fixture
def bad(sandbox):
    """The clients of Harbor that lead there: the demo has some, most of them locked."""
    clients = [
        client
        for region in sandbox.state.regions.values()
        for service, owner in region.owners.items()
        if owner == HARBOR
        for client in region.clients[service].values()
        if any(f"//{HOST}/" in uri for uri in client.get("redirectUris", ()))
    ]
    for bad_client in clients[:22]:
        bad_client["locked"] = False
    return clients


def lock_all(hand, page, bad):
    """From home to the page of the job; gives how many it is to lock."""
    number = len([client for client in bad if not client.get("locked")])
    hand.click("link", "Clients", within=page.get_by_label("Main"))
    hand.submit(page.get_by_role("main").get_by_role("searchbox"), f"redirect:{HOST}")
    hand.click("button", f"Change all {len(bad)} matching")
    hand.click("button", "Preview: Lock")
    expect(
        page.get_by_role("heading", level=1, name=f"Lock {number} clients", exact=True)
    ).to_be_visible()
    hand.type(page.get_by_label("Reason"), "The host is somebody else's now")
    hand.type(page.get_by_label(f"Type {number} to confirm"), str(number))
    hand.click("button", f"Lock {number} clients")
    page.wait_for_url(re.compile("/jobs/"))
    return number


def test_bulk_lock_locks_all_clients_with_a_redirect_host(
    open_signed_in, person, bad, worker, input_device, assert_budget
):
    page = open_signed_in(person(Role.EDITOR, "Tomas Okafor"))
    input_device = input_device(page)
    number = lock_all(input_device, page, bad)

    assert_budget("A4", input_device)
    worker()
    page.reload()
    expect(page.get_by_text("Locked.", exact=True)).to_have_count(number)
    assert all(client["locked"] for client in bad)


def test_bulk_lock_without_javascript_logs_each_client(open_signed_in, person, bad, worker):
    page = open_signed_in(person(Role.EDITOR, "Tomas Okafor"), java_script_enabled=False)
    number = lock_all(Mouse(page), page, bad)
    worker()

    entries = AuditEntry.objects.filter(operation="client.set_lock", outcome="done")
    assert len(entries) == number
    assert {(entry.actor, entry.reason) for entry in entries} == {
        ("tomas.okafor@harbor.example", "The host is somebody else's now")
    }
