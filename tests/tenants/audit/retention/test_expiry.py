"""Deletion of expired entries leaves a verifiable log."""

import random
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tenants.audit import events, record_builder
from tenants.audit.actor import Actor
from tenants.audit.integrity import chain_export, checkpoint_verifier, checkpoints
from tenants.audit.integrity.signed_tree import ChainBrokenError
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry, AuditField, AuditRecord
from tenants.audit.reconciliation.resolutions import resolve
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.audit.retention import expiry, runs
from tenants.audit.retention.expiry import ConcurrentDeletionError, delete_expired_entries
from tenants.audit.retention.policy import DEFAULT_RETENTION_DAYS, SEVEN_YEARS_IN_DAYS, get_category
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers
from tests.support.backdating import backdate_entries

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
READ = Operation("look", "GET /look", dict, Effect.READ)
OLD = SEVEN_YEARS_IN_DAYS + 100

pytestmark = pytest.mark.django_db


def call(times=1, operation=PUSH, who=IDA, outcome=Outcome.SUCCEEDED):
    changes = (FieldChange("clientName", "a", "b"),) if operation is PUSH else ()
    for number in range(times):
        intent = CallIntent(operation, "us", "/push", {}, f"u{number}", changes)
        (entry,) = AuditLogSink(who).record_intents([intent])
        if outcome:
            AuditLogSink(who).record_outcomes([CallOutcome(entry, outcome, 200, "A001")])
    return entry


def worker(organization):
    return Actor(0, "worker", organization_id=organization)


def removed():
    return sum(delete_expired_entries(worker))


def last_run(organization):
    run = runs.find_last_run(organization)
    assert run
    return runs.read_run(run)


def stones():
    rows = AuditRecord.objects.values_list("seq", "content")
    return [seq for seq, content in rows if Tombstone.parse(content)]


def verify_intact(anchor=()):
    result = verify_audit_log(anchor)
    assert result.first_bad_row is None
    return result


def test_worker_with_a_clock_years_ahead_deletes_nothing(time_machine):
    call(2)
    time_machine.move_to(timezone.now() + timedelta(days=OLD))

    assert removed() == 0


def test_old_entries_become_tombstones(settings, tmp_path):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    out = tmp_path / "kept.jsonl"
    with backdate_entries(OLD):
        call(3)
        record_event(IDA, events.SIGN_OUT)
        call_command("audit_checkpoint", out=out)
    call(2)
    macs = list(AuditRecord.objects.values_list("seq", "entry", "phase", "key", "mac"))

    assert removed() == 4

    assert stones() == [*range(1, 9)]
    rows = AuditRecord.objects.values_list("seq", "entry", "phase", "key", "mac")
    assert list(rows)[: len(macs)] == macs
    assert [entry.operation for entry in AuditEntry.objects.order_by("seq")] == [
        "push",
        "push",
        "audit.expire",
    ]
    assert not AuditField.objects.filter(seq__lt=9).exists()
    run = last_run(1)
    assert run.entries == {"changes": 3, "signins": 1}
    assert run.days == {"changes": SEVEN_YEARS_IN_DAYS, "signins": SEVEN_YEARS_IN_DAYS}
    assert (run.deleted_total, run.values["rows"]) == (4, 8)
    result = verify_intact(checkpoint_verifier.read_anchor_file(out))
    assert (result.calls, result.deleted_count, result.checkpoint_count) == (3, 4, 1)
    while checkpoints.create_checkpoint():
        pass
    assert verify_intact(checkpoint_verifier.read_anchor_file(out)).checkpoint_count == 2
    assert removed() == 0


def test_first_checkpoint_may_follow_a_deletion(settings, tmp_path):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    with backdate_entries(OLD):
        call(2)
    removed()

    call_command("audit_checkpoint", out=tmp_path / "kept.jsonl")

    assert verify_intact().checkpoint_count == 1


def test_open_unknown_recent_and_role_entries_are_not_deleted():
    with backdate_entries(OLD):
        call(outcome=None)
        call(outcome=Outcome.UNKNOWN)
        record_event(IDA, events.MEMBER_ADD, object="bo@acme.example")
    call()

    assert removed() == 0
    assert stones() == []


