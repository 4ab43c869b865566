"""The patterns page in a browser, with accessibility checks."""

import pytest
from playwright.sync_api import expect
from pytest_playwright_axe import Axe

PATH = "/help/patterns/"


@pytest.fixture
def complaints():
    """What the browser says about the page by itself."""
    return []


@pytest.fixture
def page(page, live_server, client, django_user_model, complaints):
    client.force_login(django_user_model.objects.create_user("mara"))
    session = client.cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": session, "url": live_server.url}])
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(live_server.url + PATH)
    return page


@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320)])
def test_page_has_no_wcag_violations(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})

    results = Axe().run(page, html_report_generated=False, json_report_generated=False)

    assert [violation["id"] for violation in results["violations"]] == []
    if width == 1280:
        assert [html for html in unjudged_elements(results) if not html.startswith(HIDDEN)] == []


# Text over the arrow of a select, and a cell that is partly scrolled away.
HIDDEN = ("<select", '<td class="mono small"')


def unjudged_elements(found):
    """Return the elements whose contrast axe couldn't judge."""
    unsure = (check for check in found["incomplete"] if check["id"] == "color-contrast")
    return [node["html"] for check in unsure for node in check["nodes"]]


def test_page_fits_320_pixels(page):
    page.set_viewport_size({"width": 320, "height": 800})

    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_page_violates_no_content_security_policy(page, complaints):
    assert complaints == []


def test_chosen_theme_applies_at_once_and_stays(page):
    page.get_by_role("button", name="Account of mara").click()
    with page.expect_response("**/help/display/"):
        page.locator("#me").get_by_text("Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
