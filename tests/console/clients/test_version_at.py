"""A client at a point in time, and the history of deleted clients."""

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.history.versions import recreation_reason
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.record_builder import new_entry_id
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.organizations.api_clients import connect, load_credentials
from tenants.organizations.roles import Role
from tenants.versions.models import Version
from tenants.versions.recorder import record_snapshot
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}as-of/"


@pytest.fixture
def editor_of_deleted_client(member, ledger, sandbox):
    """An editor's browser after client 44 was deleted elsewhere."""
    editor = member(Role.EDITOR)
    editor.get(CLIENT)
    del sandbox.clients[44]
    return editor


def test_compares_with_another_client(member, ledger, sandbox):
    editor = member(Role.EDITOR)
    sandbox.clients[45] = sandbox.clients[44] | {"clientId": 45, "pkceRequired": True}

    page = editor.get(URL, {"compare": "us/17/45"})

    assert "pkceRequired" in {
        difference.name for difference in page.context["comparison"].differences
    }
    assertNotContains(page, OLD)


def test_deleted_client_has_a_page_and_history(editor_of_deleted_client):
    page = editor_of_deleted_client.get(CLIENT)

    assertContains(page, "was deleted", status_code=404)
    assertContains(page, "Not restored", status_code=404)
    history = editor_of_deleted_client.get(f"{CLIENT}history/")
    assertContains(history, "was deleted outside Meridian")
    assertContains(history, "Between ")
    assertContains(history, '<span class="badge bad">deleted</span>')
    assertNotContains(history, "not locked")
    last = Version.objects.get(number=1).last_at.isoformat()
    assertContains(editor_of_deleted_client.get(URL, {"at": last}), "Settings")
    now = timezone.now().isoformat()
    assertContains(editor_of_deleted_client.get(URL, {"at": now}), "Deleted at that time")


@pytest.mark.parametrize("deed", ["bring-back", "restore"])
def test_deleted_client_cannot_be_restored_by_version(member, ledger, sandbox, deed):
    editor = member(Role.EDITOR)
    editor.get(CLIENT)
    ledger |= {"clientName": "Bad", "modifiedAt": 2}
    editor.get(CLIENT)
    del sandbox.clients[44]
    entry = AuditEntry.objects.get(operation="client.changed_outside").entry
    path = f"{CLIENT}{deed}/{entry}/" if deed == "restore" else f"{CLIENT}{deed}/"
    at = Version.objects.get(number=1).first_at.isoformat()

    left = editor.get(editor.post(path, {"at": at, "whole": ""}).url)

    message = "It was deleted, so nothing can be restored."
    assertContains(left, message, status_code=404)
    assertContains(left, "Not restored", status_code=404)


def test_unknown_client_is_not_found(member, sandbox):
    page = member(Role.EDITOR).get("/acme/services/us/17/clients/999/as-of/")

    assert page.status_code == 404


@pytest.fixture
def unknown(ledger):
    """What a newer Authlete has set of the client 44."""
    ledger["neverHeardOf"] = "c4nary-text"
    ledger["attributes"] = [{"key": "one", "value": "1", "future": "c4nary-inner"}]


def test_deleted_client_can_be_recreated(unknown, editor_of_deleted_client, sandbox):
    document = dict(Version.objects.get(number=1).document().to_dict())
    start = "/acme/services/us/17/clients/new/?again=us/17/44"
    editor_of_deleted_client.get(CLIENT)

    form = editor_of_deleted_client.get(start)
    assertContains(form, "Not restored")
    review = editor_of_deleted_client.post(start, fill_form(form, "base"), content_type=URLENCODED)
    page = editor_of_deleted_client.get(review.url)
    response = editor_of_deleted_client.post(
        review.url, fill_form(page, "reviewed"), content_type=URLENCODED
    )

    assertContains(response, document["clientName"])
    (again,) = sandbox.clients.values()
    assert again["clientId"] != 44
    assert again["redirectUris"] == document["redirectUris"]
    assert again["clientSecret"] != OLD
    creation = AuditEntry.objects.get(operation="client.create")
    assert creation.value_after("neverHeardOf") is None
    assert creation.value_after("redirectUris") == document["redirectUris"]
    assert creation.value_after("attributes") == [{"key": "one", "value": "1"}]
    assert "c4nary" not in str([entry.changes for entry in AuditEntry.objects.all()])
    path = f"/acme/services/us/17/clients/{again['clientId']}/"
    history = editor_of_deleted_client.get(f"{path}history/")
    assertContains(history, "Recreate us/17/44")
    assertContains(history, f'href="{CLIENT}"')
    assertNotContains(editor_of_deleted_client.get(path), "No changes yet")
    assertContains(editor_of_deleted_client.get(CLIENT), f'href="{path}"', status_code=404)


LARGEST = 2**63 - 1  # an id, of 19 digits


