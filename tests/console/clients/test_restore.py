import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.forms import URLENCODED, fill_form

SHOW = "/acme/services/us/17/clients/44/"


@pytest.fixture
def changed(editor, submit_settings, save):
    """A bad change that was saved; its page."""
    submit_settings(editor, client_name="Oops", description="Fat finger")
    return save(editor, ticket="CHG-9").url


def undo(browser, page):
    return browser.post(page.replace("/saved/", "/restore/"))


def test_undo_restores_earlier_values_after_review(editor, changed, save, sandbox, ledger):
    response = undo(editor, changed)

    assert response.url.startswith(f"{SHOW}review/")
    page = editor.get(response.url)
    assertContains(page, "Review 2 changes")
    assertContains(page, "Undo CHG-9")
    assert sandbox.clients[44]["clientName"] == "Oops"
    save(editor)
    client = sandbox.clients[44]
    assert client["clientName"] == "Ledger sync"
    assert "description" not in client


def test_undo_takes_three_clicks(editor, changed):
    response = editor.get(f"{SHOW}history/")

    assertContains(response, changed.replace("/saved/", "/restore/"))


def test_newer_change_leads_to_a_merge(editor, changed, save, sandbox):
    sandbox.clients[44] |= {"clientName": "Theirs", "modifiedAt": 99}

    response = editor.get(undo(editor, changed).url, follow=True)

    assertContains(response, "Choose a value for 1 setting")
    line = response.context["lines"][0]
    assert (line.base, line.theirs, line.mine) == ("Oops", "Theirs", "Ledger sync")
    body = fill_form(response, "version", **{"keep-clientName": "theirs"})
    editor.post(f"{SHOW}merge/", body, content_type=URLENCODED)
    save(editor)
    assert sandbox.clients[44]["clientName"] == "Theirs"
    assert "description" not in sandbox.clients[44]


def test_undo_preserves_unrelated_changes(editor, submit_settings, save, sandbox, ledger):
    ledger["clientNames"] = [{"tag": "ja", "value": "元帳"}, {"tag": "fr", "value": "L"}]
    submit_settings(editor, "languages", client_names__0__value="Oops")
    page = save(editor).url
    sandbox.clients[44]["clientNames"] = [
        {"tag": "ja", "value": "Oops"},
        {"tag": "fr", "value": "Livre"},
        {"tag": "de", "value": "Buch"},
    ]

    undo(editor, page)
    save(editor)

    assert sandbox.clients[44]["clientNames"] == [
        {"tag": "ja", "value": "元帳"},
        {"tag": "fr", "value": "Livre"},
        {"tag": "de", "value": "Buch"},
    ]


def test_already_undone_change_says_so(editor, changed, sandbox):
    sandbox.clients[44] |= {"clientName": "Ledger sync", "description": None}

    response = undo(editor, changed)

    assertContains(response, "already have their earlier values")


def test_change_of_another_client_is_not_found(editor, changed, sandbox, ledger):
    sandbox.clients[45] = ledger | {"clientId": 45, "clientIdAlias": "other"}

    assert undo(editor, changed.replace("/44/", "/45/")).status_code == 404
    assert editor.get(changed.replace("/saved/", "/restore/")).status_code == 405


def test_viewers_get_no_undo_link(member, changed):
    assertNotContains(member(Role.VIEWER).get(changed), "Undo change")


def test_undo_removes_added_nested_values(editor, submit_settings, save, sandbox, ledger):
    """Beside what others changed in it since."""
    ledger["extension"] = {"requestableScopesEnabled": False, "idTokenDuration": 60}
    ledger["clientNames"] = [{"tag": "ja", "value": "元帳"}]
    editor.get(SHOW)
    ledger["extension"] = ledger["extension"] | {"accessTokenDuration": 90}
    ledger["clientNames"] = [{"tag": "ja", "value": "元帳", "more": 1}]
    ledger["modifiedAt"] = 2
    editor.get(SHOW)
    (entry,) = AuditEntry.objects.filter(operation="client.changed_outside")
    ledger["extension"] = ledger["extension"] | {"idTokenDuration": 30}
    ledger["modifiedAt"] = 3

    response = undo(editor, f"{SHOW}saved/{entry.entry}/")

    assertContains(editor.get(response.url), "Review 2 changes")
    save(editor)
    client = sandbox.clients[44]
    assert not client["extension"].get("accessTokenDuration")
    assert client["extension"]["idTokenDuration"] == 30
    assert client["clientNames"] == [{"tag": "ja", "value": "元帳"}]
    assertContains(undo(editor, f"{SHOW}saved/{entry.entry}/"), "already")


def undone(browser, operation):
    """The address to which undoing the newest call of that name leads."""
    entry = AuditEntry.objects.filter(operation=operation)[0]
    page = browser.get(f"{SHOW}saved/{entry.entry}/")
    assertContains(page, "Undo change")
    return undo(browser, f"{SHOW}saved/{entry.entry}/")


def test_lock_is_undone_by_the_lock_page(admin, submit_form, sandbox):
    submit_form(admin, "lock", ticket="CHG-7")
    assert sandbox.clients[44]["locked"]

    response = undone(admin, "client.set_lock")

    page = admin.get(response.url)
    assertContains(page, "Unlock Ledger sync")
    assertContains(page, "Undo CHG-7")
    admin.post(response.url, fill_form(page, "locked"), content_type=URLENCODED)
    assert not sandbox.clients[44]["locked"]
    entry = AuditEntry.objects.filter(operation="client.set_lock")[1]
    again = undo(admin, f"{SHOW}saved/{entry.entry}/")
    assertContains(again, "All settings already have their earlier values")


def test_scopes_are_restored_by_the_scopes_page(admin, sandbox, ledger):
    sandbox.services[17]["supportedScopes"] = [{"name": "read"}, {"name": "write"}]
    ledger["extension"] = {"requestableScopesEnabled": True, "requestableScopes": ["read"]}
    path = f"{SHOW}scopes/"
    limit = fill_form(admin.get(path), "limit", limit="any", scope=None)
    review = admin.post(path, f"{limit}&review=", content_type=URLENCODED)
    body = fill_form(review, "reviewed", reason="Too wide", ticket="CHG-8")
    admin.post(path, body, content_type=URLENCODED)
    assert not ledger["extension"]["requestableScopesEnabled"]

    response = undone(admin, "requestable_scopes.delete")

    back = f"{fill_form(admin.get(response.url), 'limit')}&review="
    review = admin.post(response.url, back, content_type=URLENCODED)
    assertContains(review, "Undo CHG-8")
    admin.post(response.url, fill_form(review, "reviewed"), content_type=URLENCODED)
    assert ledger["extension"]["requestableScopes"] == ["read"]
