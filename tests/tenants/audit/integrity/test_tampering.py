"""Systematic tampering: every change is found, by the chain or by an anchor.

A sample of it here; `make test-tampering` does all of it on both databases.
"""

import logging
import os
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from tenants.audit.actor import Actor
from tenants.audit.integrity import checkpoint_verifier, checkpoints
from tenants.audit.integrity.append_only import (
    CREATE_TRIGGER_SQL,
    DROP_TRIGGER_SQL,
    install_triggers,
)
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditBlock, AuditCheckpoint, AuditEntry, AuditField, AuditRecord
from tenants.audit.recorder import AuditLogSink
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers, recompute_chain
from tests.tenants.audit.integrity.tampering.checkpoints import of_checkpoints, of_the_past
from tests.tenants.audit.integrity.tampering.fixture_log import calls, dump, make, put_back
from tests.tenants.audit.integrity.tampering.records import of_the_record
from tests.tenants.audit.integrity.tampering.runner import NAMED, table, try_all, verified
from tests.tenants.audit.integrity.tampering.tombstones import make_thinned, of_tombstones

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
TAMPERINGS = os.environ.get("TAMPERINGS", "sample")
SAMPLE = 37  # one of so many


def call(times):
    log = AuditLogSink(IDA)
    changes = (FieldChange("clientName", "a", "b"),)
    for number in range(times):
        (entry,) = log.record_intents([CallIntent(PUSH, "us", "/push", {}, f"u{number}", changes)])
        log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200, "A001")])


@pytest.fixture
def anchor(db, settings, tmp_path):
    """A record of 24 rows, the first 20 of them under three signed checkpoints, and
    somebody who may do anything to the database.
    """
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    out = tmp_path / "kept.jsonl"
    for times in (4, 4, 2):
        call(times)
        call_command("audit_checkpoint", out=out)
    call(2)
    drop_append_only_triggers()
    return out


