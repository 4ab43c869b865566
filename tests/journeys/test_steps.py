"""Steps in a dialog over the page: how they open, close and go on."""

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import expect

from console.models import Rotation
from tenants.organizations.roles import Role
from tests.support.accessibility import find_violations
from tests.support.input_devices import Mouse
from tests.support.journeys import NARROW_VIEWPORT
from tests.support.page_steps import find_overflow
from tests.support.scene import PASSWORD
from tests.support.sessions import let_sessions_age
from tests.support.tiers import slow_after_first

NAME = "Nightly statements"
MINUTES = 60


@pytest.fixture
def client(sandbox, find_service_id):
    number = find_service_id("us", "Payments")
    clients = sandbox.region("us").clients[number]
    (client,) = (client for client in clients.values() if client["clientName"] == NAME)
    client["path"] = f"/harbor/services/us/{number}/clients/{client['clientId']}/"
    return client


@pytest.fixture
def page(open_signed_in, person, client):
    """The client's page, as an admin sees it."""
    page = open_signed_in(person(Role.ADMIN, "Mara Lindqvist"))
    page.goto(client["path"])
    return page


@pytest.fixture
def dialog(page):
    """The dialog to rotate the secret, opened by its link."""
    page.get_by_role("link", name="Rotate secret").click()
    dialog = page.get_by_role("dialog", name=f"Rotate the secret of {NAME}")
    expect(dialog).to_be_visible()
    return dialog


@pytest.mark.parametrize("action", slow_after_first(["Cancel", "Escape", "Close", "back"]))
def test_closing_a_step_returns_to_the_page(page, client, dialog, action):
    assert page.url.endswith(f"{client['path']}stage/")
    assert page.title().startswith("Rotate")
    page.evaluate("window.stays = true")

    match action:
        case "Escape":
            page.keyboard.press("Escape")
        case "back":
            page.go_back()
        case _:
            dialog.get_by_role("link", name=action).or_(
                dialog.get_by_role("button", name=action)
            ).first.click()

    expect(dialog).to_have_count(0)
    expect(page.get_by_role("link", name="Rotate secret")).to_be_focused()
    assert page.url.endswith(client["path"])
    assert page.title().startswith(NAME)
    assert page.evaluate("window.stays")


def test_reload_and_forward_show_the_step_as_a_page(page, client, dialog):
    page.go_back()
    page.go_forward()
    expect(page.get_by_role("navigation", name="Breadcrumb")).to_contain_text("Rotate")
    page.reload()

    expect(page.get_by_role("heading", level=1)).to_have_text(f"Rotate the secret of {NAME}")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def test_focus_goes_to_the_field_then_to_the_secret(page, dialog):
    expect(dialog.get_by_label("Reason")).to_be_focused()
    assert find_violations(page) == []

    generate(dialog)

    expect(dialog.get_by_role("button", name="Copy secret")).to_be_focused()
    assert find_violations(page) == []


def generate(dialog):
    dialog.get_by_label("Reason").fill("Yearly rotation")
    dialog.get_by_role("button", name="Generate").click()
    expect(dialog.locator("#the-secret")).to_be_visible()
    return dialog.locator("#the-secret").inner_text()


def test_secret_leaves_no_trace_after_the_dialog(page, client, dialog):
    new = generate(dialog)
    page.keyboard.press("Escape")
    expect(dialog.locator("#the-secret")).to_be_visible()

    dialog.get_by_role("button", name="Close").click()

    expect(page.get_by_text("New secret not confirmed as stored")).to_be_visible()
    assert page.url.endswith(client["path"])
    assert new not in page.content()
    storage = page.evaluate("[{...localStorage}, {...sessionStorage}, history.state]")
    assert new not in str(storage)
    page.go_forward()
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)
    page.wait_for_load_state("networkidle")
    assert new not in page.content()


