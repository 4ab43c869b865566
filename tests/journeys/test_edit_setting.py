"""Find a service, change one setting and save it (A2)."""

import pytest
from playwright.sync_api import expect

from console.audit_log.change_descriptions import load_changes
from tenants.audit.models import AuditEntry
from tenants.authlete.changes import FieldChange
from tenants.organizations.roles import Role
from tests.support.input_devices import Mouse
from tests.support.scene import PASSWORD

AUDIT = 2  # clicks: the record, the entry


def set_lifetime(hand, page):
    """From home to the page that tells what was saved."""
    hand.follow_link(page.locator("#side").get_by_role("link", name="Services"))
    hand.submit(page.get_by_role("searchbox", name="Search services by name"), "payments")
    expect(page.get_by_role("row", name="Payments")).to_have_count(2)
    hand.click("link", "Payments Japan")
    hand.click("link", "Access and refresh tokens")
    hand.type(page.get_by_label("Access token duration", exact=True), "45")
    hand.choose(page.get_by_label("Unit of Access token duration"), "minutes")
    hand.click("button", "Review changes")
    expect(
        page.get_by_role("heading", level=1, name="Review 1 change to Payments Japan", exact=True)
    ).to_be_visible()
    hand.type(page.get_by_label("Reason"), "Shorter, says risk")
    hand.type(page.get_by_label("Ticket"), "CHG-2107")
    hand.click("button", "Save 1 change to JP")
    expect(
        page.get_by_role("heading", level=1, name="1 change to Payments Japan", exact=True)
    ).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_token_lifetime_is_changed_after_signing_in(
    open_page, person, find_service_id, raw_response_body, sent_updates, script
):
    tomas = person(Role.EDITOR, "Tomas Okafor")
    number = find_service_id("jp", "Payments Japan")
    before = raw_response_body("jp", number)
    page = open_page(java_script_enabled=script)

    page.goto("/")
    page.get_by_label("Email").fill(tomas.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1, name="Harbor Mutual", exact=True)).to_be_visible()
    set_lifetime(Mouse(page), page)

    expect(page.get_by_text("Saved as sent")).to_be_visible()
    expect(page.get_by_text("45 minutes")).to_be_visible()
    old, new = b'"accessTokenDuration":120', b'"accessTokenDuration":2700'
    assert sent_updates("jp", number) == [before.replace(old, new)]
    assert old in before


def test_pkce_is_required_in_few_clicks(
    open_signed_in, person, find_service_id, sandbox, input_device, assert_budget
):
    page = open_signed_in(person(Role.EDITOR))
    number = find_service_id("jp", "Payments Japan")
    service = sandbox.region("jp").services[number]
    service |= {"pkceRequired": False, "pkceS256Required": False}
    input_device = input_device(page)

    page.goto("/harbor/services/")  # fills the index that is searched
    page.goto("/harbor/")
    input_device.loads = 0
    input_device.search("payments japan require pkce")
    input_device.tick(page.get_by_role("checkbox", name="Require PKCE"))
    input_device.tick(page.get_by_role("checkbox", name="S256"))
    input_device.click("button", "Review changes")
    input_device.type(page.get_by_label("Reason"), "OAuth 2.1")
    input_device.click("button", "Save 2 changes to JP")

    expect(page.get_by_text("Saved as sent")).to_be_visible()
    service = sandbox.region("jp").services[number]
    assert (service["pkceRequired"], service["pkceS256Required"]) == (True, True)
    assert_budget("A2", input_device)


def test_edit_leaves_one_audit_entry(open_signed_in, person, find_service_id):
    page = open_signed_in(person(Role.EDITOR, "Tomas Okafor"))
    number = find_service_id("jp", "Payments Japan")
    set_lifetime(Mouse(page), page)

    (entry,) = AuditEntry.objects.filter(effect="change", service=str(number))

    assert (entry.actor, entry.role) == ("tomas.okafor@harbor.example", "editor")
    assert (entry.operation, entry.region) == ("service.update", "jp")
    assert (entry.reason, entry.ticket) == ("Shorter, says risk", "CHG-2107")
    assert entry.outcome == "done"
    assert load_changes(entry.changes) == [FieldChange("accessTokenDuration", 120, 2700)]


def test_auditor_reads_the_change(open_signed_in, person):
    tomas = open_signed_in(person(Role.EDITOR, "Tomas Okafor"))
    set_lifetime(Mouse(tomas), tomas)
    page = open_signed_in(person(Role.AUDITOR, "Renata Alves"))
    hand = Mouse(page)

    hand.click("link", "Audit log", within=page.get_by_label("Main"))
    row = page.get_by_role("row", name="CHG-2107")
    expect(row).to_contain_text("tomas.okafor@harbor.example")
    hand.follow_link(row.get_by_role("rowheader").get_by_role("link", name="Update Payments Japan"))

    changes = page.get_by_role("region", name="Changes")
    expect(changes).to_contain_text("2 minutes")
    expect(changes).to_contain_text("45 minutes")
    expect(page.locator(".page-reason")).to_have_text("CHG-2107 Shorter, says risk")
    facts = page.get_by_role("region", name="Details")
    expect(facts).to_contain_text("tomas.okafor@harbor.example")
    expect(page.get_by_role("heading", name="Chain position")).to_be_visible()
    assert hand.clicks <= AUDIT
