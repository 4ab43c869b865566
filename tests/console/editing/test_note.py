"""Notes on services and clients: saved, logged, never silently overwritten."""

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Note
from tenants.audit.models import AuditEntry
from tenants.organizations.roles import Role
from tests.support.clients import make_client
from tests.support.forms import URLENCODED, fill_form

SERVICE = "/acme/services/us/17/"
URL = f"{SERVICE}note/"


@pytest.fixture
def editor(member, sandbox):
    """Return an editor who has seen the service."""
    editor = member(Role.EDITOR)
    editor.get(SERVICE)
    return editor


def save(browser, text, page=None, url=URL):
    body = fill_form(page or browser.get(url), "version", text=text)
    return browser.post(url, body, content_type=URLENCODED)


def test_note_is_shown_on_the_page_and_logged_with_both_texts(editor, member):
    save(editor, "On call: payments")
    response = save(editor, "On call: identity")

    assert response["Location"] == SERVICE
    assertContains(member(Role.VIEWER).get(SERVICE), "On call: identity")
    entry = AuditEntry.objects.filter(operation="note.change").latest("seq")
    assert (entry.region, entry.service, entry.label) == ("us", "17", "Shop")
    (change,) = entry.changes
    assert (change["before"], change["after"]) == ("On call: payments", "On call: identity")


def test_someone_elses_note_is_not_overwritten(editor, member):
    page = editor.get(URL)
    save(member(Role.ADMIN), "Retired in May")

    response = save(editor, "On call: identity", page)

    assertContains(response, "Nothing was overwritten", status_code=422)
    assertContains(response, "Retired in May", status_code=422)
    assertContains(response, "On call: identity", status_code=422)
    assert Note.objects.get().text == "Retired in May"
    assert save(editor, "On call: identity", response).status_code == 302
    assert Note.objects.get().text == "On call: identity"


def test_note_outlives_its_client(editor, sandbox):
    sandbox.clients[44] = make_client(44)
    client = f"{SERVICE}clients/44/"
    editor.get(client)
    save(editor, "Moved to the EU", url=f"{client}note/")
    del sandbox.clients[44]

    assertContains(editor.get(client), "Moved to the EU", status_code=404)
    assert save(editor, "", url=f"{client}note/").status_code == 302
    assertNotContains(editor.get(client), "Moved to the EU", status_code=404)


def test_unknown_service_has_no_note(editor):
    assert editor.get("/acme/services/us/99/note/").status_code == 404


def test_viewer_reads_notes_without_changing_them(editor, member):
    save(editor, "On call: payments")
    viewer = member(Role.VIEWER)

    assertNotContains(viewer.get(SERVICE), URL)
    assert viewer.get(URL).status_code == 403
