from pytest_django.asserts import assertContains

from console.models import Draft
from tests.support.forms import URLENCODED, fill_form

EDIT = "/acme/services/us/17/clients/44/edit/basics/"


def test_draft_belongs_to_one_client(editor, ledger, sandbox):
    sandbox.clients[45] = ledger | {"clientId": 45, "clientIdAlias": "other"}
    body = fill_form(editor.get(EDIT), "base", client_id_alias="not\tvalid")

    response = editor.post(f"{EDIT}draft/", body, content_type=URLENCODED)

    assertContains(response, "Draft saved")
    assert Draft.objects.get().client_id == 44
    assertContains(editor.get(EDIT), "You have unsaved changes")
    for path in ("/acme/services/us/17/", "/acme/services/us/17/clients/45/"):
        assert not editor.get(path).context["edits"]
