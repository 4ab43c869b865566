from datetime import timedelta
from time import sleep

from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains, assertTemplateNotUsed

from tenants.audit.models import AuditEntry
from tenants.models import Credential
from tenants.organizations.roles import Role
from tenants.sandbox.state import now_milliseconds
from tests.support.clients import CLIENT
from tests.support.markup import compact

URL = "/acme/services/us/17/clients/44/history/"


def test_shows_actor_change_and_reason(editor, submit_settings, save, ledger, sandbox):
    sandbox.clients[45] = ledger | {"clientId": 45, "clientIdAlias": "other"}
    submit_settings(editor, client_name="Ledger")
    save(editor, reason="New name", ticket="CHG-3")

    response = editor.get(URL)

    assertContains(response, "New name")
    assertContains(response, "CHG-3")
    assert not editor.get(URL.replace("44", "45")).context["rows"]
    assertTemplateNotUsed(editor.get(URL, headers={"HX-Request": "true"}), "base.html")


def test_changes_appear_in_the_history_of_the_service(editor, submit_settings, save):
    submit_settings(editor, client_name="Ledger")
    path = save(editor).url

    assertContains(editor.get("/acme/services/us/17/history/"), path)


def test_empty_history_says_so(member, ledger):
    assertContains(member(Role.VIEWER).get(URL), "No changes yet")


def test_history_starts_with_an_external_creation(member, sandbox):
    editor = member(Role.EDITOR)
    Credential.objects.update(changed_at=timezone.now() - timedelta(hours=1))
    sandbox.clients[45] = {
        "clientId": 45,
        "clientName": "Kiosk",
        "clientSecret": "k1l2m3n4-a-secret",
        "grantTypes": ["AUTHORIZATION_CODE"],
        "createdAt": now_milliseconds(),
        "modifiedAt": now_milliseconds(),
    }
    place = "/acme/services/us/17/clients/45/"
    editor.get(place)

    page = editor.get(f"{place}history/")

    assertContains(page, "was created outside Meridian")
    assert "settings</summary>" in compact(page)
    assertContains(page, "<strong>Client name</strong>")
    assertNotContains(page, "not set")
    (entry,) = AuditEntry.objects.filter(operation="client.made_outside")
    assertContains(editor.get(f"{place}saved/{entry.entry}/"), "Initial settings")


def test_external_deletion_and_recreation_are_shown(editor, ledger, sandbox):
    editor.get(CLIENT)
    del sandbox.clients[44]
    editor.get(CLIENT)
    sleep(0.002)  # ids of calls tell milliseconds
    sandbox.clients[44] = ledger | {"clientName": "Ledger two", "modifiedAt": 2}

    assert editor.get(CLIENT).status_code == 200

    page = editor.get(URL)
    assertContains(page, "was deleted and recreated outside Meridian")
    (entry,) = AuditEntry.objects.filter(operation="client.back_outside")
    saved = editor.get(f"{CLIENT}saved/{entry.entry}/")
    assertContains(saved, "Ledger two")
    assertContains(saved, "Changed outside Meridian")