def test_each_kind_follows_its_retention_period(settings):
    settings.AUDIT_KEEP = {"reads": "40", "changes": "forever", "access": "60"}
    with backdate_entries(OLD):
        call()
    with backdate_entries(50):
        call(operation=READ)
        record_event(IDA, events.MEMBER_ADD, object="bo@acme.example")
    with backdate_entries(39):
        call(operation=READ)

    assert removed() == 1
    assert stones() == [3, 4]
    settings.AUDIT_KEEP |= {"access": "45"}
    assert removed() == 1
    assert stones() == [3, 4, 5, 6]
    verify_intact()


def test_earlier_lasting_entry_does_not_preserve_an_old_one():
    call()
    with backdate_entries(OLD):
        record_event(IDA, events.ACCESS_DENIED, object="a", outcome=Outcome.UNKNOWN)
        record_event(IDA, events.ACCESS_DENIED, "change", Outcome.REJECTED, object="b")
        call()

    assert removed() == 2
    verify_intact()


def test_all_outcomes_of_an_old_entry_are_deleted():
    with backdate_entries(OLD):
        entry = call(outcome=Outcome.UNKNOWN)
        call(outcome=None)
    with backdate_entries(OLD - 50):
        resolve(IDA, AuditEntry.objects.get(entry=entry), Outcome.SUCCEEDED, "it is there")

    assert removed() == 2  # itself, and what settled it
    rows = AuditRecord.objects.filter(entry=entry).values_list("seq", flat=True)
    assert set(rows) < set(stones())
    assert stones() == [1, 2, 4, 5, 6]
    verify_intact()


def test_organizations_have_their_own_runs_and_counts():
    with backdate_entries(OLD):
        for number in range(3):
            call(who=Actor(1, "ida", organization_id=1))
            call(who=Actor(1, "bo", organization_id=2 * number))
    assert [*delete_expired_entries(worker, limit=2)] == [1, 2, 1, 1, 1]

    assert last_run(1).deleted_total == 3
    assert last_run(0).deleted_total == 1
    assert verify_intact().deleted_count == 6
    with backdate_entries(OLD - 20):
        call()
    removed()
    assert last_run(1).deleted_total == 4
    verify_intact()


def test_verification_reports_deletions_by_kind_and_run(capsys):
    with backdate_entries(OLD):
        call(2)
        record_event(IDA, events.SIGN_OUT)
        call(who=Actor(1, "bo", organization_id=0))
    removed()

    call_command("audit_verify")
    output = capsys.readouterr().out
    assert "Deleted by retention: 4 entries (changes 3, signins 1) in 2 runs" in output
    assert "rows 1 to 6" not in output
    call_command("audit_verify", verbosity=2)
    run = runs.find_last_run(1)
    assert run
    output = capsys.readouterr().out
    assert "console: changes 1, rows 7 to 8, entry" in output
    assert f"changes 2, signins 1, rows 1 to 6, entry {run.entry}" in output


def test_deletion_runs_are_never_deleted(settings):
    settings.AUDIT_KEEP = dict.fromkeys(DEFAULT_RETENTION_DAYS, "30")
    with backdate_entries(OLD):
        call()
    with backdate_entries(40):
        assert removed() == 1

    assert removed() == 0
    verify_intact()


def test_deletion_works_across_key_rotation(settings):
    with backdate_entries(OLD):
        call(2)
    settings.AUDIT_KEYS = f"a2:{'B' * 43}=,{settings.AUDIT_KEYS}"
    removed()

    row = AuditRecord.objects.get(seq=1)
    assert row.key == "a1"
    assert '"key":"a2"' in row.content
    verify_intact()


@pytest.mark.parametrize("case", ["content", "searched"])
def test_tampered_entries_are_not_deleted(case):
    with backdate_entries(OLD):
        call(1)
    with backdate_entries(5):
        young = call(1)
    if case == "content":
        drop_append_only_triggers()
        AuditRecord.objects.filter(seq=1).update(content='{"entry":"x"}')
    else:
        old = AuditEntry.objects.get(seq=1)
        AuditEntry.objects.filter(entry=young).update(at=old.at, ended_at=old.ended_at)

    with pytest.raises(ChainBrokenError):
        removed()
    assert stones() == []


