"""Rows are added and removed, with and without JavaScript."""

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.support.page_steps import expect_saved, open_section, review_changes, save_changes
from tests.support.tiers import slow_after_first

LANGUAGES = "Supported claim locales"


@pytest.fixture(params=slow_after_first([True, False]), ids=["script", "no-script"])
def page(request, open_signed_in, person, find_service_id):
    page = open_signed_in(person(Role.EDITOR), java_script_enabled=request.param)
    open_section(page, "us", find_service_id("us", "Payments"), "scopes")
    return page


@pytest.fixture
def service(sandbox, find_service_id):
    return lambda: sandbox.region("us").services[find_service_id("us", "Payments")]


def row(page, place):
    return page.get_by_role("textbox", name=f"{LANGUAGES}, row {place}", exact=True)


def test_added_row_is_saved(page, service):
    page.get_by_role("button", name=f"Add to {LANGUAGES}").click()
    row(page, 2).fill("pt-BR")

    review_changes(page)
    save_changes(page)

    expect_saved(page)
    assert service()["supportedClaimLocales"] == ["en", "pt-BR"]


def test_row_is_removed_from_the_middle(page, service):
    claims = service()["supportedClaims"]
    page.get_by_role("button", name="Remove row 2 of Supported claims", exact=True).click()
    second = page.get_by_role("textbox", name="Supported claims, row 2", exact=True)
    expect(second).to_have_value(claims[2])

    review_changes(page)
    save_changes(page)

    expect_saved(page)
    assert service()["supportedClaims"] == claims[:1] + claims[2:]


def test_changed_cell_leaves_other_cells_unchanged(page, service):
    before = [dict(supported_scope) for supported_scope in service()["supportedScopes"]]
    page.get_by_label("Description, row 1", exact=True).fill("In words")

    review_changes(page)
    save_changes(page)

    expect_saved(page)
    after = service()["supportedScopes"]
    changed = [item for item in after if item not in before]
    assert len(after) == len(before)
    assert [item["description"] for item in changed] == ["In words"]


def test_filtered_form_saves_all_settings(page, service, find_service_id):
    page.goto(f"/harbor/services/us/{find_service_id('us', 'Payments')}/edit/all/?q=clock+skew")
    expect(page.locator(".field")).to_have_count(1)
    page.get_by_label("Unit of Allowable clock skew").select_option("seconds")
    page.get_by_label("Allowable clock skew", exact=True).fill("7")

    review_changes(page)
    save_changes(page)

    expect_saved(page)
    assert service()["allowableClockSkew"] == 7
