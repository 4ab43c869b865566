"""An auditor finds who changed a setting (U1)."""

import pytest
from playwright.sync_api import expect

from console.audit_log.search_language import quote_value
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.scene import Scene


@pytest.fixture
def scene(open_page, sandbox, person, live_server):
    return Scene(open_page(), sandbox, person, live_server.url)


def test_change_author_is_found_from_home(scene, input_device, assert_budget):
    scene.sign_in_as(Role.ADMIN, "Ada Admin")
    name = scene.service["serviceName"]
    entry = scene.save_change(2700)
    scene.client.get(scene.path("services:index"))  # from which names are known
    scene.sign_in_as(Role.AUDITOR)
    page = scene.page
    page.goto("/harbor/")
    input_device = input_device(page)

    box = page.get_by_role("combobox", name="Search the audit log")
    input_device.submit(box, f'service:"{name}" field:accessTokenDuration')
    row = page.locator("tbody tr:not(.day)")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("45 minutes")
    expect(row).to_contain_text("ada.admin@harbor.example")
    expect(row).to_contain_text("CHG-2107")
    input_device.follow_link(row.get_by_role("link", name=f"Update {name}"))

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Update {name}")
    expect(page.locator("table.diff")).to_contain_text('"accessTokenDuration": 2700')
    expect(page.locator(".code")).to_contain_text(entry)
    expect(page.locator(".chain")).to_contain_text("This entry")
    expect(page.get_by_text("Shorter, says risk").first).to_be_visible()
    assert_budget("U1", input_device)
    entries = AuditEntry.objects.filter(operation="audit.read")
    assert [entry.object for entry in entries] == [
        entry,
        f"service:{quote_value(name)} field:accessTokenDuration",
    ]
