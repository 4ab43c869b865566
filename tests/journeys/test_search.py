"""Searching the services swaps the list and nothing else."""

import re

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role


@pytest.fixture
def page(open_signed_in, person):
    page = open_signed_in(person(Role.VIEWER))
    page.goto("/harbor/services/")
    return page


@pytest.fixture
def box(page):
    return page.get_by_role("searchbox", name="Search services by name")


@pytest.fixture
def loads(page):
    """Every whole document that is loaded from now on."""
    loads = []
    page.on("domcontentloaded", lambda _: loads.append(page.url))
    return loads


def search(page, box, words, count):
    box.fill(words)
    box.press("Enter")
    expect(page.locator("tbody th a")).to_have_count(count)


def test_swaps_the_list_and_names_the_search_in_the_address(page, box, loads):
    side = page.locator("#side").element_handle()

    search(page, box, "payments", 2)

    expect(page).to_have_url(re.compile(r"/harbor/services/\?q=payments$"))
    expect(box).to_have_value("payments")
    expect(box).to_be_focused()
    assert side.evaluate("element => element.isConnected")
    assert loads == []


def test_goes_back_to_the_list_as_it_was(page, box):
    search(page, box, "payments", 2)
    search(page, box, "banking", 4)

    page.go_back()
    expect(page.locator("tbody th a")).to_have_count(2)
    expect(box).to_have_value("payments")
    page.go_back()
    expect(page.locator("tbody th a")).to_have_count(14)
    page.go_forward()
    expect(page.locator("tbody th a")).to_have_count(2)


def test_finds_the_same_by_the_address_alone(page, box):
    search(page, box, "payments", 2)
    names = page.locator("tbody th a").all_inner_texts()

    page.reload()

    assert page.locator("tbody th a").all_inner_texts() == names


def test_says_that_nothing_fits_and_leads_back(page, box):
    search(page, box, "no such service", 0)

    expect(page.get_by_text("No service fits")).to_be_visible()
    page.get_by_role("link", name="Clear search and filter").click()
    expect(page.locator("tbody th a")).to_have_count(14)


def test_says_so_when_the_console_does_not_answer(page, box, browser_log):
    browser_log.allow(r"htmx:\w+,|net::ERR_FAILED")
    page.route("**/services/?q=*", lambda route: route.abort())

    box.fill("payments")
    box.press("Enter")

    expect(page.locator("#notices")).to_contain_text("The console did not answer")
    expect(page.locator("tbody th a")).to_have_count(14)


def test_signs_in_again_as_a_whole_page(page, box):
    page.context.clear_cookies()

    box.fill("payments")
    box.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator("#side")).to_have_count(0)
