"""Versions of services and clients, without secrets."""

from datetime import timedelta
from time import sleep, time

import pytest
from django.db.models import F
from django.utils import timezone

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.record_builder import new_entry_id
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError, NotFoundError
from tenants.authlete.redaction.fingerprint import Fingerprint
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.models import Credential
from tenants.organizations.api_clients import connect, load_credentials
from tenants.sandbox.state import now_milliseconds
from tenants.versions import external_changes as versions_outside
from tenants.versions.models import Content, Version
from tenants.versions.recorder import record_snapshot
from tests.support.backdating import backdate_versions

pytestmark = pytest.mark.django_db
SECRET = "k7Qm2vX9pLr4TzWb8NcD"


@pytest.fixture
def api(acme, sandbox):
    actor = Actor(1, "ida@acme.example", "editor", acme.pk, "acme")
    return connect(load_credentials(acme), "us", AuditLogSink(actor))


@pytest.fixture
def service(api):
    return api.service(17)


def versions(**columns):
    return list(Version.objects.filter(**columns).order_by("number"))


def outside():
    entries = AuditEntry.objects.filter(operation__endswith="_outside")
    return list(entries.order_by("seq"))


def test_version_stores_the_original_text_without_secrets(service, sandbox):
    sandbox.services[17] |= {"apiSecret": SECRET, "accessTokenDuration": 60}
    service.get()
    service.get()

    (version,) = versions(client_id=0)
    text = Content.objects.get(pk=version.digest).text
    assert SECRET not in text
    assert '"apiSecret":"sealed:' in text.replace(" ", "")
    assert list(version.document().to_dict()) == list(service.get().to_dict())
    assert version.document().to_dict() == service.get().to_dict()


def test_version_of_a_new_client_has_no_secret(service, sandbox):
    reply = service.clients.create({"clientName": "Till"}).reply

    (version,) = versions(client_id=reply.client_id)
    text = Content.objects.get(pk=version.digest).text
    assert reply.client_secret.get_secret_value() not in text
    assert isinstance(version.document().get("clientSecret"), Fingerprint)


def test_own_change_stores_a_version_before_and_after(service, sandbox):
    service.update(1, {"accessTokenDuration": 60})
    before, after = versions()

    assert [version.document().get("accessTokenDuration") for version in (before, after)] == [
        3600,
        60,
    ]
    assert after.written
    assert AuditEntry.objects.get(entry=after.entry).operation == "service.update"
    service.get()
    assert len(versions()) == 2
    assert outside() == []


def test_external_change_is_logged_once(service, sandbox):
    service.get()
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}
    service.get()
    service.get()

    (entry,) = outside()
    assert (entry.operation, entry.actor) == ("service.changed_outside", "outside this console")
    assert entry.changes == [{"field": "accessTokenDuration", "before": 3600, "after": 60}]
    assert entry.object.endswith(f"sha256:{versions()[-1].digest}")


def test_audit_log_hides_values_of_unknown_properties(service, sandbox):
    """A newer Authlete may keep a secret in one, whatever it is called."""
    service.get()
    sandbox.services[17] |= {
        "fromTheFuture": {"kept": "c4nary-inside"},
        "neverHeardOf": "c4nary",
        "countedAnew": 5,
        "description": "Known",
        "supportedScopes": [{"name": "one", "description": "1", "future": "c4nary"}],
        "modifiedAt": 2,
    }
    service.get()

    (entry,) = outside()
    after = {change["field"].partition(".")[0]: change["after"] for change in entry.changes}
    assert after["description"] == "Known"
    assert after["countedAnew"] == 5
    assert after["neverHeardOf"].keys() == {"fingerprint"}
    assert "fromTheFuture" in after
    (scope,) = after["supportedScopes"]
    assert scope["description"] == "1"
    assert scope["future"].keys() == {"fingerprint"}
    assert "c4nary" not in str(entry.changes)


@pytest.mark.parametrize("is_told", [False, True])
def test_external_change_is_logged_once_after_a_kill(service, sandbox, monkeypatch, is_told):
    """Killed before it told the record, or after, and before it kept that it had."""
    service.get()
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}

    tell = versions_outside._record_event

    def die(last, new):
        if is_told:
            tell(last, new)
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(versions_outside, "_record_event", die)
        with pytest.raises(SystemExit):
            service.get()
    service.update(2, {"accessTokenDuration": 90})  # later, and no cause of it
    for _ in range(2):
        versions_outside.report_pending()

    (entry,) = outside()
    assert entry.changes == [{"field": "accessTokenDuration", "before": 3600, "after": 60}]


