"""Searching services swaps only the list."""

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
    expect(page.locator("tbody th a:not(.badge)")).to_have_count(count)


def test_search_replaces_the_list_and_the_url(page, box, loads):
    side = page.locator("#side").element_handle()

    search(page, box, "payments", 2)

    expect(page).to_have_url(re.compile(r"/harbor/services/\?q=payments$"))
    expect(box).to_have_value("payments")
    expect(box).to_be_focused()
    assert side.evaluate("element => element.isConnected")
    assert loads == []


def test_back_button_restores_the_list(page, box):
    search(page, box, "payments", 2)
    search(page, box, "banking", 4)

    page.go_back()
    expect(page.locator("tbody th a:not(.badge)")).to_have_count(2)
    expect(box).to_have_value("payments")
    page.go_back()
    expect(page.locator("tbody th a:not(.badge)")).to_have_count(14)
    page.go_forward()
    expect(page.locator("tbody th a:not(.badge)")).to_have_count(2)


def test_url_alone_repeats_the_search(page, box):
    search(page, box, "payments", 2)
    names = page.locator("tbody th a:not(.badge)").all_inner_texts()

    page.reload()

    assert page.locator("tbody th a:not(.badge)").all_inner_texts() == names


def test_empty_result_links_to_all_services(page, box):
    search(page, box, "no such service", 0)

    expect(page.get_by_text("No matching services")).to_be_visible()
    page.get_by_role("link", name="Clear search and filter").click()
    expect(page.locator("tbody th a:not(.badge)")).to_have_count(14)


def test_search_reports_an_unreachable_console(page, box, browser_log):
    browser_log.allow(r"htmx:\w+,|net::ERR_FAILED")
    page.route("**/services/?q=*", lambda route: route.abort())

    box.fill("payments")
    box.press("Enter")

    expect(page.locator("#notices")).to_contain_text("No response from the server")
    expect(page.locator("tbody th a:not(.badge)")).to_have_count(14)


def test_search_after_the_session_ended_opens_the_sign_in_page(page, box):
    page.context.clear_cookies()

    box.fill("payments")
    box.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    expect(page.locator("#side")).to_have_count(0)
