"""Revealing a field that this version doesn't know."""

from html import unescape

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form

HIDDEN = "a-hidden-text"
SERVICE, CLIENT = "/acme/services/us/17/", "/acme/services/us/17/clients/44/"
WHY = {"reason": "Asked by its owner", "ticket": "CHG-1"}


@pytest.fixture
def shop(sandbox):
    scope = {"name": "email", "rank": HIDDEN, "weight": 1}
    sandbox.services[17] |= {"supportedScopes": [scope], "riskScoring": {"key": HIDDEN, "n": 1.5}}
    sandbox.clients[44] = make_client(44, connectionString=f"{HIDDEN}\ud83e")
    return sandbox


@pytest.fixture
def admin(member, shop):
    return member(Role.ADMIN)


def revealed():
    return AuditEntry.objects.filter(operation__endswith=".reveal_unknown")


def reveal(browser, url):
    body = fill_form(browser.get(url), "reason", **WHY)
    return body, browser.post(url, body, content_type=URLENCODED)


@pytest.mark.parametrize(
    ("path", "field", "expected"),
    [
        (SERVICE, "supportedScopes[email].rank", HIDDEN),
        (SERVICE, "riskScoring", f'{{"key": "{HIDDEN}", "n": 1.5}}'),
        (CLIENT, "connectionString", f"{HIDDEN}\ufffd"),
    ],
)
def test_value_is_shown_once_with_one_log_entry(admin, path, field, expected):
    url = f"{path}unknown/?field={field}"
    assertNotContains(admin.get(url), HIDDEN)

    body, response = reveal(admin, url)

    assert unescape(response.text).count(expected) == 1
    assertContains(response, 'data-hides="30"')
    assert "no-store" in response["Cache-Control"]
    entry = revealed().get()
    assert (entry.effect, entry.outcome, entry.service) == ("reveal", "done", "17")
    assert (entry.reason, entry.ticket) == (WHY["reason"], WHY["ticket"])
    assert entry.value_after("revealed") == field
    assert HIDDEN not in f"{entry.changes}{entry.side_effects}"
    again = admin.post(url, body, content_type=URLENCODED)
    assertRedirects(again, f"{path}fields/#unknown", fetch_redirect_response=False)
    assert revealed().count() == 1


def test_hidden_fields_link_to_the_page_for_those_who_may_reveal(admin, member):
    page = admin.get(f"{SERVICE}fields/")

    assertContains(page, "unknown/?field=supportedScopes%5Bemail%5D.rank")
    assertNotContains(page, "field=supportedScopes%5Bemail%5D.weight")
    assertNotContains(member(Role.EDITOR).get(f"{SERVICE}fields/"), "unknown/?field")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK, Role.EDITOR])
def test_needs_a_role_that_may_reveal(member, shop, role):
    assert member(role).get(f"{SERVICE}unknown/?field=riskScoring").status_code == 403


@pytest.mark.parametrize("field", ["apiSecret", "serviceName", "gone", ""])
def test_known_and_missing_fields_are_not_revealed(admin, field):
    url = f"{SERVICE}unknown/?field={field}"

    assertRedirects(admin.get(url), f"{SERVICE}fields/#unknown", fetch_redirect_response=False)
    assert not revealed().exists()


def test_field_that_disappears_is_reported(admin, monkeypatch):
    url = f"{SERVICE}unknown/?field=riskScoring"
    body = fill_form(admin.get(url), "reason", **WHY)
    monkeypatch.setattr("tenants.authlete.client.find_unknown_text", lambda *_: None)

    assertContains(admin.post(url, body, content_type=URLENCODED), "no longer exists")


def test_limit_of_reveals_applies(admin, settings):
    settings.REVEALS_PER_HOUR = 0

    _, response = reveal(admin, f"{SERVICE}unknown/?field=riskScoring")

    assert response.status_code == 429
    assert HIDDEN not in response.text
    assert not revealed().exists()
