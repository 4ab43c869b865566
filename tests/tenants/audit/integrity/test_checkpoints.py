"""Checkpoints: signatures, delivery, and what stops without it."""

import json
from datetime import timedelta
from email.policy import SMTP
from hashlib import sha256
from time import monotonic

import pytest
import respx
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.integrity import anchors, checkpoint_verifier, checkpoints, signing
from tenants.audit.integrity.anchors import AnchorDivergedError
from tenants.audit.integrity.chain import GENESIS_MAC
from tenants.audit.integrity.chain_reader import read_chain
from tenants.audit.integrity.merkle import (
    MerkleTree,
    find_salt,
    hash_children,
    hash_row,
    split_subject,
)
from tenants.audit.integrity.signed_tree import ChainBrokenError, Checkpoint
from tenants.audit.models import AuditCheckpoint, AuditRecord, CheckpointProgress
from tenants.audit.record_builder import build_intent
from tenants.audit.recorder import AuditLogSink, record_action, record_event
from tenants.audit.records import serialize_record
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.jobs import audit_tasks as chores
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers, save_progress
from tests.support.backdating import backdate_entries

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
MINUTE = 1 / 24 / 60  # days
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
PULL = Operation("pull", "GET /pull", dict, Effect.READ)


@pytest.fixture(autouse=True)
def signed(db, settings, monkeypatch):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    monkeypatch.setattr(anchors, "CACHE_SECONDS", 0)
    monkeypatch.setattr(anchors, "_delivered_lines", {})
    monkeypatch.setattr(anchors, "anchor_monitor", anchors._AnchorMonitor())


def call(times=1, operation=PUSH, subject=""):
    log = AuditLogSink(IDA)
    for _ in range(times):
        (entry,) = log.record_intents([CallIntent(operation, "us", "/push", {}, subject)])
        log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED)])


def cut():
    checkpoint = checkpoints.create_checkpoint()
    assert checkpoint
    return checkpoint


def tail(path):
    return [Checkpoint.parse(line) for line in path.read_text().splitlines()]


