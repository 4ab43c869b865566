"""Recording of local events."""

import pytest
from django.db import DatabaseError

from tenants.audit import events, recorder
from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.recorder import record_action, record_event
from tenants.authlete.changes import FieldChange
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.operation import Effect
from tenants.authlete.outcome import Outcome

IDA = Actor(1, "ida@acme.example", "admin", 1, "acme", "page-1", "192.0.2.1")


pytestmark = pytest.mark.django_db


def entries(**columns):
    return list(AuditEntry.objects.filter(**columns).order_by("seq"))


def test_event_is_stored_with_its_outcome():
    role = FieldChange("role", "viewer", "editor")

    record_event(IDA, events.MEMBER_CHANGE, object="bo@acme.example", changes=[role])

    (entry,) = entries()
    assert (entry.operation, entry.effect, entry.outcome) == ("member.change", "change", "done")
    assert (entry.actor, entry.object) == ("ida@acme.example", "bo@acme.example")
    assert entry.changes == [{"field": "role", "before": "viewer", "after": "editor"}]
    assert verify_audit_log().first_bad_row is None


def test_denial_has_the_effect_of_its_action():
    record_event(IDA, events.ACCESS_DENIED, Effect.DESTROY, Outcome.REJECTED, object="s:remove")

    (entry,) = entries()
    assert (entry.effect, entry.outcome) == ("destroy", "refused")


def test_unwritable_log_prevents_the_action():
    AuditHead.objects.update(mac="forged")

    with pytest.raises(AuditUnavailableError, match="Nothing was changed"):
        record_event(IDA, events.SIGN_IN_DONE)
    with pytest.raises(AuditUnavailableError), record_action(IDA, events.MEMBER_REMOVE):
        pytest.fail("was done without an entry")


def test_unrecordable_denial_is_still_a_denial(caplog):
    AuditHead.objects.update(mac="forged")

    record_event(IDA, events.ACCESS_DENIED, outcome=Outcome.REJECTED)

    alerts = [record.alert["event"] for record in caplog.records]
    assert "audit.unwritten" in alerts
    assert "access.denied" in alerts


def test_intent_is_stored_before_the_action():
    with record_action(IDA, events.CREDENTIAL_ADD, region="us"):
        (entry,) = entries()
        assert entry.outcome == ""

    assert entries()[0].outcome == "done"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(ValueError, "refused"), (DatabaseError, "unknown"), (SystemExit, "unknown")],
)
def test_failed_action_is_stored_as_failed(error, outcome):
    with pytest.raises(error), record_action(IDA, events.MEMBER_ADD):
        raise error

    assert entries()[0].outcome == outcome
    assert verify_audit_log().first_bad_row is None


def deny(who=IDA, object="services:edit"):
    record_event(who, events.ACCESS_DENIED, outcome=Outcome.REJECTED, object=object)


def test_repeated_denial_is_counted():
    for _ in range(1000):
        deny()

    assert [e.attempt for e in entries()] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


def test_denials_are_counted_by_page_and_person():
    bo = Actor(2, "bo@acme.example", "viewer", 1, "acme")

    deny()
    deny(object="services:remove")
    deny(bo)

    assert [(e.actor_id, e.object) for e in entries()] == [
        (1, "services:edit"),
        (1, "services:remove"),
        (2, "services:edit"),
    ]


def test_one_actor_cannot_fill_the_log():
    for number in range(1000):
        deny(object=f"page {number}")

    assert len(entries(operation="access.denied")) == recorder.MAX_DENIALS_PER_ACTOR
    counted = [e.attempt for e in entries(operation="access.counted")]
    assert counted[-1] <= 1000 - recorder.MAX_DENIALS_PER_ACTOR < 2 * counted[-1]
    assert {e.actor_id for e in entries()} == {1}


@pytest.mark.parametrize(
    "addresses",
    [["192.0.2.1"] * 40, [f"2001:db8::{n:x}" for n in range(40)]],
    ids=["one address", "one subscriber"],
)
def test_anonymous_denials_are_counted_by_address(addresses):
    for number, address in enumerate(addresses):
        actor = Actor(0, "", ip_address=address)
        record_event(
            actor, events.SIGN_IN_REFUSED, outcome=Outcome.REJECTED, object=f"{number}@x.example"
        )

    assert len(entries(operation="sign_in.refused")) == recorder.MAX_DENIALS_PER_ACTOR


def test_many_actors_cannot_fill_the_log(monkeypatch):
    monkeypatch.setattr(recorder, "MAX_DENIALS_TOTAL", 50)
    for number in range(1, 500):
        deny(Actor(number, "bot@acme.example", "viewer", 1, "acme"))

    assert len(entries(operation="access.denied")) == 50
    more = entries(operation="access.counted")
    assert [e.attempt for e in more] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert {(e.actor_id, e.organization_id) for e in more} == {(0, 0)}


def test_many_counted_actors_cannot_fill_the_log(monkeypatch):
    monkeypatch.setattr(recorder, "MAX_DENIALS_TOTAL", 50)
    monkeypatch.setattr(recorder, "MAX_DENIALS_PER_ACTOR", 2)
    for number in range(300):
        deny(Actor(number % 100 + 1, "bot@acme.example"), object=f"page {number}")

    assert len(entries()) < 50 + 10


def test_denials_are_alerted(caplog):
    deny()

    (record,) = [r for r in caplog.records if r.name == "meridian.alert"]
    assert record.alert == {
        "event": "access.denied",
        "entry": entries()[0].entry,
        "organization": "acme",
        "actor": 1,
        "address": "192.0.2.1",
        "times": 1,
    }


def test_event_names_are_stable():
    """A name that was once released stays; add to this list, take nothing out."""
    assert set(events.EVENTS) == set(
        """
        sign_in.done sign_in.refused sign_in.throttled sign_out session.ended
        step_up.done step_up.refused
        password.change password.link second_factor.add second_factor.remove
        access.denied access.stranger access.counted
        account.close account.reopen
        organization.add organization.change
        member.add member.change member.remove
        credential.add credential.change credential.remove credential.probe
        twin.accept twin.add twin.remove
        vault.rotate
        audit.new_chain audit.settle audit.read audit.export audit.verify audit.expire
        versions.expire versions.redact
        batch.adopt batch.cancel batch.settle batch.upload
        budget.exceeded
        clients.exported
        keys.exported list.exported
        finding.unwaive finding.waive note.change policy.change policy.remove
        invitation.create invitation.withdraw
        job.cancelled job.ended job.paused job.rejected job.resumed job.retried job.started
        receipt.made
        rollover.advance rollover.confirm rollover.leave
        rollover.start rollover.stop rollover.undo
        search.change search.remove search.save
        secret.drop secret.forget secret.settle secret.show secret.stage secret.store
        subject.export subject.reveal subject.revoke_all subject.search
        service.made_outside service.changed_outside service.gone_outside
        client.made_outside client.changed_outside client.gone_outside
        service.back_outside client.back_outside
        stream.add stream.read stream.refused stream.remove
        token.check
        webhook.add webhook.change webhook.pause webhook.remove webhook.replay
        webhook.resume webhook.rotate webhook.test
        """.split()
    )
