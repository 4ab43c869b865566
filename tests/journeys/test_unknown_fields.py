"""Unknown fields go back to Authlete byte for byte."""

import re

import pytest
from playwright.sync_api import expect

from tenants.organizations.roles import Role
from tests.support.page_steps import enter_setting, open_section, review_changes, save_changes
from tests.support.tiers import slow_after_first

OLD, NEW = b'"refreshTokenDuration":2592000', b'"refreshTokenDuration":3600'


@pytest.fixture
def number(sandbox):
    """The service that is odd on purpose: see `docs/reference/sandbox.md`."""
    return next(
        number
        for number, service in sandbox.region("us").services.items()
        if "riskScoring" in service
    )


@pytest.mark.parametrize("section", slow_after_first(["tokens", "all"]))
def test_unknown_fields_of_a_service_are_preserved(
    open_signed_in, person, number, raw_response_body, sent_updates, section
):
    page = open_signed_in(person(Role.EDITOR))
    before = raw_response_body("us", number)

    open_section(page, "us", number, section)
    enter_setting(page, "Refresh token duration", "1", "hours")
    review_changes(page)
    save_changes(page)
    expect(page.get_by_role("heading", name=re.compile("^1 change to"))).to_be_visible()

    assert OLD in before
    (sent,) = sent_updates("us", number)
    assert sent == before.replace(OLD, NEW)
    for odd in (b'"threshold":0.7500000000000000000001', b"TELEPATHY", b"\\ud83e"):
        assert odd in sent


@pytest.fixture
def client_with_unknown_fields(sandbox, number):
    """The ID of a client with unknown fields."""
    clients = sandbox.region("us").clients[number]
    (client,) = (client for client in clients.values() if "thoughts" in client)
    client["softwareId"] = "old"
    return client["clientId"]


@pytest.mark.parametrize("section", slow_after_first(["registration", "all"]))
def test_unknown_fields_of_a_client_are_preserved(
    open_signed_in,
    person,
    number,
    client_with_unknown_fields,
    raw_response_body,
    sent_updates,
    section,
):
    page = open_signed_in(person(Role.EDITOR))
    before = raw_response_body("us", number, client_with_unknown_fields)

    page.goto(f"/harbor/services/us/{number}/clients/{client_with_unknown_fields}/edit/{section}/")
    enter_setting(page, "Software ID", "new")
    review_changes(page)
    save_changes(page)
    expect(page.get_by_role("heading", name=re.compile("^1 change to"))).to_be_visible()

    old, new = b'"softwareId":"old"', b'"softwareId":"new"'
    assert old in before
    assert sent_updates("us", number, client_with_unknown_fields) == [before.replace(old, new)]
    for strange in (b'"weight":0.7500000000000000000001', b"TELEPATHIC", b"1E2"):
        assert strange in before


def test_unknown_field_is_shown_and_marked(open_signed_in, person, number):
    page = open_signed_in(person(Role.VIEWER))

    page.goto(f"/harbor/services/us/{number}/fields/#unknown")

    unknown = page.locator("#unknown")
    assert "riskScoring" in unknown.inner_text()
    assert "a-secret-in-a-field-nobody-knows" not in page.content()
