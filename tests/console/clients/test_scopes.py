from typing import Any

import pytest
from pytest_django.asserts import assertContains, assertNotContains, assertRedirects

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form
from tests.support.markup import compact

CLIENT = "/acme/services/us/17/clients/44/"
URL = f"{CLIENT}scopes/"
STATES: dict[str, Any] = {"any": None, "none": [], "these": ["openid", "email"]}


@pytest.fixture(autouse=True)
def scopes(sandbox):
    sandbox.services[17]["supportedScopes"] = [
        {"name": "openid", "description": "Sign in"},
        {"name": "email"},
        {"name": "phone"},
    ]


def limited(ledger, scopes):
    ledger["extension"] = {
        "requestableScopesEnabled": scopes is not None,
        "requestableScopes": scopes,
    }


def choose(browser, limit, scopes=None, page=None):
    """Choose, and see what would change."""
    body = fill_form(page or browser.get(URL), "limit", limit=limit, scope=scopes)
    return browser.post(URL, f"{body}&review=", content_type=URLENCODED)


def save(browser, page, **more):
    body = fill_form(page, "limit", reason="Least privilege", ticket="CHG-3", **more)
    return browser.post(URL, body, content_type=URLENCODED)


@pytest.mark.parametrize(
    ("limit", "says"), [("any", "Any scope"), ("none", "No scopes"), ("these", "2 scopes")]
)
def test_unlimited_none_and_listed_scopes_are_distinguished(editor, ledger, limit, says):
    limited(ledger, STATES[limit])

    response = editor.get(URL)

    assertContains(response, says)
    assertContains(response, f'value="{limit}" checked')


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_each_state_changes_to_each_other(editor, ledger, before, after):
    limited(ledger, STATES[before])

    page = choose(editor, after, STATES[after])
    if before == after:
        assertContains(page, "No changes.")
        return
    response = save(editor, page)

    assertRedirects(response, CLIENT, fetch_redirect_response=False)
    extension = ledger["extension"]
    assert extension["requestableScopesEnabled"] is (after != "any")
    assert after == "any" or set(extension["requestableScopes"]) == set(STATES[after])


def test_review_shows_the_changes(editor, ledger):
    limited(ledger, ["openid", "email"])

    page = choose(editor, "these", ["openid", "phone"])

    assert '<del class="old-value"><bdi>email</bdi></del>' in compact(page)
    assert '<ins class="new-value"><bdi>phone</bdi></ins>' in compact(page)
    assert ledger["extension"]["requestableScopes"] == ["openid", "email"]


def test_change_is_logged_with_both_values(editor, ledger):
    limited(ledger, None)

    save(editor, choose(editor, "these", ["openid"]))

    entry = AuditEntry.objects.get(operation="requestable_scopes.update")
    assert (entry.label, entry.reason, entry.ticket) == ("Ledger sync", "Least privilege", "CHG-3")
    assert entry.changes == [
        {"field": "extension.requestableScopes", "before": None, "after": ["openid"]}
    ]


def test_scopes_missing_in_the_service_are_pointed_out(editor, ledger):
    limited(ledger, ["openid", "loans"])

    response = editor.get(URL)

    assertContains(response, "Authlete removes them on the next save")
    assertContains(response, "loans")
    assertNotContains(response, 'value="loans"')


def test_scopes_dropped_by_authlete_are_reported(editor, ledger, sandbox):
    page = choose(editor, "these", ["openid", "phone"])
    sandbox.fault(
        "wrong_type", operation="requestable_scopes.update", value={"requestableScopes": ["openid"]}
    )

    response = editor.get(save(editor, page).url)

    assertContains(response, "have: phone")
    assertContains(response, "Ledger sync can now request: openid")


