"""Client lists by keyboard, without losing the place."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.support.clients import make_client


@pytest.fixture
def service_path(sandbox, find_service_id):
    """The path of a service with 120 clients, one with another redirect URI."""
    number = find_service_id("us", "Payments")
    clients = sandbox.region("us").clients[number]
    clients.clear()
    for client_id in range(1, 121):
        clients[client_id] = make_client(
            client_id, clientType="PUBLIC" if client_id % 4 == 0 else "CONFIDENTIAL"
        )
    clients[77]["redirectUris"] = ["https://gone.example.net/cb"]
    return f"/harbor/services/us/{number}/clients/"


def rows(page):
    return page.locator("tbody th")


def test_filtering_by_keyboard_keeps_the_filters_open(open_signed_in, person, service_path):
    page = open_signed_in(person(Role.VIEWER))
    page.goto(service_path)

    page.locator("#facets").focus()
    page.keyboard.press("Enter")
    for value, count in (("Public", 30), ("Not locked", 30)):
        link = page.locator(".facets").get_by_role("link", name=re.compile(f"^{value}"))
        link.focus()
        page.keyboard.press("Enter")
        expect(page.locator("#status")).to_have_text(f"{count} matching clients")
        expect(link).to_be_focused()
        expect(link).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"[?]type=PUBLIC&locked=no$"))
    column = page.get_by_role("columnheader", name="Changed")
    column.get_by_role("link").focus()
    page.keyboard.press("Enter")
    expect(column).to_have_attribute("aria-sort", "ascending")
    expect(column.get_by_role("link")).to_be_focused()

    page.go_back()
    expect(column).not_to_have_attribute("aria-sort", "ascending")
    page.go_back()
    expect(page).to_have_url(re.compile(r"[?]type=PUBLIC$"))
    expect(rows(page)).to_have_count(30)


def test_paging_keeps_the_scroll_position(open_signed_in, person, service_path):
    page = open_signed_in(person(Role.VIEWER))
    page.goto(service_path)
    on = page.locator("#page-after")

    on.focus()
    for text in ("51 to 100 of 120", "101 to 120 of 120"):
        page.keyboard.press("Enter")
        expect(page.get_by_text(text)).to_be_visible()
        expect(on).to_be_focused()
    expect(on).to_have_attribute("aria-disabled", "true")
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="Previous")).to_be_focused()


def test_search_finds_a_redirect_host_in_all_services(open_signed_in, person, service_path):
    page = open_signed_in(person(Role.VIEWER))
    page.goto("/harbor/clients/")

    page.keyboard.press("f")
    page.keyboard.type("redirect:gone.example.net")
    page.keyboard.press("Enter")

    expect(rows(page)).to_have_count(1)
    expect(rows(page)).to_contain_text("Client 0077")
    expect(page.locator("#find")).to_be_focused()


def test_paging_works_without_javascript(open_page, person, service_path, live_server):
    from tests.support.journeys import sign_in_page

    page = open_page(java_script_enabled=False)
    sign_in_page(person(Role.VIEWER), page, live_server.url)
    page.goto(service_path)

    page.get_by_role("link", name="Next").click()
    expect(page.get_by_text("51 to 100 of 120")).to_be_visible()
    page.get_by_role("link", name="Columns").click()
    page.get_by_label("Client ID", exact=True).check()
    page.get_by_role("button", name="Save columns").click()
    expect(page.get_by_text("51 to 100 of 120")).to_be_visible()
    expect(page.get_by_role("columnheader", name="Client ID")).to_be_visible()


def test_export_contains_the_filtered_clients(open_signed_in, person, service_path):
    page = open_signed_in(person(Role.VIEWER))
    page.goto(f"{service_path}?type=PUBLIC")

    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()

    with Path(download.value.path()).open() as file:
        assert len(list(csv.DictReader(file))) == 30
    assert re.fullmatch(r"clients-us-\d+-\d{4}-\d\d-\d\d\.csv", download.value.suggested_filename)
