"""Deletions forged by someone with the database and the chain keys, but no signing key."""

import time
from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from tenants.audit import record_builder, records
from tenants.audit.actor import Actor
from tenants.audit.events import AUDIT_EXPIRE
from tenants.audit.integrity import checkpoints, signed_tree
from tenants.audit.integrity.chain import GENESIS_MAC
from tenants.audit.integrity.chain_reader import read_chain
from tenants.audit.integrity.merkle import SALT_PATTERN, LeafInput, build_leaf_input, hash_row
from tenants.audit.integrity.tombstones import Tombstone
from tenants.audit.models import AuditEntry, AuditField, AuditRecord
from tenants.audit.recorder import AuditLogSink
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.audit.retention.runs import DeletedRows, build_run_changes
from tenants.audit.store import append_records
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers
from tests.support.backdating import backdate_entries

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
YEARS_AGO = 3000  # days
MICROSECONDS_PER_DAY = 86_400_000_000


@pytest.fixture(params=["bound", "unbound"])
def row_format(request, monkeypatch):
    """Rows as written now, and as written before leaf hashes bound their time."""
    if request.param == "unbound":
        _write_old_rows(monkeypatch)
    return request.param


def _write_old_rows(patch):
    serialize = records.serialize_record
    patch.setattr(
        "tenants.audit.store.serialize_record",
        lambda row: SALT_PATTERN.sub("", serialize(row)).replace('"format":2,', ""),
    )


@pytest.fixture
def anchor(db, settings, tmp_path, row_format):
    """Twelve recent rows under external checkpoints."""
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    path = tmp_path / "checkpoints.jsonl"
    for _ in range(3):
        write_calls(2)
        call_command("audit_checkpoint", out=path, verbosity=0)
    drop_append_only_triggers()
    return path


def write_calls(times):
    log = AuditLogSink(IDA)
    for _ in range(times):
        (entry,) = log.record_intents([CallIntent(PUSH, "us", "/push", {"service_id": "17"})])
        log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200, "A001")])


def old_entry_id(days=YEARS_AGO):
    with backdate_entries(days):
        return record_builder.new_entry_id()


def forge_deletion(first, last, *, claim_old_time=True, unbound=False):
    """Replace entries by tombstones that claim to be years old, with a run that says so."""
    intent = record_builder.build_intent(IDA, AUDIT_EXPIRE.name, AUDIT_EXPIRE.effect)
    rows = list(read_chain(first - 1, last))
    macs = {row.seq: row.mac for row in read_chain(max(0, first - 2), last)}
    deleted = DeletedRows()
    new_ids = {row.entry: old_entry_id() for row in rows}
    for row in rows:
        leaf_input = build_leaf_input(row)
        if unbound:
            leaf_input = LeafInput(leaf=hash_row(row).hex())
        elif leaf_input.at and claim_old_time:
            leaf_input = leaf_input._replace(at=leaf_input.at - YEARS_AGO * MICROSECONDS_PER_DAY)
        before = macs.get(row.seq - 1, GENESIS_MAC)
        forged = row._replace(entry=new_ids[row.entry])
        tombstone = Tombstone.create(
            forged, before, kind="changes", run=intent.entry, **leaf_input._asdict()
        )
        for field in AuditEntry.objects.filter(entry=row.entry):
            AuditField.objects.filter(seq=field.seq).delete()
            field.delete()
        AuditRecord.objects.filter(seq=row.seq).update(entry=forged.entry, content=tombstone.text)
        deleted.add(forged._replace(content=tombstone.text), tombstone)
    changes = build_run_changes(deleted, deleted.entries.total(), {"changes": 2557})
    intent = replace(intent, changed=record_builder.serialize_changes(changes))
    append_records([intent, record_builder.build_outcome(intent.entry, Outcome.SUCCEEDED)])


FORGERIES = {
    "old time claimed": {},
    "own time kept": {"claim_old_time": False},
    "format of old rows": {"unbound": True},
}


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("rows", [(5, 6), (5, 8), (3, 12)])
def test_forged_deletion_under_an_external_checkpoint_is_reported(anchor, rows, forgery):
    forge_deletion(*rows, **FORGERIES[forgery])

    with pytest.raises(CommandError, match="First bad row"):
        call_command("audit_verify", anchor=anchor)
    with pytest.raises(CommandError, match="First bad row"):
        call_command("audit_verify")


@pytest.mark.parametrize("forgery", FORGERIES)
@pytest.mark.parametrize("rows", [(5, 6), (5, 8), (3, 12)])
def test_forged_deletion_is_not_signed(anchor, rows, forgery):
    forge_deletion(*rows, **FORGERIES[forgery])

    with pytest.raises(signed_tree.ChainBrokenError):
        checkpoints.create_checkpoint()


def test_policy_deletions_are_verified_and_signed(db, settings, tmp_path, row_format):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    path = tmp_path / "checkpoints.jsonl"
    with backdate_entries(YEARS_AGO):
        write_calls(3)
    with pytest.MonkeyPatch.context() as patch:
        past = time.time_ns() - YEARS_AGO * 86_400 * 10**9
        patch.setattr("tenants.audit.integrity.checkpoints.time.time_ns", lambda: past)
        call_command("audit_checkpoint", out=path, verbosity=0)
    write_calls(2)
    call_command("audit_checkpoint", out=path, verbosity=0)

    assert sum(delete_expired_entries(worker)) == 3
    call_command("audit_checkpoint", out=path, verbosity=0)
    call_command("audit_verify", anchor=path)


def worker(number):
    return Actor(0, "worker", organization_id=number)


def test_leaf_binds_sequence_entry_phase_and_time(db):
    write_calls(1)
    row = next(iter(read_chain()))
    leaf = hash_row(row)
    leaf_input = build_leaf_input(row)

    def tombstone_leaf(changed_row, **changes):
        text = Tombstone.create(
            changed_row,
            GENESIS_MAC,
            kind="changes",
            run=row.entry,
            **leaf_input._replace(**changes)._asdict(),
        ).text
        return hash_row(changed_row._replace(content=text))

    assert tombstone_leaf(row) == leaf
    assert tombstone_leaf(row._replace(seq=2)) != leaf
    assert tombstone_leaf(row._replace(entry=old_entry_id())) != leaf
    assert tombstone_leaf(row._replace(phase="outcome")) != leaf
    assert tombstone_leaf(row, at=leaf_input.at - 1) != leaf
