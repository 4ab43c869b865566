"""A change is undone from home (A5)."""

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.journeys.states.client import ledger, save
from tests.support.input_devices import Mouse
from tests.support.scene import Scene

DECIDING = 2  # clicks: a choice, and to go on from it


@pytest.fixture
def scene(open_page, sandbox, person, live_server):
    scene = Scene(open_page(), sandbox, person, live_server.url)
    scene.sign_in_as(Role.EDITOR)
    return scene


def stored(scene):
    region = scene.sandbox.region("us")
    return region.clients[scene.path_params["service_id"]][44]


def undo(scene):
    """From home to the review, or to the merge before it."""
    scene.page.goto("/harbor/")
    hand = Mouse(scene.page)
    hand.follow_link(scene.page.get_by_role("link", name="Update Ledger sync"))
    hand.click("button", "Undo change")
    return hand


def test_undo_restores_the_old_value(scene, assert_budget):
    before = ledger(scene)["redirectUris"]
    uris = {"redirect_uris.item": "https://evil.example/cb"}
    scene.path_params["section"] = "redirects"
    save(scene, **uris)
    assert stored(scene)["redirectUris"] != before

    hand = undo(scene)
    expect(scene.page.get_by_label("Reason")).to_have_value("Undo CHG-2107")
    hand.click("button", "Save 1 change to US")

    expect(scene.page.get_by_role("heading", level=1)).to_contain_text("1 change to")
    assert stored(scene)["redirectUris"] == before
    assert_budget("A5", hand)


def test_undo_of_an_outdated_change_asks_first(scene, assert_budget):
    ledger(scene)
    save(scene)
    stored(scene).update(clientName="Ledger two", modifiedAt=2**41)

    hand = undo(scene)
    page = scene.page
    expect(page.get_by_text("Choose a value for 1 setting")).to_be_visible()
    hand.follow_link(page.get_by_role("radio", name="Ledger sync"))
    hand.click("button", "Review merged changes")
    page.get_by_label("Reason").fill("Back to its name")
    hand.click("button", "Save 1 change to US")

    expect(page.get_by_role("heading", level=1)).to_contain_text("1 change to")
    assert stored(scene)["clientName"] == "Ledger sync"
    assert_budget("A5", hand, more=DECIDING)
