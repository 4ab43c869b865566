"""Verification of the audit log."""

import gc
import time
from dataclasses import replace
from pathlib import Path
from types import GeneratorType

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection

from tenants.audit import record_builder
from tenants.audit.actor import Actor
from tenants.audit.integrity.append_only import install_triggers
from tenants.audit.integrity.chain_reader import _stream
from tenants.audit.integrity.report import UnreadableChainError
from tenants.audit.integrity.verify import ClockSkewDetector, verify_audit_log
from tenants.audit.models import AuditBlock, AuditEntry, AuditField, AuditHead, AuditRecord
from tenants.audit.recorder import AuditLogSink
from tenants.audit.writer import writer
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tests.support.audit_tampering import drop_append_only_triggers

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
TABLES = (AuditRecord, AuditHead, AuditEntry, AuditField, AuditBlock)
COLUMNS = [
    (model, field.column) for model in TABLES for field in model._meta.fields if field.column
]


@pytest.fixture
def record(db):
    """Five calls, ten rows, an intent and an outcome each; and someone who may drop
    the triggers that keep a row from being changed.
    """
    log = AuditLogSink(IDA, reason="ticket 7")
    changes = (FieldChange("scopes[a].name", 1, 2), FieldChange("clientName", "a", "b"))
    for number in range(5):
        places = {"service_id": str(number)}
        call = CallIntent(PUSH, "us", "/push", places, f"user{number}", changes)
        (entry,) = log.record_intents([call])
        log.record_outcomes([CallOutcome(entry, Outcome.REJECTED, 403, "A001")])
    assert verify_audit_log().first_bad_row is None
    drop_append_only_triggers()


def bad():
    """The first bad row, and what is wrong with it."""
    first_bad_row = verify_audit_log().first_bad_row
    assert first_bad_row
    return first_bad_row