@pytest.fixture
def again(acme):
    """Make a client for that reason, as the pages do, and tell its path."""

    def make(reason):
        actor = Actor(7, "ida", "editor", acme.pk, acme.slug, new_entry_id(), "192.0.2.41")
        door = connect(load_credentials(acme), "us", AuditLogSink(actor, reason, ""))
        reply = door.service(17).clients.create({"clientName": "Ledger sync"}).reply
        return f"/acme/services/us/17/clients/{reply.client_id}/"

    return make


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (LARGEST, f"Recreate us/17/{LARGEST}"),
        (44, "It was missed (us/17/44), said Bo."),
        (44, "削除された/us/17/44/を再作成"),
    ],
)
def test_recreated_client_is_linked_by_its_exact_id(member, sandbox, ledger, again, number, reason):
    editor = member(Role.EDITOR)
    sandbox.clients[number] = ledger | {"clientId": number}
    old = f"/acme/services/us/17/clients/{number}/"
    editor.get(old)
    del sandbox.clients[number]

    new = again(reason)

    assertContains(editor.get(old), f'href="{new}"', status_code=404)
    assertContains(editor.get(f"{new}history/"), f'href="{old}"')


def test_existing_client_links_no_recreation(member, ledger, again):
    editor = member(Role.EDITOR)
    editor.get(CLIENT)

    history = editor.get(f"{again('Like us/17/44')}history/")

    assertContains(history, "Like us/17/44")
    assertNotContains(history, "Recreated from")


def test_recreations_of_others_are_ignored(editor_of_deleted_client, again):
    new = again(recreation_reason("us/17/44"))
    others = [again(recreation_reason(f"us/17/44{digit}")) for digit in range(6)]

    page = editor_of_deleted_client.get(CLIENT)

    assertContains(page, f'href="{new}"', status_code=404)
    for other in others:
        assertNotContains(page, f'href="{other}"', status_code=404)


def test_recreation_warns_of_a_tampered_version(editor_of_deleted_client):
    editor_of_deleted_client.get(CLIENT)
    Version.objects.filter(number=1).update(modified_at=7)

    message = "Stored version was tampered with"
    assertContains(editor_of_deleted_client.get(CLIENT), message, status_code=404)
    again = "/acme/services/us/17/clients/new/?again=us/17/44"
    assertContains(editor_of_deleted_client.get(again), message)


def test_recreation_lists_everything_that_is_lost(member, ledger, sandbox):
    editor = member(Role.EDITOR)
    ledger |= {
        "clientSource": "DYNAMIC_REGISTRATION",
        "clientNames": [{"tag": "ja", "value": "元帳"}],
        "trustChain": ["a.b.c"],
        "extension": {
            "requestableScopesEnabled": True,
            "requestableScopes": ["read", "gone-by-now"],
        },
    }
    sandbox.services[17]["supportedScopes"] = [{"name": "read"}]
    editor.get(CLIENT)
    del sandbox.clients[44]

    page = editor.get("/acme/services/us/17/clients/new/?again=us/17/44")

    begun = page.context["new_client"]
    assert begun.copy.lost_scopes == ("gone-by-now",)
    assertContains(page, '<small class="mono">gone-by-now</small>')
    assertContains(page, "Dynamic or federation registration")
    assert "Trust chain" in begun.copy.left_out
    assert not {"Translated client names", "Client secret", "Locked"} & {*begun.copy.left_out}


def test_client_of_a_deleted_service_is_recreated_in_another(
    editor_of_deleted_client, acme, sandbox
):
    editor_of_deleted_client.get("/acme/services/us/17/")
    record_snapshot(acme.pk, ObjectSnapshot("us", 17, 0, "", is_write=True))
    twin = sandbox.services[17] | {"apiKey": 18, "serviceName": "Twin"}
    sandbox.services[18] = twin
    editor_of_deleted_client.get("/acme/services/")
    del sandbox.services[17]

    page = editor_of_deleted_client.get(CLIENT)

    assertContains(page, "Service deleted", status_code=404)
    again = "/acme/services/us/18/clients/new/?again=us/17/44"
    assertContains(page, f'href="{again}"', status_code=404)
    assertContains(editor_of_deleted_client.get(again), "Not restored")
    assertContains(editor_of_deleted_client.get(f"{CLIENT}history/"), "Ledger")
    service = editor_of_deleted_client.get("/acme/services/us/17/")
    assertContains(service, "Also deleted", status_code=404)
    assertContains(service, f'href="{CLIENT}"', status_code=404)


def test_gateway_404_is_not_shown_as_deleted(member, ledger, sandbox):
    editor = member(Role.EDITOR)
    editor.get(CLIENT)
    sandbox.fault("status", operation="client.get", status=404, code="")

    page = editor.get(CLIENT)

    assertContains(page, "Not found", status_code=404)
    assertNotContains(page, "Recreate", status_code=404)
    assertContains(editor.get(URL), "Settings")
