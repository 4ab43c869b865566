from datetime import timedelta

import pytest
from django.db import transaction

from tenants.audit.actor import Actor
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.record_builder import new_entry_id
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.authlete.redaction.redactor import Redactor

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)


@pytest.fixture
def log(db):
    return AuditLogSink(IDA, reason="calls take too long", ticket="T-7")


def test_intent_is_stored_with_its_changes(log):
    sealed = Redactor(b"k" * 32).fingerprint("s3cret")
    changes = (FieldChange("clientName", "a", "b"), FieldChange("clientSecret", None, sealed))
    call = CallIntent(PUSH, "us", "/push", {"client_id": "5"}, "anna", changes)

    (entry,) = log.record_intents([call])

    stored = AuditEntry.objects.get(entry=entry)
    assert (stored.client, stored.subject, stored.outcome) == ("5", "anna", "")
    assert (stored.reason, stored.ticket) == ("calls take too long", "T-7")
    assert [change["field"] for change in stored.changes] == ["clientName", "clientSecret"]
    assert stored.changes[1]["after"] == {"fingerprint": sealed.hex}


def test_actor_and_address_are_stored(log):
    (entry,) = log.record_intents([CallIntent(PUSH, "us", "/push", label="Shop")])

    stored = AuditEntry.objects.get(entry=entry)
    assert (
        Actor(
            stored.actor_id,
            stored.actor,
            stored.role,
            stored.organization_id,
            stored.organization,
            stored.page,
            stored.address,
        )
        == IDA
    )
    assert (stored.label, stored.duration) == ("Shop", None)


def test_unexpected_changes_are_stored(log):
    (entry,) = log.record_intents([CallIntent(PUSH, "us", "/push")])
    ignored = FieldChange("idTokenDuration", 600, 0)

    log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200, unexpected_changes=(ignored,))])

    assert AuditEntry.objects.get(entry=entry).side_effects == [
        {"field": "idTokenDuration", "before": 600, "after": 0}
    ]


def test_outcome_closes_the_entry(log):
    (entry,) = log.record_intents([CallIntent(PUSH, "us", "/push")])

    log.record_outcomes([CallOutcome(entry, Outcome.UNKNOWN, 503, "A001101")])

    stored = AuditEntry.objects.get(entry=entry)
    assert (stored.outcome, stored.status, stored.code) == ("unknown", 503, "A001101")
    assert stored.duration
    assert stored.duration < timedelta(seconds=1)


def test_any_text_is_stored(log):
    call = CallIntent(PUSH, "us", "/" + "x" * 999, {}, "a\0\ud800𝄞" * 99)

    (entry,) = log.record_intents([call])

    assert len(AuditEntry.objects.get(entry=entry).subject) == 100


def test_tampered_log_prevents_calls(log):
    AuditHead.objects.update(mac="forged")

    with pytest.raises(AuditUnavailableError, match="Nothing was sent"):
        log.record_intents([CallIntent(PUSH, "us", "/push")])


@pytest.mark.django_db(transaction=True)
def test_write_inside_a_transaction_is_refused():
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        AuditLogSink(IDA).record_intents([CallIntent(PUSH, "us", "/push")])


def test_ids_sort_by_time():
    ids = [new_entry_id() for _ in range(3)]

    assert ids[0][:8] <= ids[1][:8] <= ids[2][:8]
    assert len(set(ids)) == 3
    assert {i[14] for i in ids} == {"7"}
