"""Find one of a service's 183 settings."""

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role


@pytest.fixture
def page(open_signed_in, person, find_service_id):
    page = open_signed_in(person(Role.EDITOR))
    page.goto(f"/harbor/services/us/{find_service_id('us', 'Payments')}/")
    return page


def test_search_names_the_settings_that_match(page):
    page.get_by_label("Find a section or setting").fill("accesstokendur")

    row = page.locator("#sections tbody tr:visible")
    expect(row).to_have_count(1)
    row.get_by_role("link", name="Access token duration").click()
    expect(page.locator("#field-access_token_duration")).to_be_in_viewport()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_settings_are_found_without_scripts(open_signed_in, person, find_service_id, role):
    page = open_signed_in(person(role), java_script_enabled=False)
    page.goto(f"/harbor/services/us/{find_service_id('us', 'Payments')}/")
    box = page.get_by_label("Find a section or setting")
    box.fill("accesstokendur")
    box.press("Enter")

    expect(page.get_by_text("accessTokenDuration", exact=True)).to_be_visible()
    expect(page.get_by_text("pkceRequired", exact=True)).to_have_count(0)


def test_index_of_all_settings_follows_the_scroll(page):
    page.goto(f"{page.url}edit/all/")
    index = page.get_by_role("navigation", name="Sections")
    current = index.locator("[aria-current=true]")

    index.get_by_role("link", name="CIBA").click()
    expect(current).to_contain_text("CIBA")
    heading = page.get_by_role("heading", name="Identity assurance")
    heading.evaluate("heading => heading.scrollIntoView()")
    expect(current).to_contain_text("Identity assurance")
    expect(current).to_be_in_viewport()


def test_index_stays_in_view_on_a_phone(page):
    page.set_viewport_size({"width": 360, "height": 700})
    page.goto(f"{page.url}edit/all/#field-device_flow_code_duration")
    current = page.get_by_role("navigation", name="Sections").locator("[aria-current=true]")

    page.mouse.wheel(0, 100)
    expect(current).to_contain_text("Device flow")
    expect(current).to_be_in_viewport()