def plain_root(leaves):
    """As RFC 9162, section 2.1.1, defines it."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while 2 * half < len(leaves):
        half *= 2
    return hash_children(plain_root(leaves[:half]), plain_root(leaves[half:]))


def test_checkpoint_signs_the_root_and_its_predecessor():
    call(3)
    first = cut()
    call(4)
    second = cut()

    leaves = [hash_row(row) for row in read_chain()]
    assert (first.size, second.size) == (6, 14)
    assert first.root == plain_root(leaves[:6]).hex()
    assert second.root == plain_root(leaves).hex()
    assert (first.previous, second.previous) == (GENESIS_MAC, first.digest)
    assert first.has_valid_signature
    assert not second._replace(size=13).has_valid_signature
    assert checkpoints.create_checkpoint() is None


def test_tree_of_any_size_has_the_right_root():
    leaves = [sha256(bytes([n])).digest() for n in range(1, 40)]
    tree = MerkleTree()
    for count, leaf in enumerate(leaves, 1):
        tree.add(leaf)
        assert tree.root == plain_root(leaves[:count]).hex()
        assert tree.size == count


def test_subject_is_left_out_of_the_row():
    row = build_intent(IDA, "push", "change", subject="j\u00f6", path="/x/j\u00f6", label="a")

    content = serialize_record(row)

    public, hidden = split_subject(content)

    assert json.loads(hidden) == {"path": "/x/j\u00f6", "subject": "j\u00f6"}
    assert find_salt(content)
    for text in (
        r'"path":"/x/j\u00f6",',
        r'"subject":"j\u00f6",',
        f'"salt":"{find_salt(content)}",',
    ):
        content = content.replace(text, "")
    assert public == content
    assert split_subject('{"subject":""}') == ('{"subject":""}', "")


def test_tampered_chain_is_not_signed():
    call(3)
    checkpoints.create_checkpoint()
    call(3)
    drop_append_only_triggers()
    AuditRecord.objects.filter(seq=9).update(content="{}")

    with pytest.raises(ChainBrokenError, match="row 9"):
        checkpoints.create_checkpoint()
    AuditRecord.objects.filter(seq__gt=4).delete()
    with pytest.raises(ChainBrokenError, match="row 6"):
        checkpoints.create_checkpoint()


def test_rewritten_chain_is_not_signed():
    """Its owner has the keys of the chain, but not the one that signs."""
    call(3)
    checkpoints.create_checkpoint()
    audit_checkpoint = AuditCheckpoint.objects.get()
    forged = MerkleTree([(4, bytes(32)), (2, bytes(32))])
    peaks = [(rows, digest.hex()) for rows, digest in forged.peaks]
    line, root = json.loads(audit_checkpoint.line), forged.root
    audit_checkpoint.peaks, audit_checkpoint.line = (
        json.dumps(peaks),
        json.dumps(line | {"root": root}),
    )
    audit_checkpoint.save()
    call()

    with pytest.raises(ChainBrokenError, match="no valid signature"):
        checkpoints.create_checkpoint()


def test_checkpoint_is_due_after_time_or_rows(monkeypatch):
    assert not checkpoints.is_checkpoint_due(0)
    call(2)
    at = cut().time
    assert not checkpoints.is_checkpoint_due(at + 10**9)
    call()
    assert not checkpoints.is_checkpoint_due(at + 60_000_000)
    assert checkpoints.is_checkpoint_due(at + 5 * 60_000_000)
    monkeypatch.setattr(checkpoints, "ROWS_UNTIL_DUE", 2)
    assert checkpoints.is_checkpoint_due(at)


def test_future_checkpoint_delays_no_other():
    call()
    at = cut().time
    call()

    assert checkpoints.is_checkpoint_due(at - 10**6)


def test_unreadable_newest_checkpoint_is_reported(caplog):
    call()
    checkpoints.create_checkpoint()
    call()
    AuditCheckpoint.objects.update(peaks="5")
    with pytest.raises(ChainBrokenError, match="was changed"):
        checkpoints.create_checkpoint()
    AuditCheckpoint.objects.update(line="x")
    chores.create_and_deliver_checkpoints()

    assert "audit.broken" in caplog.text


def test_command_appends_to_a_file_and_prints_public_keys(tmp_path, capsys, settings):
    call()
    out = tmp_path / "kept.jsonl"
    call_command("audit_checkpoint", out=out)
    call()
    call_command("audit_checkpoint", out=out)

    assert [checkpoint.size for checkpoint in tail(out)] == [2, 4]
    call_command("audit_checkpoint", public=True)
    settings.AUDIT_PUBLIC_KEYS = capsys.readouterr().out.splitlines()[-1]
    settings.AUDIT_SIGNING_KEYS = ""
    assert all(checkpoint.has_valid_signature for checkpoint in tail(out))
    call()
    call_command("audit_verify", anchor=out)
    assert "4 rows, 20" in (output := capsys.readouterr().out)
    assert "2 newer rows rest on the database alone" in output
    with pytest.raises(CommandError, match="AUDIT_SIGNING_KEYS is empty"):
        call_command("audit_checkpoint", out=out)


def test_file_ahead_of_the_database_reports_a_rollback(tmp_path):
    call()
    checkpoints.create_checkpoint()
    out = tmp_path / "kept.jsonl"
    anchors.append_to_file(out)
    AuditCheckpoint.objects.all().delete()
    call()
    checkpoints.create_checkpoint()

    with pytest.raises(AnchorDivergedError):
        anchors.append_to_file(out)
    out.write_text(out.read_text()[:-9])
    with pytest.raises(AnchorDivergedError, match="incomplete"):
        anchors.append_to_file(out)


def test_partial_line_is_completed(tmp_path):
    """A disk was full, or a worker was killed, in the middle of it."""
    out = tmp_path / "kept.jsonl"
    for _ in range(3):
        call()
        checkpoints.create_checkpoint()
        anchors.append_to_file(out)
    whole = out.read_bytes()
    ends = [at for at, byte in enumerate(whole, 1) if byte == 10]
    for cut in (9, ends[0] + 40, ends[1], ends[1] + 1, len(whole) - 1):
        out.write_bytes(whole[:cut])

        assert anchors.append_to_file(out) == 6
        assert out.read_bytes() == whole
    out.write_bytes(whole[: ends[1]] + b'{"key":"s2"')
    with pytest.raises(AnchorDivergedError, match="incomplete"):
        anchors.append_to_file(out)


def test_workers_deliver_checkpoints_to_each_target(tmp_path, settings):
    url = "https://log.example/checkpoints"
    out = tmp_path / "kept.jsonl"
    settings.AUDIT_SINKS = [f"file://{out}", "mailto:audit@acme.example", url]
    call()
    with respx.mock:
        route = respx.post(url).respond(204)
        chores.create_and_deliver_checkpoints()
        chores.create_and_deliver_checkpoints()

    (line,) = out.read_text().splitlines()
    assert [call.request.content.decode() for call in route.calls] == [f"{line}\n"]
    (message,) = mail.outbox
    assert line in message.body
    saved = tmp_path / "saved.eml"
    saved.write_bytes(message.message(policy=SMTP).as_bytes())
    assert checkpoint_verifier.read_anchor_file(saved) == tail(out)
    assert set(CheckpointProgress.objects.values_list("size", "error")) == {(2, "")}


def test_actions_stop_while_no_target_accepts_and_resume(tmp_path, settings, caplog):
    away = tmp_path / "away"
    settings.AUDIT_SINKS = [f"file://{away}/kept.jsonl"]
    with backdate_entries(14 * MINUTE):
        call()
    chores.create_and_deliver_checkpoints()

    assert "FileNotFoundError" in CheckpointProgress.objects.get().error
    assert "audit.unkept" in caplog.text
    call()
    settings.AUDIT_SINK_PATIENCE = 13 * 60
    with pytest.raises(AuditUnavailableError, match="Nothing was sent"):
        call()
    assert "audit.unanchored" in caplog.text
    call(operation=PULL)
    for event in (
        events.SECRET_SHOW,
        events.SUBJECT_REVEAL,
        events.STREAM_ADD,
        events.JOB_START,
        events.VERSIONS_EXPIRE,
    ):
        with (
            pytest.raises(AuditUnavailableError, match="Nothing was changed"),
            record_action(IDA, event),
        ):
            raise AssertionError(event.name)
        with pytest.raises(AuditUnavailableError, match="Nothing was changed"):
            record_event(IDA, event)
    for event in (
        events.MEMBER_REMOVE,
        events.SECOND_FACTOR_REMOVE,
        events.JOB_CANCEL,
        events.SERVICE_DELETED_EXTERNALLY,
        events.CREDENTIAL_REMOVE,
        events.ROLLOVER_END,
        events.SEARCH_REMOVE,
        events.STREAM_REMOVE,
        events.VAULT_ROTATE,
        events.AUDIT_NEW_CHAIN,
        events.WEBHOOK_REMOVE,
    ):
        with record_action(IDA, event):
            pass
    with record_action(IDA, events.JOB_START, is_read_only=True):
        pass
    record_event(IDA, events.ACCESS_DENIED, Effect.REVEAL, Outcome.REJECTED)
    ready = Client().get("/readyz")
    assert ready.status_code == 503
    assert b"checkpoints: overdue: no target has" in ready.content

    away.mkdir()
    chores.create_and_deliver_checkpoints()
    call()
    assert Client().get("/readyz").status_code == 200
    assert CheckpointProgress.objects.get().error == ""


@pytest.fixture
def kept_in_a_file(tmp_path, settings, monkeypatch):
    """What there is, before a process begins that has not seen it get there."""
    settings.AUDIT_SINKS = [f"file://{tmp_path}/kept.jsonl"]
    settings.AUDIT_SINK_PATIENCE = 15 * 60
    call()
    chores.create_and_deliver_checkpoints()
    monkeypatch.setattr(anchors, "anchor_monitor", anchors._AnchorMonitor())


@pytest.mark.parametrize("days", [1, -1])
def test_wrong_clock_stops_nothing_while_checkpoints_arrive(kept_in_a_file, time_machine, days):
    """That of who writes, or of who asks."""
    with backdate_entries(days):
        call()
    call()
    time_machine.move_to(timezone.now() + timedelta(days=days))
    call()

    assert Client().get("/readyz").status_code == 200


def test_clock_jump_stops_nothing_after_a_delivery(kept_in_a_file, monkeypatch):
    AuditCheckpoint.objects.all().delete()
    call()
    with backdate_entries(1):
        call(2)
    save_progress(4)
    call()

    monkeypatch.setattr(anchors, "anchor_monitor", anchors._AnchorMonitor())
    with pytest.raises(AuditUnavailableError):
        call()


def test_old_delivery_checks_are_not_trusted(kept_in_a_file, monkeypatch):
    assert not anchors.anchor_monitor.is_overdue()
    AuditCheckpoint.objects.all().delete()
    call()
    with backdate_entries(16 * MINUTE):
        call()
    save_progress(4)
    now = monotonic()
    monkeypatch.setattr(anchors, "monotonic", lambda: now + 3 * 60 * 60)

    assert anchors.anchor_monitor.is_overdue()


def test_future_clock_hides_no_undelivered_row(kept_in_a_file, settings):
    AuditCheckpoint.objects.all().delete()
    with backdate_entries(-1):
        call()
    with backdate_entries(16 * MINUTE):
        call()

    with pytest.raises(AuditUnavailableError):
        call()


@pytest.mark.parametrize("content", ["x", '{"at":1000000000000000000000000}'])
def test_unreadable_row_stops_no_page(kept_in_a_file, content):
    call()
    drop_append_only_triggers()
    AuditRecord.objects.filter(seq__gt=2).update(content=content)
    call()

    assert Client().get("/readyz").status_code == 200


def test_checkpoint_with_duplicate_members_is_invalid():
    """Another program might read the other."""
    call()
    line = cut().line

    with pytest.raises(ValueError, match="duplicate"):
        Checkpoint.parse(line.replace("{", '{"size":7,', 1))


def test_key_with_the_same_name_but_another_value_is_rejected(settings):
    call()
    result = cut()
    settings.AUDIT_SIGNING_KEYS = f"s1:{'B' * 43}="

    assert not result.has_valid_signature
    assert signing.is_valid_signature(result.signed_text, "s2", result.signature) is False
