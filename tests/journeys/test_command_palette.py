"""Find anything from the command palette, by keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from console.inventory.index import index_client, index_services
from tenants.authlete.documents.client import Client
from tenants.authlete.documents.service import Service
from tenants.organizations.roles import Role
from tests.support.accessibility import find_violations


@pytest.fixture
def service_id(sandbox, harbor, find_service_id):
    """A service with a client whose contact is known."""
    number = find_service_id("us", "Payments")
    client_id, client = next(iter(sandbox.region("us").clients[number].items()))
    client |= {"clientName": "Ledger sync", "contacts": ["ops@ledger.example"]}
    index_services(
        harbor, {"us": [Service.model_validate({"apiKey": number, "serviceName": "Payments"})]}
    )
    index_client(harbor, "us", number, Client.model_validate(client | {"clientId": client_id}))
    return number


@pytest.fixture
def page(open_signed_in, person, service_id):
    return open_signed_in(person(Role.EDITOR))


@pytest.fixture
def palette(page):
    return page.get_by_role("dialog", name="Search everything")


@pytest.fixture
def box(palette):
    return palette.get_by_role("combobox")


def test_redirect_uris_of_a_client_open_by_its_contact(page, service_id):
    page.keyboard.press("Control+k")
    page.keyboard.type("ops@ledger.example redirect uris")
    page.keyboard.press("Enter")

    expect(page).to_have_url(
        re.compile(rf"/services/us/{service_id}/clients/\d+/edit/\w+/#field-redirect_uris$")
    )
    expect(page.get_by_label("Redirect URIs", exact=True)).to_be_in_viewport()


def test_results_follow_the_combobox_pattern(page, palette, box):
    page.get_by_role("link", name="Search everything").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("ledger")
    first = palette.get_by_role("option", name="Ledger sync").first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowUp")
    expect(palette.get_by_role("option").last).to_have_attribute("aria-selected", "true")
    assert find_violations(page) == []

    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(page.get_by_role("link", name="Search everything")).to_be_focused()


def is_htmx(route):
    return "hx-request" in route.request.headers


def test_enter_opens_the_search_page_when_the_console_does_not_respond(page, box, browser_log):
    browser_log.allow(r"htmx:\w+,|net::ERR_FAILED")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option").first).to_be_visible()
    page.route(
        "**/search/?q=*", lambda route: route.abort() if is_htmx(route) else route.continue_()
    )
    page.keyboard.type("ledger")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("Search")
    expect(page.locator("#content").get_by_role("link", name="Ledger sync").first).to_be_visible()
