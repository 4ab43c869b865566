"""A client is created, its secret shown once, and locked."""

import re

import pytest
from playwright.sync_api import Error, expect

from tenants.organizations.roles import Role
from tests.support.input_devices import Mouse
from tests.support.scene import PASSWORD

CLICKS = 6  # clients, create, kind, review, create, stored
REDIRECT = "https://till.harbor.example/cb"


@pytest.fixture
def payments(sandbox, find_service_id):
    """Payments in us, which has what web applications need; and its clients."""
    number = find_service_id("us", "Payments")
    region = sandbox.region("us")
    for member in ("supportedGrantTypes", "supportedTokenAuthMethods"):
        region.services[number].pop(member, None)
    return f"/harbor/services/us/{number}/", region.clients[number]


def to_clients(hand, page):
    """By the tab of the service, which tells how many there are."""
    tabs = page.get_by_label("Pages of this service")
    hand.follow_link(tabs.get_by_role("link", name=re.compile("^Clients")))


def create(hand, page):
    """From the service to the page that shows the secret."""
    to_clients(hand, page)
    hand.click("link", "Create client")
    hand.click("link", "Web application")
    hand.type(page.get_by_label("Client name", exact=True), "Till")
    hand.type(page.get_by_label("Redirect URIs, row 1"), REDIRECT)
    hand.click("button", "Review new client")
    expect(page.get_by_role("heading", level=1)).to_have_text("Create Till")
    hand.type(page.get_by_label("Reason"), "New till")
    hand.click("button", "Create client in US")
    expect(page.get_by_role("heading", level=1)).to_have_text("Till created")


def created_client(clients):
    (client,) = (client for client in clients.values() if client.get("clientName") == "Till")
    return client


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_client_is_created_and_its_secret_shown_once(open_page, person, payments, script):
    path, clients = payments
    tomas = person(Role.EDITOR, "Tomas Okafor")
    page = open_page(java_script_enabled=script)
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill(tomas.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Harbor Mutual")
    page.goto(path)
    hand = Mouse(page)

    create(hand, page)
    client = created_client(clients)
    secret = client["clientSecret"]
    expect(page.get_by_role("region", name="Client secret")).to_have_text(secret)
    hand.click("link", "Done")

    expect(page.get_by_role("heading", level=1)).to_have_text("Till")
    assert hand.clicks <= CLICKS
    assert client["redirectUris"] == [REDIRECT]
    assert client["pkceRequired"] is True
    assert secret not in page.content()
    with pytest.raises(Error, match="CACHE_MISS"):  # the way back has nothing to show
        page.go_back()


def test_client_is_locked_in_a_few_clicks(open_signed_in, person, payments):
    path, clients = payments
    page = open_signed_in(person(Role.EDITOR))
    page.goto(path)
    create(Mouse(page), page)
    page.get_by_role("link", name="Done").click()
    hand = Mouse(page)

    hand.click("link", "Lock")
    hand.type(page.get_by_label("Reason"), "Made by mistake")
    hand.click("button", "Lock Till in US")

    expect(page.get_by_text("Locked Till.")).to_be_visible()
    assert created_client(clients)["locked"] is True
    assert hand.clicks == 2
