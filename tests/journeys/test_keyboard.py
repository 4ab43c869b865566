"""Lists and objects by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role


@pytest.fixture
def page(open_signed_in, person):
    page = open_signed_in(person(Role.EDITOR))
    page.goto("/harbor/")
    return page


def test_shortcuts_lead_from_home_to_a_setting(page):
    page.keyboard.press("g")
    page.keyboard.press("s")
    expect(page).to_have_url(re.compile("/harbor/services/$"))
    names = page.locator("tbody th a:not(.badge)").all_inner_texts()
    for key in "jjk":
        page.keyboard.press(key)
    expect(page.locator(":focus")).to_have_text(names[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(names[0])
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/edit/all/$"))


def test_e_edits_the_focused_row(page):
    page.goto("/harbor/services/")
    page.keyboard.press("j")
    page.keyboard.press("e")

    expect(page).to_have_url(re.compile("/edit/all/$"))


def test_first_row_is_two_tabs_away(page):
    page.goto("/harbor/services/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to list")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.locator("tbody tr").first.locator(":focus")).to_have_count(1)


def test_dialog_lists_the_shortcuts_and_turns_them_off(page):
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_contain_text("g s")
    dialog.get_by_label("Use shortcuts in this browser").uncheck()
    dialog.get_by_role("button", name="Close").click()
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.reload()

    expect(page).to_have_url(re.compile("/harbor/$"))


def test_compact_rows_stay(page):
    page.goto("/harbor/services/")
    row = page.locator("#rows tr").first
    tall = row.bounding_box()["height"]
    page.get_by_role("button", name="Account of").click()
    with page.expect_response("**/help/display/"):
        page.get_by_text("Compact", exact=True).click()
    page.reload()

    assert row.bounding_box()["height"] < tall
