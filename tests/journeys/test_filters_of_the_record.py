"""The filters of the record stay in place, and leave a small window to entries."""

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role


@pytest.fixture
def page(open_signed_in, person):
    page = open_signed_in(person(Role.AUDITOR))
    page.goto("/harbor/audit/")
    return page


def places(page):
    return [page.locator(one).bounding_box() for one in ("#more", "#hints", "#search")]


def test_open_below_what_opens_them(page):
    before = places(page)

    page.click("#hints")
    page.click("#more")

    assert places(page) == before
    expect(page.locator("#apply")).to_be_visible()


def test_leave_the_first_window_of_a_phone_to_an_entry(page):
    page.set_viewport_size({"width": 320, "height": 640})

    expect(page.locator("table.record tbody th a").first).to_be_in_viewport()


def test_roll_nothing_away_when_they_narrow_the_list(page):
    page.set_viewport_size({"width": 1280, "height": 500})
    before = places(page)

    page.get_by_role("link", name="Today", exact=True).click()

    expect(page.get_by_role("link", name="Clear all", exact=True)).to_be_attached()
    assert places(page) == before
