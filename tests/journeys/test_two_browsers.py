"""Two people edit one service at the same time, and neither loses anything."""

import pytest
from playwright.sync_api import expect

from tenants.roles import Role
from tests.journeys.pages import enter, open_section, review, save, saved

ACCESS, REFRESH = "Access token lifetime", "Refresh token lifetime"
BOTH = pytest.mark.parametrize("section", ["tokens", "all"])


@pytest.fixture
def number(found):
    return found("us", "Payments")


@pytest.fixture
def ida(signed_in, person):
    return signed_in(person(Role.EDITOR, "Ida Lindqvist"))


@pytest.fixture
def tomas(signed_in, person):
    return signed_in(person(Role.EDITOR, "Tomas Okafor"))


@BOTH
def test_keeps_both_edits_of_different_settings(ida, tomas, sandbox, number, section):
    for page in (ida, tomas):
        open_section(page, "us", number, section)
    enter(tomas, REFRESH, "14", "days")
    review(tomas)
    save(tomas)
    saved(tomas)

    enter(ida, ACCESS, "10", "minutes")
    review(ida)
    expect(ida.get_by_text("Somebody saved a change since you began")).to_be_visible()
    save(ida)

    saved(ida)
    service = sandbox.region("us").services[number]
    assert service["accessTokenDuration"] == 600
    assert service["refreshTokenDuration"] == 14 * 86400


@BOTH
@pytest.mark.parametrize(("choice", "seconds"), [("Yours", 600), ("Now", 3600)])
def test_asks_which_of_two_values_to_keep(
    ida, tomas, sandbox, number, section, choice, seconds
):
    for page in (ida, tomas):
        open_section(page, "us", number, section)
    enter(tomas, ACCESS, "1", "hours")
    review(tomas)
    save(tomas)
    saved(tomas)

    enter(ida, ACCESS, "10", "minutes")
    enter(ida, REFRESH, "14", "days")
    review(ida)
    expect(ida.get_by_role("heading", level=1)).to_have_text(
        "Merge before saving Payments"
    )
    row = ida.get_by_role("row", name=ACCESS)
    expect(row).to_contain_text("2 minutes")
    row.get_by_role("radio").nth(0 if choice == "Now" else 1).check()
    ida.get_by_role("button", name="Review the merged changes").click()
    save(ida)

    saved(ida)
    service = sandbox.region("us").services[number]
    assert service["accessTokenDuration"] == seconds
    assert service["refreshTokenDuration"] == 14 * 86400


def test_overwrites_nothing_that_was_saved_during_the_review(
    ida, tomas, sandbox, number
):
    for page in (ida, tomas):
        open_section(page, "us", number)
        enter(page, ACCESS, "10" if page is ida else "20", "minutes")
        review(page)
    save(tomas)
    saved(tomas)

    save(ida)

    expect(ida.get_by_role("heading", level=1)).to_have_text(
        "Merge before saving Payments"
    )
    assert sandbox.region("us").services[number]["accessTokenDuration"] == 1200
