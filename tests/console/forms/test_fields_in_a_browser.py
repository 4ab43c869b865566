"""Form fields in a real browser: rows and submitted values."""

import re

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.support.accessibility import find_contrast_violations, find_violations

SERVICE = "/acme/services/us/17/"
SCOPES = [
    {"name": "accounts", "description": "See accounts"},
    {"name": "payments", "attributes": [{"key": "fapi", "value": "rw"}]},
]
ODD = {
    "serviceName": "a\r\nb",
    "description": "\r\nfirst\rsecond\r\n",
    "issuer": "http://old.example/#x",
    "attributes": [{"key": " k ", "value": "nul\0"}, 7, {"key": ["x"]}],
    "supportedScopes": [*SCOPES, {"name": "</textarea><b>", "description": "\n"}],
    "supportedClaims": ["", "a\nb", "\u202eevil", "\U0001f600"],
    "supportedClaimTypes": ["NORMAL", "PIGEON\r\n", "PIGEON"],
    "predefinedTransformedClaims": '\n{"a":\t1E2}',
    "accessTokenDuration": 5401,
    "refreshTokenDuration": "soon",
    "accessTokenSignAlg": "ROT\t13",
    "refreshTokenKept": 1,
}


@pytest.fixture
def complaints():
    """What the browser says about a page by itself."""
    return []


@pytest.fixture
def opened(page, live_server, member, sandbox, complaints):
    """Open a section of the service, with these members, as an editor."""
    page.set_default_timeout(30_000)
    session = member(Role.EDITOR).cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def opened(section, **members):
        sandbox.services[17] |= members
        page.goto(f"{live_server.url}{SERVICE}edit/{section}/")
        return page

    return opened


def names(page, label):
    return [field.input_value() for field in page.get_by_label(re.compile(f"^{label}, row")).all()]


def test_rows_are_added_and_removed_in_place(opened, complaints):
    page = opened("scopes", supportedClaims=["sub", "name", "email"])
    add = page.get_by_role("button", name="Add to Supported claims", exact=True)

    add.click()
    expect(page.get_by_label("Supported claims, row 4")).to_be_focused()
    page.keyboard.type("phone")
    add.click()
    expect(page.get_by_label("Supported claims, row 5")).to_be_focused()
    page.keyboard.type("locale")
    page.get_by_role("button", name="Remove row 2 of Supported claims").click()

    expect(page.get_by_label("Supported claims, row 2")).to_be_focused()
    assert names(page, "Supported claims") == ["sub", "email", "phone", "locale"]
    expect(page.locator("#field-supported_claims")).to_have_class(re.compile("is-changed"))
    page.get_by_role("button", name="Review changes").click()
    expect(page.get_by_text("removed name")).to_be_visible()
    expect(page.get_by_text("locale, phone").or_(page.get_by_text("phone, locale"))).to_be_visible()
    assert complaints == []


def test_nested_row_is_added_to_its_row(opened):
    page = opened("scopes", supportedScopes=SCOPES)
    page.get_by_role("button", name="Add to Supported scopes", exact=True).click()
    page.keyboard.type("cards")
    page.get_by_role("button", name="Add to Supported scopes", exact=True).click()
    page.keyboard.type("loans")
    row = page.locator("tbody").filter(has=page.get_by_label("Name, row 4")).last
    row.get_by_text("Attributes").first.click()
    row.get_by_label("Key, row 1").fill("fapi")
    row.get_by_role("button", name="Add to Attributes").click()
    expect(row.get_by_label("Key, row 2")).to_be_focused()
    page.keyboard.type("regex")

    page.get_by_role("button", name="Review changes").click()

    expect(page.get_by_text("Name: cards")).to_be_visible()
    expect(page.get_by_text("Name: loans, Attributes: fapi = , regex = ")).to_be_visible()


def test_last_row_is_emptied_instead_of_removed(opened):
    page = opened("scopes", supportedClaims=[])

    page.get_by_label("Supported claims, row 1").fill("sub")
    page.get_by_role("button", name="Remove row 1 of Supported claims").click()

    assert names(page, "Supported claims") == [""]
    expect(page.get_by_label("Supported claims, row 1")).to_be_focused()


def test_value_changed_back_is_no_change(opened):
    page = opened("tokens")
    lifetime = page.get_by_label("Access token duration", exact=True)
    field = page.locator("#field-access_token_duration")

    lifetime.fill("2")
    expect(field).to_have_class(re.compile("is-changed"))
    expect(field.locator(".field-text").first).to_have_text("7,200 seconds")
    lifetime.fill("1")
    expect(field).not_to_have_class(re.compile("is-changed"))


def test_ticking_a_value_selects_only_these(opened):
    page = opened("scopes")
    exactly = page.get_by_role("radio", name=re.compile("^Only the selected values")).first
    expect(exactly).not_to_be_checked()

    page.get_by_label("Aggregated").check()

    expect(exactly).to_be_checked()


def test_error_summary_links_the_input(opened):
    page = opened("tokens")
    page.get_by_label("Access token duration", exact=True).fill("x")
    page.get_by_role("button", name="Review changes").click()
    expect(page.get_by_role("alert")).to_be_focused()

    page.get_by_role("link", name="Access token duration").click()

    expect(page.get_by_label("Access token duration", exact=True)).to_be_focused()


def test_enter_submits_and_adds_no_row(opened):
    page = opened("scopes", supportedClaims=["sub"])
    page.get_by_label("Supported claims, row 2").fill("name")

    page.keyboard.press("Enter")

    heading = page.get_by_role("dialog").get_by_role("heading", level=1)
    expect(heading).to_contain_text("Review 1 change")


@pytest.mark.parametrize("section", ["basics", "scopes", "tokens"])
def test_browser_sends_back_the_values_of_the_page(opened, section):
    page = opened(section, **ODD)

    page.get_by_role("button", name="Review changes").click()

    expect(page.get_by_text("No changes to save.")).to_be_visible()


@pytest.mark.parametrize("section", ["all", "scopes", "keys"])
def test_page_has_no_wcag_violations(opened, section):
    page = opened(section, **ODD)

    assert find_violations(page) == []
    page.emulate_media(color_scheme="dark")
    assert find_contrast_violations(page) == []


@pytest.mark.parametrize("section", ["all"])
def test_page_fits_320_pixels(opened, section):
    page = opened(section, **ODD)
    page.set_viewport_size({"width": 320, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") == 320