@pytest.mark.parametrize("limit", STATES)
def test_other_edits_preserve_the_scope_limit(editor, ledger, sandbox, limit):
    limited(ledger, STATES[limit])
    before = dict(ledger["extension"])
    url = f"{CLIENT}edit/basics/"

    body = fill_form(editor.get(url), "base", description="Sells in shops")
    review = editor.post(url, body, content_type=URLENCODED, follow=True)
    body = fill_form(review, "reviewed", reason="For colleagues")
    editor.post(f"{CLIENT}review/", body, content_type=URLENCODED)

    saved = sandbox.clients[44]
    assert saved["description"] == "Sells in shops"
    assert {name: saved["extension"].get(name) for name in before} == before
    assert f'value="{limit}" checked' in editor.get(URL).content.decode()


def test_unreviewed_values_are_not_saved(editor, ledger):
    limited(ledger, None)
    page = choose(editor, "these", ["openid"])

    response = save(editor, page, scope=["openid", "phone"])

    assertContains(response, "have changed since your review")
    assert ledger["extension"]["requestableScopesEnabled"] is False


def test_save_overwrites_no_newer_change(editor, ledger):
    limited(ledger, None)
    page = choose(editor, "these", ["openid"])
    limited(ledger, ["email"])

    response = save(editor, page)

    assertContains(response, "have changed since your review")
    assert ledger["extension"]["requestableScopes"] == ["email"]


def test_listed_scopes_need_at_least_one(editor, ledger):
    response = choose(editor, "these", None)

    assertContains(response, "Select at least one scope")


def test_reason_is_required(editor, ledger):
    page = choose(editor, "none")

    response = editor.post(URL, fill_form(page, "limit"), content_type=URLENCODED)

    assertContains(response, "Enter a reason for the audit log")
    assert "extension" not in ledger


def test_rejection_is_shown(editor, ledger, sandbox):
    page = choose(editor, "none")
    sandbox.fault("status", operation="requestable_scopes.update", status=403)

    response = save(editor, page)

    assertContains(response, "Not allowed by Authlete")
    assertContains(response, "Least privilege</textarea>")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AUDITOR, Role.HELP_DESK])
def test_needs_a_role_that_may_change(member, sandbox, ledger, role):
    assert member(role).get(URL).status_code == 403


@pytest.fixture
def opened(editor, ledger):
    """Let a client that was limited ask for any scope; the path that undoes it."""

    def make(was):
        limited(ledger, was)
        save(editor, choose(editor, "any"))
        entry = AuditEntry.objects.filter(operation__startswith="requestable_scopes.")
        return f"{URL}?undo={entry.exclude(effect='read')[0].entry}"

    return make


def test_undo_names_scopes_the_service_has_lost(editor, sandbox, opened):
    undo = opened(["openid", "email"])
    sandbox.services[17]["supportedScopes"] = [{"name": "openid"}]

    page = editor.get(undo)

    assertContains(page, "Not restored:")
    assertContains(page, "The service no longer has these scopes: email.")
    assert 'value="these" checked' in compact(page)
    assert 'value="openid" checked' in compact(page)


def test_undo_without_remaining_scopes_keeps_the_current_ones(editor, sandbox, opened):
    undo = opened(["openid", "email"])
    sandbox.services[17]["supportedScopes"] = [{"name": "phone"}]

    page = editor.get(undo)

    assertContains(page, "no longer has these scopes: openid, email.")
    assert 'value="any" checked' in compact(page)
    body = fill_form(page, "limit")
    assertContains(editor.post(undo, f"{body}&review=", content_type=URLENCODED), "No changes.")


def test_undo_restores_scopes_if_the_service_lists_none(editor, sandbox, opened):
    undo = opened(["openid", "email"])
    sandbox.services[17]["supportedScopes"] = None

    page = editor.get(undo)
    assertNotContains(page, "Not restored:")
    assert 'value="email" checked' in compact(page)
    body = f"{fill_form(page, 'limit')}&review="
    assert editor.post(undo, body, content_type=URLENCODED).context["reviewed"]