def test_result_replaces_the_page_below(page, client, dialog):
    generate(dialog)
    page.evaluate("window.stays = true")
    dialog.get_by_role("button", name="Confirm stored").click()
    activation = page.get_by_role("dialog", name=f"Activate the new secret of {NAME}")
    activation.get_by_role("button", name="Activate").click()

    expect(page.get_by_text("You can undo the rotation")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator("#content")).to_be_focused()
    assert page.url.endswith(f"{client['path']}secret/")
    assert page.title().startswith("Secret")
    assert page.evaluate("window.stays")
    page.go_back()
    expect(page.get_by_text("Secret rotated")).to_be_visible()
    assert page.url.endswith(client["path"])


def test_identity_is_confirmed_in_the_dialog_and_what_was_typed_stays(page, dialog):
    let_sessions_age(MINUTES)
    dialog.get_by_label("Reason").fill("Yearly rotation")
    dialog.get_by_label("Ticket").fill("CHG-2101")
    dialog.get_by_role("button", name="Generate").click()
    confirmation = page.get_by_role("dialog", name="Confirm it's you")
    expect(confirmation.get_by_label("Password")).to_be_focused()
    confirmation.get_by_label("Password").fill("wrong")
    page.keyboard.press("Enter")
    expect(confirmation.get_by_text("incorrect")).to_be_visible()
    confirmation.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")

    expect(dialog.get_by_label("Reason")).to_have_value("Yearly rotation")
    expect(dialog.get_by_label("Ticket")).to_have_value("CHG-2101")
    assert Rotation.objects.count() == 0
    dialog.get_by_role("button", name="Generate").click()
    expect(dialog.locator("#the-secret")).to_be_visible()


def test_lost_response_is_said_in_the_dialog_and_keeps_the_form(page, dialog, browser_log):
    browser_log.allow("ERR_FAILED|htmx:(afterRequest|sendError)")
    page.route("**/stage/", lambda route: route.abort())
    dialog.get_by_label("Reason").fill("Yearly rotation")
    dialog.get_by_role("button", name="Generate").click()

    expect(dialog.get_by_text("No response from the server")).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("Yearly rotation")


def test_denied_step_is_explained_on_the_page(page, client):
    page.evaluate(
        "path => document.querySelector('a[data-step]').setAttribute('href', path)", "/x/"
    )
    Mouse(page).click("link", "Rotate secret")

    expect(page.locator("#notices")).to_contain_text("Page not found")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith(client["path"])


def test_dialog_fits_a_narrow_window(page, dialog):
    page.set_viewport_size(NARROW_VIEWPORT)
    generate(dialog)

    assert find_overflow(page) == []
    assert dialog.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_swaps_stay_within_the_content_security_policy(page):
    """Extensions style fields, which htmx would copy to the new ones."""
    page.goto("/harbor/clients/")
    box = page.get_by_role("searchbox", name="Search clients")
    box.evaluate("e => { e.style.color = 'red'; e.style.color = ''; }")
    Mouse(page).submit(box, "ledger")

    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")


def test_paging_in_a_step_leaves_one_way_back(page):
    page.goto("/harbor/clients/?q=statements")
    hand = Mouse(page)
    page.get_by_role("button", name="matching").click()
    hand.click("button", "Preview: Lock")
    dialog = page.get_by_role("dialog", name="Lock")
    hand.follow_link(dialog.get_by_role("link", name="Will change"))
    expect(dialog.get_by_role("link", name="Remove filter: Result: Will change")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    assert page.url.endswith("/harbor/clients/?q=statements")


def test_account_confirmations_open_in_the_dialog(open_signed_in, person):
    user = person(Role.ADMIN, "Mara Lindqvist")
    totp.TOTP.activate(user, totp.generate_totp_secret())
    page = open_signed_in(user)
    page.goto("/accounts/2fa/")
    page.evaluate("window.stays = true")

    page.get_by_role("link", name="Remove").click()
    removal = page.get_by_role("dialog", name="Remove the authenticator app?")
    removal.get_by_role("link", name="Cancel").click()
    expect(removal).to_have_count(0)
    page.get_by_role("link", name="Generate new codes").click()
    dialog = page.get_by_role("dialog", name="Generate new recovery codes?")
    assert find_violations(page) == []
    dialog.get_by_role("button", name="Generate new codes").click()

    expect(page.get_by_text("Copy these codes now")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("window.stays")
