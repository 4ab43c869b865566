"""Drafts survive browser and session failures."""

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.support.journeys import sign_in_page
from tests.support.page_steps import enter_setting, open_section
from tests.support.scene import PASSWORD
from tests.support.tiers import slow_after_first

ACCESS = "Access token duration"


@pytest.fixture
def tomas(person):
    return person(Role.EDITOR, "Tomas Okafor")


@pytest.fixture
def page(open_signed_in, tomas, find_service_id):
    page = open_signed_in(tomas)
    open_section(page, "us", find_service_id("us", "Payments"))
    return page


def expect_draft_saved(page):
    expect(page.locator("#draft-state")).to_contain_text("Draft saved")


def test_draft_is_restored_after_the_session_ended(page, tomas, live_server):
    enter_setting(page, ACCESS, "45", "minutes")
    expect_draft_saved(page)
    address = page.url
    page.context.clear_cookies()

    page.goto(address)
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    sign_in_page(tomas, page, live_server.url)
    page.goto(address)

    expect(page.get_by_label(ACCESS, exact=True)).to_have_value("45")
    expect(page.get_by_text("You have unsaved changes")).to_be_visible()


def test_invalid_draft_is_saved(page):
    enter_setting(page, ACCESS, "soon")
    expect_draft_saved(page)

    page.reload()

    expect(page.get_by_label(ACCESS, exact=True)).to_have_value("soon")


def test_page_says_when_a_draft_cannot_be_saved(page):
    page.route("**/draft/", lambda route: route.fulfill(status=503))

    enter_setting(page, ACCESS, "45")

    expect(page.locator("#draft-state")).to_contain_text("couldn't be saved")


@pytest.mark.parametrize(
    "lost", slow_after_first(["session", None]), ids=["session", "all cookies"]
)
def test_draft_stays_on_the_page_until_its_owner_signs_in(page, tomas, live_server, lost):
    page.context.clear_cookies(name=lost)
    enter_setting(page, ACCESS, "45", "minutes")
    page.get_by_role("button", name="Review changes").click()
    door = page.get_by_role("link", name="Sign in in a new tab")
    expect(door).to_be_focused()

    with page.expect_popup() as opened:
        door.click()
    opened.value.get_by_label("Email").fill(tomas.email)
    opened.value.get_by_label("Password").fill(PASSWORD)
    opened.value.keyboard.press("Enter")
    expect(opened.value.get_by_role("button", name="Sign in")).not_to_be_visible()
    page.get_by_role("button", name="Review changes").click()

    expect(page.get_by_text("45 minutes (2,700 seconds)")).to_be_visible()


def test_leaving_with_unsaved_input_asks_first(page):
    page.route("**/draft/", lambda route: route.abort())
    page.on("dialog", lambda dialog: dialog.dismiss())
    enter_setting(page, ACCESS, "45")

    with page.expect_event("dialog") as dialog_event:
        page.get_by_role("link", name="Back to overview").click(no_wait_after=True)

    assert dialog_event.value.type == "beforeunload"
    expect(page.get_by_label(ACCESS, exact=True)).to_have_value("45")


def test_leaving_with_a_saved_draft_asks_nothing(page):
    enter_setting(page, ACCESS, "45")
    expect_draft_saved(page)

    page.get_by_role("link", name="Back to overview").click()

    expect(page.get_by_text("You have unsaved changes")).to_be_visible()