@contextmanager
def rolled_back():
    """Roll back afterwards; the audit log can be written meanwhile."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined]
    with block:
        yield
        transaction.set_rollback(True)


def first_bad(anchor=None):
    first_bad_row = verify_audit_log(
        checkpoint_verifier.read_anchor_file(anchor) if anchor else ()
    ).first_bad_row
    return first_bad_row and first_bad_row[0]


def test_every_tampering_is_found(db, settings, monkeypatch, tmp_path, capsys, caplog):
    caplog.set_level(logging.CRITICAL, logger="meridian.alert")
    victim = make(settings, monkeypatch, tmp_path)
    tamperings = [*of_the_record(victim), *of_checkpoints(victim), *of_the_past(victim)]
    try_some(tamperings, victim, capsys)


def test_every_tampering_of_tombstones_is_found(
    db, settings, monkeypatch, tmp_path, capsys, caplog
):
    caplog.set_level(logging.CRITICAL, logger="meridian.alert")
    victim = make_thinned(settings, monkeypatch, tmp_path)

    try_some([*of_tombstones(victim)], victim, capsys)


def try_some(tamperings, victim, capsys):
    assert not NAMED.search(verified(victim, with_anchor=True)[1])
    if TAMPERINGS == "sample":
        tamperings = tamperings[::SAMPLE]
    elif TAMPERINGS != "all":
        tamperings = [tampering for tampering in tamperings if TAMPERINGS in tampering.kind]

    results = try_all(tamperings, victim)

    if TAMPERINGS != "sample":  # somebody wants the numbers
        with capsys.disabled():
            print(f"\n{connection.vendor}\n{table(results)}")
            for tried in results.values():
                print(*tried.missed, *tried.misnamed, sep="\n", end="")
    for kind, tried in results.items():
        assert not tried.missed, kind
        assert not tried.misnamed, kind
    assert results


UNGUARDED = {
    "sqlite": [],
    "postgresql": [
        "ALTER TABLE audit_auditrecord DISABLE TRIGGER ALL",
        "ALTER TABLE audit_auditrecord ENABLE REPLICA TRIGGER audit_record_only_grows",
        "CREATE OR REPLACE FUNCTION audit_record_only_grows() RETURNS trigger"
        " LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    ],
}


def test_dropped_or_disabled_triggers_are_found(db):
    call(1)
    drops = [
        DROP_TRIGGER_SQL[connection.vendor].format(name=trigger)
        for trigger in CREATE_TRIGGER_SQL[connection.vendor]
    ]
    for statement in [*drops, *UNGUARDED[connection.vendor]]:
        with rolled_back(), connection.cursor() as cursor:
            cursor.execute(statement)
            with pytest.raises(CommandError, match="the database allows it"):
                call_command("audit_verify")
    call_command("audit_verify")


@pytest.mark.parametrize("seq", [1, 6, 17])
def test_rewrite_with_the_real_keys_is_found_by_checkpoints(anchor, seq):
    row = AuditRecord.objects.get(seq=seq)
    content = row.content.replace('"ticket":""', '"ticket":"T"').replace("A001", "A002")
    AuditRecord.objects.filter(seq=seq).update(content=content)
    if row.phase == "intent":
        AuditEntry.objects.filter(seq=seq).update(ticket="T")
    else:
        AuditEntry.objects.filter(outcome_seq=seq).update(code="A002")
    recompute_chain()
    expected = max(first for first in (1, 9, 17) if first <= seq)

    assert first_bad() == expected  # by the copies in the database
    AuditCheckpoint.objects.all().delete()
    assert first_bad() is None  # as the command says
    assert first_bad(anchor) == expected


def test_restored_copy_is_found_with_an_anchor_only(anchor):
    AuditRecord.objects.filter(seq__gt=16).delete()
    AuditField.objects.filter(seq__gt=16).delete()
    AuditEntry.objects.filter(seq__gt=16).delete()
    AuditCheckpoint.objects.filter(size__gt=16).delete()
    seq, at = AuditRecord.objects.get(seq=15), AuditBlock.objects.get()
    AuditBlock.objects.filter(pk=at.pk).update(latest=AuditEntry.objects.get(entry=seq.entry).at)
    recompute_chain()

    assert first_bad() is None
    assert first_bad(anchor) == 17
    with pytest.raises(CommandError, match="First bad row 17: the audit log ends before"):
        call_command("audit_verify", anchor=anchor)


def test_each_of_twenty_restored_copies_is_found(db, settings, tmp_path, capsys):
    """Ten, left as they are or gone on with; none is found without an anchor."""
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    out, copies = tmp_path / "kept.jsonl", []
    for _ in range(11):
        calls(1)
        copies.append(dump())
        call_command("audit_checkpoint", out=out)
    drop_append_only_triggers()

    for copy in copies[:-1]:
        for more in (0, 12):
            with rolled_back():
                put_back(copy)
                if more:
                    calls(more)
                assert first_bad() is None
                assert first_bad(out) == len(copy[AuditRecord]) + 1


def test_row_inserted_later_with_the_real_keys_is_found(anchor):
    forged = AuditRecord.objects.get(seq=3)
    for seq in range(24, 4, -1):
        AuditRecord.objects.filter(seq=seq).update(seq=seq + 1)
    forged.seq = 5
    forged.save(force_insert=True)
    recompute_chain()

    assert first_bad(anchor)


def test_unsigned_checkpoint_is_found(anchor, settings, tmp_path):
    audit_checkpoint = AuditCheckpoint.objects.get(number=2)
    AuditCheckpoint.objects.filter(number=2).update(
        line=audit_checkpoint.line.replace('"time":', '"time":1')
    )

    assert first_bad() == 16
    forged = tmp_path / "forged.jsonl"
    forged.write_text(anchor.read_text().replace('"size":16', '"size":15'))
    with pytest.raises(CommandError, match="line 2 has no valid signature"):
        call_command("audit_verify", anchor=forged)
    forged.write_text("nothing\n")
    with pytest.raises(CommandError, match="no checkpoint found"):
        call_command("audit_verify", anchor=forged)


def test_no_false_alarm_in_a_hundred_clean_runs(anchor, capsys):
    for run in range(100):
        call(1)
        if run % 9 == 0:
            checkpoints.create_checkpoint()
        assert first_bad(anchor) is None

    install_triggers(connection)
    call_command("audit_verify", anchor=anchor)
    output = capsys.readouterr().out
    assert "Verified: 224 rows of 112 entries" in output
    assert "Matches 15 checkpoints" in output
    assert "Not detectable" not in output
    call_command("audit_verify")
    assert "Not detectable without --anchor" in capsys.readouterr().out
