"""Two people edit one object, and neither loses a change."""

from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.journeys.states.client import LEDGER
from tests.support.page_steps import enter_setting, expect_saved, review_changes, save_changes
from tests.support.tiers import slow_after_first

ACCESS, REFRESH = "Access token duration", "Refresh token duration"
CLIENT = {n: v for n, v in LEDGER.items() if n != "derivedSectorIdentifier"}
BOTH = pytest.mark.parametrize("section", slow_after_first(["tokens", "all"]))


@dataclass
class Edited:
    """What both of them edit."""

    name: str
    path: str
    region: Any
    number: int
    base: str  # the access token lifetime, in words

    @property
    def lifetimes(self):
        """Its members as Authlete has them; those of a client are inside one."""
        if "/clients/" in self.path:
            return self.region.clients[self.number][44]["extension"]
        return self.region.services[self.number]

    def open(self, page, section="tokens"):
        page.goto(f"{self.path}edit/{section}/")


@pytest.fixture(params=slow_after_first(["service", "client"]))
def edited(request, find_service_id, sandbox):
    number, region = find_service_id("us", "Payments"), sandbox.region("us")
    path = f"/harbor/services/us/{number}/"
    if request.param == "service":
        return Edited("Payments", path, region, number, "2 minutes")
    lifetimes = {"accessTokenDuration": 900}
    region.clients[number][44] = CLIENT | {"extension": lifetimes}
    return Edited("Ledger sync", f"{path}clients/44/", region, number, "15 minutes")


@pytest.fixture
def ida(open_signed_in, person):
    return open_signed_in(person(Role.EDITOR, "Ida Lindqvist"))


@pytest.fixture
def tomas(open_signed_in, person):
    return open_signed_in(person(Role.EDITOR, "Tomas Okafor"))


@BOTH
def test_edits_of_different_settings_are_merged(ida, tomas, edited, section):
    for page in (ida, tomas):
        edited.open(page, section)
    enter_setting(tomas, REFRESH, "14", "days")
    review_changes(tomas)
    save_changes(tomas)
    expect_saved(tomas)

    enter_setting(ida, ACCESS, "10", "minutes")
    review_changes(ida)
    expect(ida.get_by_text("Someone else saved changes")).to_be_visible()
    save_changes(ida)

    expect_saved(ida)
    assert edited.lifetimes["accessTokenDuration"] == 600
    assert edited.lifetimes["refreshTokenDuration"] == 14 * 86400


@BOTH
@pytest.mark.parametrize(("choice", "seconds"), slow_after_first([("Yours", 600), ("Now", 3600)]))
def test_conflicting_edits_ask_which_value_to_keep(ida, tomas, edited, section, choice, seconds):
    for page in (ida, tomas):
        edited.open(page, section)
    enter_setting(tomas, ACCESS, "1", "hours")
    review_changes(tomas)
    save_changes(tomas)
    expect_saved(tomas)

    enter_setting(ida, ACCESS, "10", "minutes")
    enter_setting(ida, REFRESH, "14", "days")
    review_changes(ida)
    expect(
        ida.get_by_role("heading", level=1, name=f"Merge changes to {edited.name}", exact=True)
    ).to_be_visible()
    row = ida.get_by_role("row", name=ACCESS)
    expect(row).to_contain_text(edited.base)
    row.get_by_role("radio").nth(0 if choice == "Now" else 1).check()
    ida.get_by_role("button", name="Review merged changes").click()
    save_changes(ida)

    expect_saved(ida)
    assert edited.lifetimes["accessTokenDuration"] == seconds
    assert edited.lifetimes["refreshTokenDuration"] == 14 * 86400


def test_save_during_a_review_is_not_overwritten(ida, tomas, edited):
    for page in (ida, tomas):
        edited.open(page)
        enter_setting(page, ACCESS, "10" if page is ida else "20", "minutes")
        review_changes(page)
    save_changes(tomas)
    expect_saved(tomas)

    save_changes(ida)

    expect(
        ida.get_by_role("heading", level=1, name=f"Merge changes to {edited.name}", exact=True)
    ).to_be_visible()
    assert edited.lifetimes["accessTokenDuration"] == 1200
