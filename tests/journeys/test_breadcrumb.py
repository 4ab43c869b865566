"""Breadcrumb and tabs with long names."""

from playwright.sync_api import expect

from tenants.organizations.roles import Role

CUT = "one => one.scrollWidth > one.clientWidth"


def test_breadcrumb_shortens_long_names(open_signed_in, person, sandbox, find_service_id):
    number = find_service_id("us", "Payments")
    sandbox.region("us").services[number]["serviceName"] = "תשלומים " * 20
    page = open_signed_in(person(Role.VIEWER))

    page.goto(f"/harbor/services/us/{number}/history/")

    here = page.locator(".crumbs [aria-current]")
    expect(here).to_have_text("History")
    assert not here.evaluate(CUT)
    name = page.locator(".crumbs li:nth-last-child(2) bdi")
    assert name.evaluate(CUT)
    assert not page.locator(".crumbs ol").evaluate(CUT)
    page.set_viewport_size({"width": 320, "height": 640})
    page.reload()
    expect(page.locator(".tabs [aria-current]")).to_be_in_viewport(ratio=1)
