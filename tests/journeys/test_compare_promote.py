"""A3: make a staging service like production; then only mapped settings differ."""

from playwright.sync_api import expect

from tenants.organizations.roles import Role


def test_staging_becomes_like_production(
    open_signed_in, person, find_service_id, sandbox, input_device, assert_budget
):
    production_id = find_service_id("us", "Payments")
    production = sandbox.region("us").services[production_id]
    staging_id = next(iter(sandbox.region("eu").services))
    sandbox.region("eu").services[staging_id] = {
        **production,
        "apiKey": staging_id,
        "serviceName": "Payments staging",
        "issuer": "https://staging.harbor.example",
        "accessTokenDuration": 60,
        "refreshTokenDuration": 120,
        "description": "Not yet",
    }
    page = open_signed_in(person(Role.EDITOR))
    page.goto("/harbor/services/")  # syncs the index
    page.goto(f"/harbor/services/us/{production_id}/")
    hand = input_device(page)

    hand.click("link", "Compare")
    hand.click("link", "Payments staging")
    for label in ("Access token duration", "Refresh token duration", "Description"):
        hand.tick(page.get_by_role("checkbox", name=label))
    hand.click("button", "Promote selected to Payments staging, EU")
    hand.click("button", "Add to draft")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Review 3 changes to Payments staging")
    reason = dialog.get_by_label("Reason")
    expect(reason).to_have_value(f"Promote settings of Payments (us/{production_id})")
    hand.click("button", "Save 3 changes to EU")
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 changes to")

    assert_budget("A3", hand)
    saved = sandbox.region("eu").services[staging_id]
    assert saved["accessTokenDuration"] == production["accessTokenDuration"]
    assert saved["issuer"] == "https://staging.harbor.example"
    page.goto(f"/harbor/compare/?a=us/{production_id}&b=eu/{staging_id}")
    expect(page.get_by_text("No unexpected differences.")).to_be_visible()
