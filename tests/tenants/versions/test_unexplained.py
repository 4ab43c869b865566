"""What was done elsewhere while the console waited for an answer that never came."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from console.editing.looking import look
from tenants.audit.log import AuditLog
from tenants.audit.lost.settling import settle, unknown
from tenants.audit.models import AuditEntry
from tenants.audit.who import Who
from tenants.authlete.errors import AuthleteError, Outcome
from tenants.connect import connect, credentials
from tenants.models import Credential
from tenants.sandbox.state import now
from tenants.versions import outside, unexplained

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(acme):
    return Who(1, "ida@acme.example", "editor", acme.pk, "acme")


@pytest.fixture
def service(acme, sandbox, who):
    since = timezone.now() - timedelta(hours=1)
    Credential.objects.update(changed_at=since, number=1)
    return connect(credentials(acme), "us", AuditLog(who)).service(17)


@pytest.fixture
def told(acme, who, settings):
    """Settle what is unknown, let a worker look twice, and see what it tells."""
    settings.VERSIONS_EVERY = 60

    def told(outcome):
        (entry,) = unknown(acme.pk)
        settle(who, entry, outcome, "")
        for _ in range(2):
            cache.clear()
            look()
        found = AuditEntry.objects.filter(operation__endswith="_outside")
        return [(one.operation, [c["field"] for c in one.changes]) for one in found]

    return told


CHANGED = [("service.changed_outside", ["description"])]


@pytest.mark.parametrize(
    ("outcome", "found"), [(Outcome.NOT_DONE, CHANGED), (Outcome.DONE, [])]
)
def test_a_change_is_told_once_the_call_is_known_to_have_done_nothing(
    service, sandbox, told, outcome, found
):
    seen = service.get()
    sandbox.fault("reset", operation="service.update", times=1)
    with pytest.raises(AuthleteError):
        service.update(seen.modified_at, {"accessTokenDuration": 60})
    sandbox.services[17] |= {"description": "Theirs", "modifiedAt": 2}
    service.get()
    assert not AuditEntry.objects.filter(operation__endswith="_outside").exists()

    assert told(outcome) == found


def test_however_many_are_settled_each_is_looked_at_and_then_no_more(
    service, sandbox, who, acme, monkeypatch, time_machine, django_assert_num_queries
):
    monkeypatch.setattr(unexplained, "LOOKED", 1)
    clients = {one: {"clientId": one, "modifiedAt": 1} for one in (41, 42, 43)}
    sandbox.clients.update(clients)
    for one in clients:
        seen = service.client(one).get()
        sandbox.fault("reset", operation="client.update", times=1)
        with pytest.raises(AuthleteError):
            service.client(one).update(seen.modified_at, {"clientName": "Ours"})
        sandbox.clients[one] |= {"description": "Theirs", "modifiedAt": 2}
        service.client(one).get()
    for entry in unknown(acme.pk):
        settle(who, entry, Outcome.NOT_DONE, "")

    unexplained.notice(acme.pk)
    outside.tell_all()
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    unexplained.notice(acme.pk)

    told = AuditEntry.objects.filter(operation="client.changed_outside")
    assert {*told.values_list("client", flat=True)} == {"41", "42", "43"}
    with django_assert_num_queries(2):  # the cache, and what was settled since
        unexplained.notice(acme.pk)


def test_so_is_what_was_made_meanwhile(service, sandbox, told):
    till = {"clientId": 45, "clientName": "Till", "modifiedAt": 5}
    sandbox.fault("reset", operation="client.create", times=1)
    with pytest.raises(AuthleteError):
        service.clients.create({"clientName": "Ours"})
    sandbox.clients[45] = till | {"createdAt": now()}
    service.client(45).get()

    ((operation, fields),) = told(Outcome.NOT_DONE)
    assert operation == "client.made_outside"
    assert "clientName" in fields