def sql(text, *values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall() if cursor.description else []


def test_intact_log_is_verified(record, capsys):
    install_triggers(connection)
    call_command("audit_verify")

    assert "Verified: 10 rows of 5 entries" in (output := capsys.readouterr().out)
    assert "rows/s" in output


def test_missing_triggers_are_reported(db, capsys):
    call_command("audit_verify")
    assert "Warning" not in capsys.readouterr().err

    drop_append_only_triggers()

    with pytest.raises(CommandError, match="No row was changed, but"):
        call_command("audit_verify")
    assert "allows rows to be changed" in capsys.readouterr().err


def test_ineffective_trigger_is_reported(db):
    install_triggers(connection)
    name = "audit_record_only_buried"
    if connection.vendor == "sqlite":
        name = "audit_record_no_update"
        sql(f"DROP TRIGGER {name}")
        sql(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON audit_auditrecord WHEN 1 = 0"
            " BEGIN SELECT RAISE(ABORT, 'the audit record only grows'); END"
        )
    else:
        sql(f"DROP TRIGGER {name} ON audit_auditrecord")
        sql(
            f"CREATE TRIGGER {name} BEFORE UPDATE ON audit_auditrecord FOR EACH ROW"
            " WHEN (1 = 0) EXECUTE FUNCTION audit_record_only_grows()"
        )

    assert not verify_audit_log().has_triggers


def test_clock_going_back_is_reported(db, time_machine):
    log = AuditLogSink(IDA)
    log.record_intents([CallIntent(PUSH, "us", "/push")])
    time_machine.move_to(time.time() - 90)
    log.record_intents([CallIntent(PUSH, "us", "/push")])

    report = verify_audit_log()

    assert report.first_bad_row is None
    assert report.warnings == ["row 2: clock difference, 0:01:30 behind an earlier row"]


def test_time_bounds_of_rows_are_found(db):
    for times in [(50, 10, 90), (20, 60), (5, 99)]:
        batch = [record_builder.build_intent(IDA, "service.get", "read") for _ in times]
        writer.write([replace(row, at=at) for row, at in zip(batch, times, strict=True)])

    assert verify_audit_log().first_bad_row is None
    assert AuditBlock.objects.values_list().get() == (0, 5, 99)


def test_empty_log_is_verified_and_a_missing_head_is_not(db):
    assert verify_audit_log().first_bad_row is None
    AuditHead.objects.all().delete()
    assert bad()


@pytest.mark.parametrize(("model", "column"), COLUMNS)
def test_every_edited_column_is_found(record, model, column):
    table = model._meta.db_table
    old, *_ = sql(f"SELECT {column} FROM {table} ORDER BY 1 DESC")[0]
    new = old + 1000 if isinstance(old, int) else f"{old[:-1]}~"

    sql(f"UPDATE {table} SET {column} = %s WHERE {column} = %s", new, old)

    assert bad()


@pytest.mark.parametrize("seq", range(1, 11))
def test_deleted_row_is_found(record, seq):
    AuditRecord.objects.filter(seq=seq).delete()

    assert bad()[0] == seq


@pytest.mark.parametrize("model", TABLES)
def test_emptied_log_is_found(record, model):
    model.objects.all().delete()

    assert bad()


def test_truncated_log_is_found(record):
    """Rows, entry and head put back to what they were one call ago, but the mac."""
    link = AuditRecord.objects.get(seq=8).mac
    AuditRecord.objects.filter(seq__gt=8).delete()
    AuditEntry.objects.filter(seq=9).delete()
    AuditHead.objects.update(seq=8, link=link)

    assert bad() == (9, "the head was changed")


def test_swapped_rows_are_found(record):
    sql("UPDATE audit_auditrecord SET seq = -1 WHERE seq = 3")
    sql("UPDATE audit_auditrecord SET seq = 3 WHERE seq = 5")
    sql("UPDATE audit_auditrecord SET seq = 5 WHERE seq = -1")

    assert bad()[0] == 3


def test_appended_row_is_found(record):
    forged = AuditRecord.objects.get(seq=10)
    forged.seq = 11
    forged.save(force_insert=True)

    assert bad()[0] == 11


def test_inserted_row_is_found(record):
    for seq in range(10, 4, -1):
        sql("UPDATE audit_auditrecord SET seq = seq + 1 WHERE seq = %s", seq)
    forged = AuditRecord.objects.get(seq=3)
    forged.seq = 5
    forged.save(force_insert=True)

    assert bad()[0] == 5


def test_forged_entry_is_found(record):
    forged = AuditEntry.objects.all()[0]
    forged.seq, forged.entry = 99, "forged"
    forged.save(force_insert=True)

    assert bad() == (99, "the search entry has no row in the log")


def test_forged_outcome_is_found(record):
    (entry,) = AuditLogSink(IDA).record_intents([CallIntent(PUSH, "us", "/push")])
    assert verify_audit_log().first_bad_row is None

    AuditEntry.objects.filter(entry=entry).update(outcome="done")

    assert bad()[0] == 11


def test_consistently_forged_outcome_is_found(record):
    (entry,) = AuditLogSink(IDA).record_intents([CallIntent(PUSH, "us", "/push")])
    forged = {"outcome": "done", "ended_at": 1, "outcome_seq": 99}

    AuditEntry.objects.filter(entry=entry).update(**forged)

    assert bad()


def test_later_outcome_of_a_call_is_verified(record):
    entry = AuditEntry.objects.all()[0]

    AuditLogSink(IDA).record_outcomes([CallOutcome(entry.entry, Outcome.SUCCEEDED)])

    assert verify_audit_log().first_bad_row is None
    entry.refresh_from_db()
    assert entry.outcome == "done"


def test_rows_of_an_older_key_are_verified(record, settings):
    new = "B" * 43 + "="
    settings.AUDIT_KEYS = f"a2:{new},{settings.AUDIT_KEYS}"
    AuditLogSink(IDA).record_intents([CallIntent(PUSH, "us", "/push")])

    assert verify_audit_log().first_bad_row is None
    assert set(AuditRecord.objects.values_list("key", flat=True)) == {"a1", "a2"}
    settings.AUDIT_KEYS = f"a2:{new}"
    assert "unknown key" in bad()[1]


def test_database_failure_leaves_no_open_cursor(record, monkeypatch):
    """What is left to be collected may be closed amid something else."""

    def torn(*_):
        raise DatabaseError("torn")

    monkeypatch.setattr(ClockSkewDetector, "observe", torn)
    with pytest.raises(UnreadableChainError) as caught:
        verify_audit_log()

    readers = [object_ for object_ in gc.get_objects() if type(object_) is GeneratorType]
    left = [reader for reader in readers if reader.gi_code is _stream.__code__]
    assert caught.value.row == 1
    assert [generator for generator in left if generator.gi_frame] == []


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("audit_verify", {}),
        ("audit_export", {"out": Path("/nowhere")}),
        ("audit_checkpoint", {"out": Path("/nowhere")}),
        ("audit_reconcile", {}),
        ("audit_expire", {"dry_run": True}),
        ("audit_marks", {}),
    ],
)
def test_commands_explain_database_errors(record, acme, command, options, caplog):
    sql("ALTER TABLE audit_auditentry RENAME TO elsewhere")
    sql("ALTER TABLE audit_audithead RENAME TO nowhere")

    with pytest.raises(CommandError, match="audit log"):
        call_command(command, **options)
    if command == "audit_verify":
        assert caplog.records[-1].alert["event"] == "audit.broken"


def test_command_names_the_first_invalid_row(record, caplog):
    AuditRecord.objects.filter(seq__in=[4, 7]).update(content="{}")

    with pytest.raises(CommandError, match="First bad row 4"):
        call_command("audit_verify")
    (record,) = caplog.records
    assert (record.alert["event"], record.alert["row"]) == ("audit.broken", 4)
