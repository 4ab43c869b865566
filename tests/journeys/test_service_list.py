"""The service list by keyboard, without losing the place."""

import re

from playwright.sync_api import expect

from tenants.organizations.roles import Role


def test_search_keeps_focus_and_announces_the_count(open_signed_in, person):
    page = open_signed_in(person(Role.VIEWER))
    page.goto("/harbor/services/")

    column = page.get_by_role("columnheader", name="Region")
    for order in ("ascending", "descending"):
        column.get_by_role("link").focus()
        page.keyboard.press("Enter")
        expect(column).to_have_attribute("aria-sort", order)
        expect(column.get_by_role("link")).to_be_focused()
    chip = page.locator("#list").get_by_role("link", name="EU 4", exact=True)
    chip.focus()
    page.keyboard.press("Enter")
    expect(chip).to_have_attribute("aria-current", "true")
    expect(chip).to_be_focused()

    expect(page.locator("#status")).to_have_text("4 matching services")
    expect(page).to_have_url(re.compile("[?]sort=-region&region=eu$"))
    page.go_back()
    expect(page.get_by_role("row")).to_have_count(15)
    expect(column).to_have_attribute("aria-sort", "descending")