def test_external_change_is_logged_without_own_changes(service, sandbox):
    sandbox.clients[44] = {"clientId": 44, "clientName": "A", "modifiedAt": 5}
    client = service.client(44)
    client.get()
    client.set_lock(True)
    sandbox.clients[44] |= {"clientName": "B"}
    client.get()

    (entry,) = outside()
    assert [change["field"] for change in entry.changes] == ["clientName"]


def test_own_change_is_never_logged_as_external(service, sandbox):
    sandbox.clients[44] = {"clientId": 44, "clientName": "A", "modifiedAt": 5}
    client = service.client(44)
    client.get()
    client.set_lock(True)
    client.get()
    sandbox.fault("reset", operation="client.update", after=True)
    with pytest.raises(AuthleteError):
        client.update(sandbox.clients[44]["modifiedAt"], {"clientName": "B"})
    client.get()
    client.delete()

    assert outside() == []
    names = [version.name for version in versions(client_id=44)]
    assert names == ["A", "A", "B", "B"]
    assert versions(client_id=44)[-1].is_deleted


def test_late_resolution_does_not_explain_a_newer_change(service, sandbox):
    sandbox.fault("reset", operation="service.update", after=True)
    with pytest.raises(AuthleteError):
        service.update(1, {"accessTokenDuration": 60})
    service.get()
    lost = AuditEntry.objects.filter(operation="service.update")
    lost.update(at=F("at") - 3_600_000_000)
    service.get()
    now = int(time() * 1_000_000)
    lost.update(outcome="done", ended_at=now)
    later = sandbox.services[17]["modifiedAt"] + 1
    sandbox.services[17] |= {"accessTokenDuration": 90, "modifiedAt": later}
    service.get()

    assert [entry.operation for entry in outside()] == ["service.changed_outside"]


def test_external_changes_wait_for_open_own_calls(service, sandbox):
    """Another process reads the object before the answer to the write is in."""
    service.get()
    service.update(1, {"accessTokenDuration": 60})
    Version.objects.filter(number=2).delete()
    AuditEntry.objects.filter(operation="service.update").update(outcome="", ended_at=None)
    service.get()

    assert outside() == []
    assert len(versions()) == 2


def test_late_response_keeps_the_change_our_own(acme, service, sandbox):
    """Somebody read the object before it was saved, and what they saw is kept after,
    but before the process that saved it keeps what came of it.
    """
    service.get()
    backdate_versions(1)
    (last,) = versions()
    text = Content.objects.get(pk=last.digest).text
    late = ObjectSnapshot("us", 17, 0, new_entry_id(), False, text, last.modified_at)
    service.update(1, {"accessTokenDuration": 60})
    Version.objects.filter(number=2).delete()
    backdate_versions(1)
    record_snapshot(acme.pk, late)
    service.get()

    assert outside() == []
    assert len(versions()) == 2


def test_externally_deleted_client_keeps_its_versions(service, sandbox):
    sandbox.clients[44] = {"clientId": 44, "clientName": "A", "modifiedAt": 5}
    service.client(44).get()
    del sandbox.clients[44]
    for _ in range(2):
        with pytest.raises(NotFoundError):
            service.client(44).get()

    (entry,) = outside()
    assert (entry.operation, entry.label) == ("client.gone_outside", "A")


def test_gateway_404_does_not_mark_a_client_deleted(service, sandbox):
    sandbox.clients[44] = {"clientId": 44, "clientName": "A", "modifiedAt": 5}
    service.client(44).get()
    sandbox.fault("status", operation="client.get", status=404, code="")
    with pytest.raises(NotFoundError):
        service.client(44).get()

    assert outside() == []
    assert not versions(client_id=44)[-1].is_deleted


def test_change_without_new_modification_time_is_not_external(service, sandbox):
    service.get()
    sandbox.services[17] |= {"accessTokenDuration": 60}
    service.get()

    assert [version.modified_at for version in versions()] == [1, 1]
    assert outside() == []


@pytest.fixture
def watched(acme):
    """The console has the credential since an hour."""
    since = timezone.now() - timedelta(hours=1)
    Credential.objects.update(changed_at=since, number=1)


def test_external_creation_is_logged_once(watched, api, sandbox):
    old = {"clientId": 44, "clientName": "Old", "modifiedAt": 5, "createdAt": 5}
    sandbox.clients[44] = old
    sandbox.clients[45] = old | {
        "clientId": 45,
        "clientName": "New",
        "createdAt": now_milliseconds(),
    }
    sandbox.services[18] = {
        "apiKey": 18,
        "serviceName": "Twin",
        "createdAt": now_milliseconds(),
        "modifiedAt": now_milliseconds(),
    }
    for _ in range(2):
        api.service(17).client(44).get()
        api.service(17).client(45).get()
        api.service(18).get()

    assert [(entry.operation, entry.label) for entry in outside()] == [
        ("client.made_outside", "New"),
        ("service.made_outside", "Twin"),
    ]
    assert {"clientName"} <= {change["field"] for change in outside()[0].changes}


