from pytest_django.asserts import assertContains, assertTemplateNotUsed

from tenants.roles import Role

URL = "/acme/services/us/17/clients/44/history/"


def test_tells_who_changed_this_client_and_why(editor, enter, save, ledger, sandbox):
    sandbox.clients[45] = ledger | {"clientId": 45, "clientIdAlias": "other"}
    enter(editor, client_name="Ledger")
    save(editor, reason="New name", ticket="CHG-3")

    response = editor.get(URL)

    assertContains(response, "New name")
    assertContains(response, "CHG-3")
    assert not editor.get(URL.replace("44", "45")).context["lines"]
    assertTemplateNotUsed(editor.get(URL, headers={"HX-Request": "true"}), "base.html")


def test_is_part_of_the_history_of_its_service(editor, enter, save):
    enter(editor, client_name="Ledger")
    path = save(editor).url

    assertContains(editor.get("/acme/services/us/17/history/"), path)


def test_says_when_there_is_none(member, ledger):
    assertContains(member(Role.VIEWER).get(URL), "No change yet")
