import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import LATE
from tests.support.forms import URLENCODED, fill_form
from tests.support.tokens import path_of

SOON = "2099-05-01T12:00:00"
SOON_AT = 4_081_320_000_000  # the same in milliseconds since 1970


@pytest.fixture
def editor(member, token_service):
    return member(Role.EDITOR)


@pytest.fixture
def change(editor):
    """Enter what is to change, review it, and send it."""

    def change(token, browser=editor, **entered):
        url = path_of(token, "update")
        body = fill_form(browser.get(url), "scopes", review="", **entered)
        page = browser.post(url, body, content_type=URLENCODED)
        body = fill_form(page, "reviewed", reason="Asked for", ticket="C-1", review=None)
        return browser.post(url, body, content_type=URLENCODED)

    return change


def messages(browser):
    return [str(message) for message in browser.get("/acme/").context["messages"]]


def test_reviewed_changes_are_saved_and_read_back(editor, token_service, issue, change):
    token = issue(1)

    response = change(
        token,
        scopes=["openid", "email"],
        ends=SOON,
        properties="replace",
        shown="till = 4",
        hidden="floor=b2-of-the-house",
    )

    assert response["Location"] == path_of(token)
    assert token.scopes == ("openid", "email")
    assert (token.expires_at, token.refresh_expires_at) == (SOON_AT, LATE)
    assert token.properties == (
        {"key": "till", "value": "4", "hidden": False},
        {"key": "floor", "value": "b2-of-the-house", "hidden": True},
    )
    assert messages(editor) == ["Token saved."]
    entry = AuditEntry.objects.get(operation="token.update")
    assert (entry.client, entry.label, entry.reason) == ("44", "Till", "Asked for")
    assert "b2-of-the-house" not in entry.changed


def test_review_shows_the_changes(editor, token_service, issue):
    token, url = issue(1), None
    url = path_of(token, "update")
    body = fill_form(editor.get(url), "scopes", review="", scopes=["openid"], ends=SOON)

    page = editor.post(url, body, content_type=URLENCODED)

    for text in ("orders", "Access token expires", "1 May 2099", "Save token in US"):
        assertContains(page, text)
    assert "no-store" in page["Cache-Control"]
    assert token.scopes == ("openid", "orders")


def test_scopes_dropped_by_authlete_are_reported(editor, token_service, issue, change):
    token_service.clients[44]["extension"] = {
        "requestableScopesEnabled": True,
        "requestableScopes": ["openid"],
    }
    token = issue(1)

    change(token, scopes=["openid", "email"])

    assert token.scopes == ("openid",)
    (text,) = messages(editor)
    assert "dropped scopes" in text
    assert text.endswith("email.")


def test_unchanged_form_sends_nothing(editor, token_service, issue):
    token = issue(1)
    url = path_of(token, "update")
    body = fill_form(editor.get(url), "scopes", review="")

    page = editor.post(url, body, content_type=URLENCODED)

    assertContains(page, "No changes.")
    assertNotContains(page, 'name="reviewed"')


@pytest.mark.parametrize(
    ("entered", "wrong"),
    [
        ({"ends": ""}, "The expiry can&#x27;t be removed"),
        ({"ends": "2001-01-01T00:00:00"}, "Enter a time in the future"),
        ({"refresh_ends": "soon"}, "Enter a time like 24 Nov 2026, 12:30."),
        ({"shown": "a=1"}, "select “Replace all”"),
        ({"properties": "replace", "shown": "a"}, "Write “a” as name=value"),
        ({"properties": "replace", "shown": "a=1\na=2"}, "a is a duplicate"),
        (
            {"properties": "replace", "shown": "a=1", "hidden": "a=2"},
            "a is a visible property, too",
        ),
        ({"scopes": ["telepathy"]}, "Select a valid choice"),
    ],
)
def test_refuses_what_makes_no_sense(editor, token_service, issue, entered, wrong):
    token = issue(1)
    url = path_of(token, "update")
    body = fill_form(editor.get(url), "scopes", review="", **entered)

    response = editor.post(url, body, content_type=URLENCODED)

    assertContains(response, wrong, status_code=422)


@pytest.mark.parametrize(
    ("after", "verdict"), [(True, "The token was changed"), (False, "The token wasn't changed")]
)
def test_lost_response_is_resolved_by_the_token(
    editor, token_service, issue, change, after, verdict
):
    token = issue(1)
    token_service.fault("reset", operation="token.update", after=after)

    response = change(token, scopes=["openid"])

    assertContains(response, verdict)
    assert (token.scopes == ("openid",)) is after


def test_token_changed_meanwhile_is_reviewed_again(editor, token_service, issue):
    token = issue(1)
    url = path_of(token, "update")
    body = fill_form(editor.get(url), "scopes", review="", scopes=["openid"])
    page = editor.post(url, body, content_type=URLENCODED)
    token.scopes = ("email",)

    body = fill_form(page, "reviewed", reason="Asked for", review=None)
    response = editor.post(url, body, content_type=URLENCODED)

    assertContains(response, "differ from what you reviewed")
    assert token.scopes == ("email",)


def test_second_click_leads_to_what_the_first_came_to(editor, token_service, issue):
    token = issue(1)
    url = path_of(token, "update")
    body = fill_form(editor.get(url), "scopes", review="", scopes=["openid"])
    page = editor.post(url, body, content_type=URLENCODED)
    body = fill_form(page, "reviewed", reason="Asked for", review=None)

    first, second = (editor.post(url, body, content_type=URLENCODED) for _ in range(2))

    assert first["Location"] == second["Location"] == path_of(token)
    assert AuditEntry.objects.filter(operation="token.update").count() == 1