@pytest.mark.parametrize("day", [-(10**14), -62135596800000, 253402300799000, "soon"])
def test_client_with_an_impossible_creation_date_is_read(watched, api, sandbox, day):
    sandbox.clients[44] = {"clientId": 44, "modifiedAt": 5, "createdAt": day}

    assert api.service(17).client(44).get().client_id == 44
    assert outside() == []


@pytest.mark.parametrize("outcome", ["", "unknown", "done"])
def test_own_creation_is_never_logged_as_external(watched, api, sandbox, outcome):
    """Also where another process sees it before what made it has kept a version."""
    service = api.service(17)
    reply = service.clients.create({"clientName": "Till"}).reply
    created = api.idp.create_service({"serviceName": "Twin"}).reply
    Version.objects.all().delete()
    making = AuditEntry.objects.filter(operation__contains="create")
    making.update(outcome=outcome, ended_at=None)
    service.client(reply.client_id).get()
    api.service(created.api_key).get()

    assert outside() == []


def test_external_creation_beside_an_own_one_is_logged(watched, api, sandbox):
    service = api.service(17)
    service.clients.create({"clientName": "Till"})
    sandbox.clients[45] = {
        "clientId": 45,
        "clientName": "Other",
        "modifiedAt": 5,
        "createdAt": now_milliseconds(),
    }
    service.client(45).get()

    assert [entry.label for entry in outside()] == ["Other"]


def test_own_client_creation_hides_no_external_service_change(service, sandbox):
    service.get()
    service.clients.create({"clientName": "Till"})
    sandbox.services[17] |= {"accessTokenDuration": 60, "modifiedAt": 2}
    service.get()

    assert [entry.operation for entry in outside()] == ["service.changed_outside"]


def test_externally_recreated_client_is_logged_with_its_changes(service, sandbox):
    sandbox.clients[44] = {"clientId": 44, "clientName": "A", "modifiedAt": 5}
    client = service.client(44)
    client.get()
    deleted = sandbox.clients.pop(44)
    with pytest.raises(NotFoundError):
        client.get()
    sleep(0.002)  # ids of calls tell milliseconds
    sandbox.clients[44] = deleted | {"clientName": "B", "modifiedAt": 6}
    for _ in range(2):
        client.get()

    deletion, back = outside()
    assert (deletion.operation, back.operation) == ("client.gone_outside", "client.back_outside")
    assert [change["field"] for change in back.changes] == ["clientName"]


def test_response_from_before_a_deletion_restores_nothing(acme, service, sandbox):
    """Who looks at many keeps what they saw after all have answered."""
    sandbox.clients[44] = {"clientId": 44, "clientName": "A", "modifiedAt": 5}
    client = service.client(44)
    client.get()
    (last,) = versions(client_id=44)
    text = Content.objects.get(pk=last.digest).text
    late = ObjectSnapshot("us", 17, 44, new_entry_id(), False, text, last.modified_at)
    client.delete()
    record_snapshot(acme.pk, late)
    with pytest.raises(NotFoundError):
        client.get()

    assert outside() == []
    assert len(versions(client_id=44)) == 2


def rewrite_as_older(version, old, new):
    """Store a version's text with a fingerprint of another format."""
    content = Content.from_text(Content.objects.get(pk=version.digest).text.replace(old, new))
    content.save()
    Version.objects.filter(pk=version.pk).update(digest=content.digest, sketch="")


def test_version_with_an_older_fingerprint_is_not_saved_again(service, sandbox):
    sandbox.services[17] |= {"apiSecret": SECRET}
    service.get()
    (first,) = versions(client_id=0)
    fingerprint = first.document().get("apiSecret").hex
    rewrite_as_older(first, fingerprint, "0123456789abcdef")

    service.get()

    assert len(versions(client_id=0)) == 1
    (stored,) = versions(client_id=0)
    assert stored.document().get("apiSecret") == Fingerprint("0123456789abcdef")


def test_older_fingerprint_is_no_external_change(service, sandbox):
    sandbox.services[17] |= {"apiSecret": SECRET, "description": "old"}
    service.get()
    (first,) = versions(client_id=0)
    fingerprint = first.document().get("apiSecret").hex
    rewrite_as_older(first, fingerprint, "0123456789abcdef")
    backdate_versions(1)
    sandbox.services[17] |= {"description": "new", "modifiedAt": now_milliseconds()}

    service.get()

    (entry,) = outside()
    assert [change["field"] for change in entry.changes] == ["description"]
