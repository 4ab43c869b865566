"""An auditor exports the access review of a day."""

import csv

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.support.input_devices import Mouse
from tests.support.scene import Scene


@pytest.fixture
def scene(open_page, sandbox, person, live_server):
    scene = Scene(open_page(), sandbox, person, live_server.url)
    scene.sign_in_as(Role.AUDITOR)
    return scene


def test_auditor_exports_the_access_review(scene, tmp_path, assert_budget):
    page = scene.page
    scene.goto("dashboard:index")
    hand = Mouse(page)

    hand.click("link", "Access review")
    expect(page.get_by_role("heading", name="Access review")).to_be_visible()
    hand.click("button", "Show")
    with page.expect_download() as taken:
        hand.click("button", "Export")

    taken.value.save_as(tmp_path / "access.csv")
    (row,) = csv.DictReader((tmp_path / "access.csv").read_text().splitlines())
    assert (row["person"], row["role"]) == (scene.user.get_username(), "auditor")
    assert row["last_used"].endswith("Z")
    assert_budget("U4", hand)
    expect(page.get_by_role("link", name="Access review", exact=True)).to_have_attribute(
        "aria-current", "page"
    )
