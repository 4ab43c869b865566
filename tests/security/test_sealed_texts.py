"""Threat: an editor opens the seal of a secret inside a JSON text by editing what is next to it."""

import json
from urllib.parse import parse_qs

import pytest

from console.models import Draft
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.organizations.roles import Role
from tenants.versions.models import Content, Version
from tests.support.clients import CLIENT, NEW, make_client
from tests.support.forms import URLENCODED, draft_saver, fill_form, settings_editor

SECRET = "s3cret-inside-a-text"
PAIR = {"key": "db_password", "value": SECRET}
KEY = {"kty": "oct", "kid": "one", "k": SECRET}
PLACES = {
    "description": json.dumps(PAIR),
    "attributes": [PAIR],
    "customMetadata": json.dumps({"ring": [KEY], "pairs": [PAIR]}),
}
submit = settings_editor(CLIENT, "basics")
save = draft_saver(CLIENT)


@pytest.fixture
def sandbox(sandbox):
    for number in (44, 45):
        sandbox.clients[number] = make_client(number, **PLACES)
    return sandbox


@pytest.fixture
def editor(member, sandbox):
    browser = member(Role.EDITOR)
    browser.get(CLIENT)
    return browser


def shown_description(browser):
    """Return the client's description as an editor sees it, with the seal."""
    form = parse_qs(fill_form(browser.get(f"{CLIENT}edit/basics/"), "base"))
    return json.loads(form["description"][0])


def assert_sealed(sandbox, *responses):
    """Neither page, version, draft nor log holds the secret, and Authlete no open one."""
    stored = [
        *(content.text for content in Content.objects.all()),
        *map(str, AuditEntry.objects.values()),
        *AuditRecord.objects.values_list("content", flat=True),
        *map(str, Draft.objects.values()),
        *(response.content.decode() for response in responses),
    ]
    assert not [text for text in stored if SECRET in text]
    for client in sandbox.clients.values():
        description = client.get("description") or ""
        assert "sealed:" not in json.dumps(client)
        assert SECRET not in description or json.loads(description) == PAIR


@pytest.mark.parametrize("neighbours", [{"key": "note"}, {}], ids=["renamed", "removed"])
def test_edit_form_opens_no_seal(editor, sandbox, neighbours):
    sealed = shown_description(editor)["value"]

    response = submit(editor, description=json.dumps(neighbours | {"value": sealed}))

    assert response.status_code == 200
    assert "redacted secret" in response.text
    assert_sealed(sandbox, response, editor.get(CLIENT))


@pytest.mark.parametrize("keep", ["mine", "theirs"])
def test_merge_opens_no_seal(editor, sandbox, keep):
    """The text holds another secret by now, for which the draft's seal does not stand."""
    opened = shown_description(editor)
    submit(editor, description=json.dumps(opened | {"more": "mine"}))
    other = {"key": "tier", "value": "gold"}
    sandbox.clients[44] |= {"description": json.dumps(other), "modifiedAt": 2**41}

    url = f"{CLIENT}merge/"
    page = editor.get(url)
    body = fill_form(page, "version", **{"keep-description": keep})
    merged = editor.post(url, body, content_type=URLENCODED, follow=True)

    assert json.loads(sandbox.clients[44]["description"]) == other
    assert_sealed(sandbox, page, merged, editor.get(f"{CLIENT}review/", follow=True))


def test_restore_of_a_version_opens_no_seal(editor, sandbox):
    other = {"key": "tier", "value": "gold"}
    sandbox.clients[44] |= {"description": json.dumps(other), "modifiedAt": 2**41}
    editor.get(CLIENT)
    at = Version.objects.filter(client_id=44).earliest("number").first_at.isoformat()

    restored = editor.post(f"{CLIENT}bring-back/", {"at": at, "whole": ""}, follow=True)

    assert json.loads(sandbox.clients[44]["description"]) == other
    assert_sealed(sandbox, restored, editor.get(f"{CLIENT}review/", follow=True))


def test_bulk_change_opens_no_seal(editor, sandbox):
    sealed = shown_description(editor)["value"]
    chosen = {"within": "us/17", "query": "", "object": ["us/17/44", "us/17/45"]}
    path = f"{editor.post('/acme/clients/bulk/', chosen).url}set/description/"
    body = fill_form(
        editor.get(path), "base", description=json.dumps({"key": "note", "value": sealed})
    )

    response = editor.post(path, body, content_type=URLENCODED, follow=True)

    assert_sealed(sandbox, response)


def test_copy_of_a_client_opens_no_seal(editor, sandbox):
    sealed = shown_description(editor)["value"]
    url = f"{NEW}?original=us/17/44"
    page = editor.get(url, follow=True)
    body = fill_form(page, "base", client_name="Copy", description=json.dumps({"note": sealed}))

    response = editor.post(url, body, content_type=URLENCODED, follow=True)

    assert SECRET not in page.text
    assert_sealed(sandbox, response)
