"""External changes during an own call without a response."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from console.inventory.sync import sync_all
from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation.resolutions import find_unresolved, resolve
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.models import Credential
from tenants.organizations.api_clients import connect, load_credentials
from tenants.sandbox.state import now_milliseconds
from tenants.versions import external_changes, reattribution

pytestmark = pytest.mark.django_db


@pytest.fixture
def actor(acme):
    return Actor(1, "ida@acme.example", "editor", acme.pk, "acme")


@pytest.fixture
def service(acme, sandbox, actor):
    since = timezone.now() - timedelta(hours=1)
    Credential.objects.update(changed_at=since, number=1)
    return connect(load_credentials(acme), "us", AuditLogSink(actor)).service(17)


@pytest.fixture
def resolve_and_run(acme, actor, settings):
    """Return a function that resolves the unknown entry and runs the worker twice."""
    settings.VERSIONS_EVERY = 60

    def resolve_and_run(outcome):
        (entry,) = find_unresolved(acme.pk)
        resolve(actor, entry, outcome, "")
        for _ in range(2):
            cache.clear()
            sync_all()
        entries = AuditEntry.objects.filter(operation__endswith="_outside")
        return [(entry.operation, [c["field"] for c in entry.changes]) for entry in entries]

    return resolve_and_run


CHANGED = [("service.changed_outside", ["description"])]


@pytest.mark.parametrize(
    ("outcome", "expected"), [(Outcome.FAILED, CHANGED), (Outcome.SUCCEEDED, [])]
)
def test_external_change_is_logged_after_the_lost_call_failed(
    service, sandbox, resolve_and_run, outcome, expected
):
    service_read = service.get()
    sandbox.fault("reset", operation="service.update", times=1)
    with pytest.raises(AuthleteError):
        service.update(service_read.modified_at, {"accessTokenDuration": 60})
    sandbox.services[17] |= {"description": "Theirs", "modifiedAt": 2}
    service.get()
    assert not AuditEntry.objects.filter(operation__endswith="_outside").exists()

    assert resolve_and_run(outcome) == expected


def test_each_resolved_entry_is_inspected_once(
    service, sandbox, actor, acme, monkeypatch, time_machine, django_assert_num_queries
):
    monkeypatch.setattr(reattribution, "MAX_ENTRIES_INSPECTED", 1)
    clients = {number: {"clientId": number, "modifiedAt": 1} for number in (41, 42, 43)}
    sandbox.clients.update(clients)
    for client in clients:
        client_read = service.client(client).get()
        sandbox.fault("reset", operation="client.update", times=1)
        with pytest.raises(AuthleteError):
            service.client(client).update(client_read.modified_at, {"clientName": "Ours"})
        sandbox.clients[client] |= {"description": "Theirs", "modifiedAt": 2}
        service.client(client).get()
    for entry in find_unresolved(acme.pk):
        resolve(actor, entry, Outcome.FAILED, "")

    reattribution.reattribute_changes(acme.pk)
    external_changes.report_pending()
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    reattribution.reattribute_changes(acme.pk)

    entries = AuditEntry.objects.filter(operation="client.changed_outside")
    assert {*entries.values_list("client", flat=True)} == {"41", "42", "43"}
    with django_assert_num_queries(2):  # the cache, and what was settled since
        reattribution.reattribute_changes(acme.pk)


def test_external_creation_is_logged_after_the_lost_call_failed(service, sandbox, resolve_and_run):
    till = {"clientId": 45, "clientName": "Till", "modifiedAt": 5}
    sandbox.fault("reset", operation="client.create", times=1)
    with pytest.raises(AuthleteError):
        service.clients.create({"clientName": "Ours"})
    sandbox.clients[45] = till | {"createdAt": now_milliseconds()}
    service.client(45).get()

    ((operation, fields),) = resolve_and_run(Outcome.FAILED)
    assert operation == "client.made_outside"
    assert "clientName" in fields
