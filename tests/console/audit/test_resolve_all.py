"""Resolution of many unknown outcomes by a job."""

from datetime import timedelta

import pytest
from pytest_django.asserts import assertContains, assertNotContains

from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry
from tenants.audit.reconciliation import evidence
from tenants.audit.reconciliation.evidence import MICROSECOND
from tenants.authlete.errors import AuthleteError
from tenants.authlete.outcome import Outcome
from tenants.authlete.transport import connection_pool
from tenants.jobs.control import run_now
from tenants.jobs.models import Item, Job
from tenants.organizations.roles import Role
from tests.support.backdating import backdate_calls
from tests.support.forms import URLENCODED, fill_form

URL = "/acme/audit/unknown/settle/"
UNKNOWN = "/acme/audit/unknown/"
WHY = {"reason": "After the outage", "ticket": "INC-9"}


@pytest.fixture
def admin(member):
    return member(Role.ADMIN)


@pytest.fixture
def lost(sandbox, update, add_entry):
    """IDs of calls without a response, by what Authlete's state shows."""

    def lose(edits, **fault):
        sandbox.fault("reset", operation="service.update", times=1, **fault)
        with backdate_calls(), pytest.raises(AuthleteError):
            update(edits)
        return AuditEntry.objects.filter(operation="service.update")[0].entry

    update({"description": "As Authlete lays it out"})
    target = {"service": "17", "client": "9", "region": "us"}
    return {
        "done": lose({"accessTokenDuration": 60}, after=True),
        "not done": lose({"accessTokenDuration": 90}),
        "untold": add_entry("job.started", "change", Outcome.UNKNOWN, object="x").entry,
        "away": add_entry("client.delete", "destroy", Outcome.UNKNOWN, **target).entry,
    }


def settle(browser, path=URL):
    body = fill_form(browser.get(path), "reason", **WHY)
    response = browser.post(URL, body, content_type=URLENCODED)
    assert browser.post(URL, body, content_type=URLENCODED)["Location"] == response["Location"]
    return response["Location"]


def outcome(entry):
    return AuditEntry.objects.get(entry=entry).outcome


def test_job_resolves_only_provable_outcomes(admin, lost, sandbox, worker, monkeypatch):
    page = admin.get(UNKNOWN)
    assertContains(page, "Resolve all 4")
    assertContains(admin.get(URL), "manual decision")
    sandbox.fault("status", operation="client.get", status=503)

    path = settle(admin)
    assertContains(admin.get(UNKNOWN), "Check in progress")
    worker()

    outcomes = {name: outcome(entry) for name, entry in lost.items()}
    assert outcomes == {
        "done": "done",
        "not done": "not done",
        "untold": "unknown",
        "away": "unknown",
    }
    page = admin.get(path)
    for text in (
        "<strong>1</strong> marked as succeeded",
        "<strong>1</strong> marked as failed",
        "<strong>1</strong> need a manual decision",
        "<strong>1</strong> can&#x27;t be determined now",
        "Outcome cannot be determined: Authlete has no call to check this.",
    ):
        assertContains(page, text)
    entries = AuditEntry.objects.filter(operation="audit.settle")
    assert {(entry.reason, entry.ticket) for entry in entries} == {tuple(WHY.values())}
    assert {entry.role for entry in entries} == {"admin"}
    assert verify_audit_log().first_bad_row is None

    sandbox.faults.clear()  # the region is back, and the client is gone
    monkeypatch.setattr(connection_pool, "_pools", {})
    run_now(Job.objects.get())
    worker()

    assert outcome(lost["away"]) == "done"
    assert entries.all().count() == 3
    assertNotContains(admin.get(path), "can't be determined now")


def test_job_rechecks_after_the_longest_flight_time(admin, sandbox, update, worker, monkeypatch):
    monkeypatch.setattr(evidence, "MAX_IN_FLIGHT", timedelta(minutes=9))
    update({"description": "As Authlete lays it out"})
    sandbox.fault("reset", operation="service.update", times=1)
    with pytest.raises(AuthleteError):
        update({"accessTokenDuration": 60})
    (lost,) = AuditEntry.objects.filter(outcome="unknown")
    AuditEntry.objects.filter(pk=lost.pk).update(ended_at=lost.at + 10_000_000)

    path = settle(admin, f"{URL}?some=1&entry={lost.entry}")
    worker()
    assert outcome(lost.entry) == "unknown"
    assertContains(admin.get(path), "<strong>1</strong> can&#x27;t be determined now")
    assert Item.objects.filter(retry_at__gte=lost.time + evidence.MAX_IN_FLIGHT).count() == 1

    AuditEntry.objects.filter(pk=lost.pk).update(at=lost.at - evidence.MAX_IN_FLIGHT // MICROSECOND)
    run_now(Job.objects.get())
    worker()
    assert outcome(lost.entry) == "not done"


def test_job_resolves_only_selected_calls(admin, lost, worker):
    none = admin.get(URL, {"some": "1"}, follow=True)
    assertContains(none, "Select at least one call")
    odd = admin.get(f"{URL}?some=1&entry=%00", follow=True)
    assertContains(odd, "Select at least one call")

    settle(admin, f"{URL}?some=1&entry={lost['not done']}")
    worker()

    assert outcome(lost["not done"]) == "not done"
    assert outcome(lost["done"]) == "unknown"
    again = admin.get(f"{URL}?some=1&entry={lost['not done']}", follow=True)
    assertContains(again, "These outcomes are already resolved")


def test_call_resolved_by_another_person_is_skipped(admin, lost, worker):
    settle(admin)
    body = fill_form(admin.get(f"/acme/audit/{lost['done']}/settle/"), "reason", **WHY)
    admin.post(f"/acme/audit/{lost['done']}/settle/", body, content_type=URLENCODED)
    worker()

    own = AuditEntry.objects.filter(operation="audit.settle", object=lost["done"])
    assert own.count() == 1
    assert Item.objects.get(text__startswith="Already resolved").state == "same"
