from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry, to_microseconds
from tenants.audit.reconciliation import evidence
from tenants.audit.reconciliation.resolutions import resolve
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.organizations.api_clients import connect, load_credentials


@pytest.fixture
def lost(acme, sandbox):
    """Of two lost replies, one that a look tells and one that somebody overtook."""
    watch = AuditLogSink(Actor(7, "ida@acme.example", organization_id=acme.pk))
    service = connect(load_credentials(acme), "us", watch).service(17)
    service.update(1, {"description": "As Authlete lays it out"})
    sandbox.clients[5] = {"clientId": 5, "clientName": "Till"}
    sandbox.fault("reset", after=True, operation="service.update", times=1)
    sandbox.fault("reset", after=True, operation="client.delete", times=1)
    with pytest.raises(AuthleteError):
        service.update(service.get().modified_at, {"accessTokenDuration": 60})
    with pytest.raises(AuthleteError):
        service.client(5, "Till").delete()
    sandbox.services[17]["description"] = "Somebody else's"


def reconcile(*options):
    output_text = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("audit_reconcile", *options, stdout=output_text)
    return ended.value.code, output_text.getvalue()


def test_provable_outcomes_are_resolved(lost):
    outcomes = AuditEntry.objects.values_list("operation", "outcome")

    assert reconcile("--dry-run")[0] == 1
    assert ("client.delete", "unknown") in outcomes.all()

    code, output = reconcile()
    assert code == 1
    assert "client.delete us Till: done. The client doesn't exist anymore." in output
    assert "otherwise" in output
    assert ("client.delete", "done") in outcomes.all()
    assert ("service.update", "unknown") in outcomes.all()
    assert verify_audit_log().first_bad_row is None


@pytest.mark.parametrize("clock", [timedelta(0), timedelta(days=1)])
@pytest.mark.parametrize("comes_late", [False, True])
def test_recent_calls_are_left_open(lost, acme, sandbox, monkeypatch, comes_late, clock):
    watch = AuditLogSink(Actor(7, "ida@acme.example", organization_id=acme.pk))
    sandbox.clients[6] = {"clientId": 6, "clientName": "Desk"}
    sandbox.fault("reset", operation="client.delete", times=1)
    with pytest.raises(AuthleteError):
        connect(load_credentials(acme), "us", watch).service(17).client(6, "Desk").delete()
    desk = AuditEntry.objects.filter(label="Desk")
    ahead = to_microseconds(datetime.now(UTC) + clock)
    desk.update(at=ahead, ended_at=ahead + 10_000_000)  # when it was given up
    monkeypatch.setattr(evidence, "MAX_IN_FLIGHT", timedelta(minutes=9))
    waited = []

    def pass_by(seconds):
        waited.append(seconds)
        monkeypatch.setattr(evidence, "MAX_IN_FLIGHT", timedelta(0))
        if comes_late:
            del sandbox.clients[6]

    monkeypatch.setattr("tenants.management.commands.audit_reconcile.sleep", pass_by)

    assert "client.delete us Desk: cannot tell yet." in reconcile("--dry-run")[1]
    assert not waited
    _, output = reconcile()
    (seconds,) = waited
    assert 0 < seconds <= 9 * 60
    verdict = "done" if comes_late else "not done"
    assert f"client.delete us Desk: {verdict}." in output
    assert desk.get().outcome == verdict


def test_concurrent_resolution_happens_once(lost):
    first, other = (AuditEntry.objects.get(operation="client.delete") for _ in range(2))
    actor = Actor(0, "manage.py audit_reconcile", organization_id=first.organization_id)

    assert resolve(actor, first, Outcome.SUCCEEDED, "It is gone.")
    assert not resolve(actor, other, Outcome.FAILED, "It is there.")

    first.refresh_from_db()
    assert first.outcome == "done"
    assert AuditEntry.objects.filter(operation="audit.settle").count() == 1
    assert verify_audit_log().first_bad_row is None
