"""A secret is rotated without downtime and restored (A1)."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Error, expect

from console.models import Rotation
from tenants.organizations.roles import Role
from tests.support.input_devices import Mouse
from tests.support.scene import PASSWORD
from tests.support.sessions import let_sessions_age
from tests.support.tiers import slow_after_first

STEP_UP = 1
UNDO = 2
NAME = "Nightly statements"


@pytest.fixture
def client(sandbox, find_service_id):
    """The client as Authlete keeps it."""
    number = find_service_id("us", "Payments")
    clients = sandbox.region("us").clients[number]
    (client,) = (client for client in clients.values() if client["clientName"] == NAME)
    client["path"] = f"/harbor/services/us/{number}/clients/{client['clientId']}/"
    return client


@pytest.fixture
def mara(person):
    return person(Role.ADMIN, "Mara Lindqvist")


def find(hand, page, client):
    """From home to the client."""
    hand.click("link", "Clients")
    expect(page.get_by_role("heading", level=1)).to_have_text("Clients")
    box = page.get_by_role("searchbox", name="Search clients")
    hand.submit(box, f'"{NAME.lower()}"')
    expect(page.get_by_text("Nightly statements").first).to_be_visible()
    hand.follow_link(page.locator(f"main a[href='{client['path']}']"))
    expect(page.get_by_role("heading", level=1)).to_have_text(NAME)


def give_reason(hand, page):
    hand.type(page.get_by_label("Reason"), "Yearly rotation")
    hand.type(page.get_by_label("Ticket"), "CHG-2101")


def stage(hand, page):
    """Make a secret, copy it, and say that it is stored."""
    hand.click("link", "Rotate secret")
    give_reason(hand, page)
    hand.click("button", "Generate")
    expect(page.get_by_text("Store the secret now")).to_be_visible()
    secret = page.locator("#the-secret").inner_text()
    hand.click("button", "Copy secret")
    hand.click("button", "Confirm stored")
    expect(page.get_by_text("After activation")).to_be_visible()
    return secret


def test_secret_is_rotated_without_downtime_and_restored(
    open_signed_in, mara, client, input_device, assert_budget
):
    page = open_signed_in(mara)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    input_device, old = input_device(page), client["clientSecret"]

    find(input_device, page, client)
    new = stage(input_device, page)
    assert client["clientSecret"] == old
    assert page.evaluate("navigator.clipboard.readText()") == new
    input_device.click("button", "Activate")

    expect(page.get_by_text("Current").first).to_be_visible()
    assert client["clientSecret"] == new
    assert_budget("A1", input_device)

    input_device.clicks = 0
    input_device.click("link", "Restore old secret")
    input_device.click("button", "Restore old secret")
    expect(page.get_by_text("Restored the old secret")).to_be_visible()
    assert client["clientSecret"] == old
    assert input_device.clicks <= UNDO
    assert Rotation.objects.get().old_sealed == ""


def test_rotation_asks_for_the_password_once(open_signed_in, mara, client, assert_budget):
    page = open_signed_in(mara)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    hand = Mouse(page)
    find(hand, page, client)
    let_sessions_age(minutes=60)

    hand.click("link", "Rotate secret")
    expect(page.get_by_role("heading", name="Confirm it's you")).to_be_visible()
    hand.type(page.get_by_label("Password"), PASSWORD)
    hand.click("button", "Confirm")
    give_reason(hand, page)
    hand.click("button", "Generate")
    hand.click("button", "Copy secret")
    hand.click("button", "Confirm stored")
    hand.click("button", "Activate")

    expect(page.get_by_text("Current").first).to_be_visible()
    assert_budget("A1", hand, more=STEP_UP)


def test_rotation_continues_from_the_banner_another_day(open_signed_in, mara, client):
    page = open_signed_in(mara)
    hand, old = Mouse(page), client["clientSecret"]
    page.goto(client["path"])
    new = stage(hand, page)
    hand.click("link", "Cancel")
    assert client["clientSecret"] == old
    Rotation.objects.update(staged_at=timezone.now() - timedelta(days=1))

    page.goto(client["path"])
    expect(page.get_by_text("New secret ready to activate")).to_be_visible()
    hand.click("link", "Activate")
    hand.click("button", "Activate")
    page.goto(client["path"])

    expect(page.get_by_text("Secret rotated")).to_be_visible()
    assert client["clientSecret"] == new


def test_works_without_javascript(open_page, mara, client):
    page = open_page(java_script_enabled=False)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(mara.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    hand = Mouse(page)
    find(hand, page, client)
    hand.click("link", "Rotate secret")
    give_reason(hand, page)
    hand.click("button", "Generate")
    expect(page.get_by_text("Copy the secret now")).to_be_visible()
    new = page.locator("#the-secret").inner_text()
    hand.click("button", "Confirm stored")
    hand.click("button", "Activate")

    expect(page.get_by_text("Current").first).to_be_visible()
    assert client["clientSecret"] == new


def reveal(page, client):
    page.goto(f"{client['path']}reveal/")
    page.get_by_label("Reason").fill("Lost at the client")
    page.get_by_role("button", name="Reveal secret").click()
    expect(page.locator("#the-secret")).to_have_text(client["clientSecret"])


def test_revealed_secret_hides_after_30_seconds(open_signed_in, mara, client):
    page = open_signed_in(mara)
    page.clock.install()
    reveal(page, client)
    page.clock.run_for(20_000)
    expect(page.locator("#the-secret")).to_be_visible()
    expect(page.get_by_text("Hidden in 10 s")).to_be_visible()

    page.clock.run_for(11_000)

    expect(page.get_by_text("The secret is hidden")).to_be_visible()
    assert client["clientSecret"] not in page.content()


@pytest.mark.parametrize("action", slow_after_first(["back", "reload", "another tab", "storage"]))
def test_revealed_secret_leaves_no_trace(open_signed_in, mara, client, action):
    page = open_signed_in(mara)
    reveal(page, client)

    match action:
        case "back":
            page.goto("/harbor/")
            with suppress(Error):  # what was posted would have to be sent again
                page.go_back()
        case "reload":
            page.reload()
        case "another tab":
            address, page = page.url, page.context.new_page()
            page.goto(address)

    if action == "storage":
        storage = page.evaluate(
            "[{...localStorage}, {...sessionStorage}, document.cookie, history.state]"
        )
        assert client["clientSecret"] not in str(storage)
    else:
        expect(page.locator("body")).not_to_contain_text(client["clientSecret"])
