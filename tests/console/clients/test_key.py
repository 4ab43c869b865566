import json

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from console.clients.key_pairs import KEY_PAIR_ALGORITHMS
from console.models import Draft
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/services/us/17/clients/44/key/"
EDIT = "/acme/services/us/17/clients/44/edit/keys/"
OLD = {"kty": "EC", "crv": "P-256", "kid": "old", "x": "AA", "y": "AA"}


def make(browser, alg="ES256", kid=""):
    body = fill_form(browser.get(URL), "alg", alg=alg, kid=kid)
    return browser.post(URL, body, content_type=URLENCODED), body


@pytest.mark.parametrize("alg", KEY_PAIR_ALGORITHMS)
def test_public_key_is_added_and_the_private_key_shown(editor, save, sandbox, ledger, alg):
    ledger["jwks"] = json.dumps({"keys": [OLD]})

    response, _body = make(editor, alg, "new-1")

    private = json.loads(response.context["key_pair"].private)
    assert private["d"]
    assertContains(response, "BEGIN PRIVATE KEY")
    assert response["Cache-Control"] == "no-store"
    save(editor)
    old, new = json.loads(sandbox.clients[44]["jwks"])["keys"]
    assert old == OLD
    assert (new["kid"], new["alg"]) == ("new-1", alg)
    assert not {"d", "p", "q"} & new.keys()


def test_private_key_is_not_stored(editor, ledger):
    response, body = make(editor)
    private = json.loads(response.context["key_pair"].private)["d"]

    assert private not in json.dumps(Draft.objects.get().content)
    for path in (EDIT, EDIT.replace("edit/keys", "review"), URL):
        assertNotContains(editor.get(path), private)
    again = editor.post(URL, body, content_type=URLENCODED)
    assert again.url == EDIT.replace("edit/keys", "review")
    assert str(Draft.objects.get().content).count("P-256") == 1


def test_key_is_added_to_an_existing_draft(editor, ledger):
    body = fill_form(editor.get(EDIT), "base", jwks=json.dumps({"keys": [OLD]}))
    editor.post(f"{EDIT}draft/", body, content_type=URLENCODED)

    make(editor, kid="new-1")

    page = editor.get(EDIT)
    assertContains(page, "new-1")
    assertContains(page, "old")


def test_duplicate_key_id_is_refused(editor, ledger):
    ledger["jwks"] = json.dumps({"keys": [OLD]})

    response, _body = make(editor, kid="old")

    assertContains(response, "a key with this ID")
    assert not Draft.objects.exists()
