"""An administrator reveals a field that this version doesn't know; the audit log has it."""

import re

from playwright.sync_api import expect

from tenants.organizations.roles import Role

SECRET = "a-secret-in-a-field-nobody-knows"


def test_revealed_field_is_shown_once_and_logged_with_its_reason(open_signed_in, person, sandbox):
    services = sandbox.region("us").services
    number = next(number for number, service in services.items() if "riskScoring" in service)
    page = open_signed_in(person(Role.ADMIN, "Mara Lindqvist"))
    page.goto(f"/harbor/services/us/{number}/fields/#unknown")
    assert SECRET not in page.content()

    page.locator("#unknown").get_by_role("link", name="riskScoring").first.click()
    page.get_by_label("Reason").fill("Asked by its owner")
    page.get_by_role("button", name="Reveal value").click()
    expect(page.locator("#the-secret")).to_contain_text(SECRET)
    page.get_by_role("link", name="Done").click()

    expect(page.locator("#the-secret")).to_have_count(0)
    assert SECRET not in page.content()
    page.goto("/harbor/audit/?q=operation:service.reveal_unknown")
    entry = page.get_by_role("link", name=re.compile("Reveal a hidden field")).first
    entry.click()
    expect(page.get_by_role("main")).to_contain_text("Asked by its owner")
    expect(page.get_by_role("main")).to_contain_text("riskScoring")
    assert SECRET not in page.content()
