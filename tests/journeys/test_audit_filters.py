"""The filters of the audit log leave room for entries."""

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role


@pytest.fixture
def page(open_signed_in, person):
    page = open_signed_in(person(Role.AUDITOR))
    page.goto("/harbor/audit/")
    return page


def places(page):
    return [page.locator(selector).bounding_box() for selector in ("#more", "#hints", "#search")]


def test_filters_open_below_their_button(page):
    before = places(page)

    page.click("#hints")
    page.click("#more")

    assert places(page) == before
    expect(page.locator("#apply")).to_be_visible()


def test_first_screen_of_a_phone_shows_an_entry(page):
    page.set_viewport_size({"width": 320, "height": 640})

    expect(page.locator("table.audit-log tbody th a").first).to_be_in_viewport()


def test_filtering_keeps_the_scroll_position(page):
    page.set_viewport_size({"width": 1280, "height": 500})
    before = places(page)

    page.get_by_role("link", name="Today", exact=True).click()

    expect(page.get_by_role("link", name="Clear all", exact=True)).to_be_attached()
    assert places(page) == before