@pytest.mark.parametrize("step", ["_load_entries", "_load_rows", "_describe_run"])
def test_concurrent_deletion_happens_once(monkeypatch, step):
    with backdate_entries(OLD):
        call(2)
    checked = getattr(expiry, step)

    def overtaken(*given):
        monkeypatch.setattr(expiry, step, checked)
        assert removed() == 2
        return checked(*given)

    monkeypatch.setattr(expiry, step, overtaken)
    with pytest.raises(ConcurrentDeletionError):
        removed()

    assert AuditEntry.objects.count() == 1
    verify_intact()


def test_export_with_tombstones_verifies_alone(tmp_path, capsys):
    with backdate_entries(OLD):
        call(2)
    call(1)
    removed()
    out = tmp_path / "all.jsonl"
    lines = [*chain_export.format_export(chain_export.read_all_rows())]
    out.write_text("".join(lines))

    assert chain_export.check_file(out) == (8, 4)
    assert '"content":{"gone":{' in lines[0]
    call_command("audit_verify", file=out)
    assert "Tombstones of deleted rows: 4." in capsys.readouterr().out
    out.write_text("".join([lines[0].replace('"changes"', '"reads"'), *lines[1:]]))
    with pytest.raises(chain_export.ExportIntegrityError, match="first bad row 1"):
        chain_export.check_file(out)


def test_every_operation_and_event_has_a_retention_kind():
    names = [(name, event.effect) for name, event in events.EVENTS.items()]

    assert {name for name, effect in names if not get_category(name, effect)} == {"audit.expire"}
    assert get_category("access.denied", "destroy") == "signins"
    assert get_category("member.remove", "destroy") == "access"
    assert get_category("client.get", "read") == "reads"


def test_deletion_of_recent_entries_is_found_despite_real_keys(monkeypatch):
    with backdate_entries(20):
        call(2)
    monkeypatch.setattr(
        expiry, "load_retention_policy", lambda: {**DEFAULT_RETENTION_DAYS, "changes": 10}
    )
    assert removed() == 2

    assert verify_audit_log().first_bad_row == (1, "it deleted changes younger than 30 days")


def test_no_false_alarm_in_many_runs_with_deletions(settings, tmp_path):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    chance, out, age = random.Random(7), tmp_path / "kept.jsonl", 4000
    total = 0
    for turn in range(30):
        with backdate_entries(age):
            for _ in range(chance.randrange(4)):
                whose = Actor(1, "ida", organization_id=chance.randrange(3))
                fate = chance.choice([Outcome.SUCCEEDED, Outcome.REJECTED, Outcome.UNKNOWN])
                call(operation=chance.choice([PUSH, READ]), who=whose, outcome=fate)
                record_event(whose, chance.choice([events.SIGN_OUT, events.MEMBER_ADD]))
            lost = AuditEntry.objects.filter(outcome="unknown").first()
            if lost and chance.random() < 0.3:
                resolve(IDA, lost, Outcome.SUCCEEDED, "it is there")
            if chance.random() < 0.3:
                call_command("audit_checkpoint", out=out)
            if chance.random() < 0.1:
                key = f"k{turn}:{'BCDEFGH'[turn % 7] * 43}="
                settings.AUDIT_KEYS = f"{key},{settings.AUDIT_KEYS}"
        age -= chance.randrange(60)
        with backdate_entries(age - 1), pytest.MonkeyPatch.context() as patch:
            patch.setattr(expiry, "time", vars(record_builder)["time"])
            settings.AUDIT_KEEP = {"changes": str(chance.randrange(30, 900))}
            if chance.random() < 0.5:
                total += sum(delete_expired_entries(worker, limit=chance.randrange(1, 9)))
        assert (
            verify_intact(
                checkpoint_verifier.read_anchor_file(out) if out.exists() else ()
            ).deleted_count
            == total
        )
    assert total > 15
