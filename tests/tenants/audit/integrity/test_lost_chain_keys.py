"""The chain keys are lost or the signing keys replaced: docs/how-to/replace-lost-keys.md."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.audit.actor import Actor
from tenants.audit.integrity.chain import compute_head_mac, compute_mac, get_audit_keys
from tenants.audit.integrity.chain_reader import read_chain
from tenants.audit.integrity.checkpoints import create_checkpoint
from tenants.audit.integrity.lost_keys import load_lost_keys
from tenants.audit.integrity.merkle import SALT_PATTERN
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import (
    AuditCheckpoint,
    AuditEntry,
    AuditHead,
    AuditRecord,
    CheckpointProgress,
)
from tenants.audit.recorder import AuditLogSink
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.jobs.audit_tasks import create_and_deliver_checkpoints
from tests.settings import create_key
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers
from tests.support.backdating import backdate_entries

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
YEARS_AGO = 3000  # days
NEW_SIGNING_KEY = "s2:" + "D" * 43 + "="


@pytest.fixture(autouse=True)
def signed(db, settings, tmp_path):
    """Eight rows under a delivered checkpoint, and two newer ones."""
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    settings.AUDIT_SINKS = [f"file://{tmp_path}/checkpoints.jsonl"]
    with backdate_entries(YEARS_AGO):
        call(4)
    create_and_deliver_checkpoints()
    call(1)


def call(times=1):
    log = AuditLogSink(IDA)
    for _ in range(times):
        (entry,) = log.record_intents([CallIntent(PUSH, "us", "/push", {}, "anna")])
        log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED)])


def sign():
    assert create_checkpoint()
    create_and_deliver_checkpoints()


def lose_keys(settings, name="a2"):
    settings.AUDIT_KEYS = create_key(name)


def start_new_chain(**options):
    call_command("audit_new_chain", reason="The secret store burned down", **options)


def ready():
    lines = Client().get("/readyz").text.splitlines()
    return dict(line.split(": ", 1) for line in lines)


def remove_salts():
    """Write the rows so far as they were before rows had salts."""
    keys = get_audit_keys()
    drop_append_only_triggers()
    mac = "0" * 64
    for row in list(read_chain()):
        content = SALT_PATTERN.sub("", row.content)
        mac = compute_mac(keys[row.key], mac, row.seq, row.entry, row.phase, content)
        AuditRecord.objects.filter(seq=row.seq).update(content=content, mac=mac)
    head = AuditHead.objects.get()
    AuditHead.objects.update(link=mac, mac=compute_head_mac(keys[head.key], head.seq, mac))
    AuditCheckpoint.objects.all().delete()
    CheckpointProgress.objects.all().delete()


def test_runbook_of_lost_chain_keys(settings, capsys, tmp_path):
    lose_keys(settings)
    assert ready()["audit_log"].endswith("see audit_new_chain")
    with pytest.raises(CommandError, match="unknown key 'a1'"):
        call_command("audit_verify")

    start_new_chain(anchor=tmp_path / "checkpoints.jsonl")

    call(2)
    sign()
    assert "lost keys: a1. 1 checkpoints of the old chain match" in capsys.readouterr().out
    call_command("audit_verify", anchor=tmp_path / "checkpoints.jsonl")
    out, warnings = capsys.readouterr()
    assert "Matches 2 checkpoints" in out
    assert "rows 1 to 10: the key a1 is lost" in warnings
    assert "rows up to 8 match checkpoints signed before; later ones may" in warnings
    assert ready()["audit_log"] == "ok"
    assert ready()["chain"] == "the keys of rows 1 to 10 (a1) are lost; see audit_verify"
    entry = AuditEntry.objects.get(operation="audit.new_chain")
    assert entry.value_after("signed.a1") == 8


def test_found_key_is_added_after_the_new_one(settings):
    settings.AUDIT_KEYS = f"{create_key('a2')},{settings.AUDIT_KEYS}"
    call()

    assert ready()["audit_log"] == "ok"
    assert "chain" not in ready()
    call_command("audit_verify")


def test_checkpoint_kept_elsewhere_refuses_a_new_chain_over_other_rows(settings, tmp_path):
    """The database has lost the checkpoints."""
    lose_keys(settings)
    change_actor(7)
    AuditCheckpoint.objects.all().delete()
    CheckpointProgress.objects.all().delete()

    with pytest.raises(CommandError, match="differ from"):
        start_new_chain(anchor=tmp_path / "checkpoints.jsonl")


def test_found_key_makes_all_rows_verifiable_again(settings, capsys):
    keys = settings.AUDIT_KEYS
    lose_keys(settings)
    start_new_chain()

    settings.AUDIT_KEYS = f"{settings.AUDIT_KEYS},{keys}"
    call_command("audit_marks")
    report = verify_audit_log()

    assert (report.first_bad_row, report.warnings) == (None, [])
    assert "chain" not in ready()


def change_actor(seq):
    """Change a row and its search entry alike."""
    drop_append_only_triggers()
    row = AuditRecord.objects.get(seq=seq)
    content = row.content.replace('"actor":"ida"', '"actor":"eve"')
    assert content != row.content
    AuditRecord.objects.filter(seq=seq).update(content=content)
    AuditEntry.objects.filter(seq=seq).update(actor="eve")


@pytest.mark.parametrize("seq", [1, 7])
def test_changed_row_under_a_checkpoint_is_found(settings, seq):
    lose_keys(settings)
    change_actor(seq)

    with pytest.raises(CommandError, match="Row 1: the rows from here to 8 differ from"):
        start_new_chain()

    assert not AuditEntry.objects.filter(operation="audit.new_chain").exists()


@pytest.mark.parametrize("seq", [1, 9])
def test_row_changed_after_the_new_chain_is_found(settings, seq):
    lose_keys(settings)
    start_new_chain()
    sign()
    change_actor(seq)

    assert "differ from those signed" in str(verify_audit_log().first_bad_row)


def test_new_row_cannot_claim_the_lost_key(settings):
    lose_keys(settings)
    start_new_chain()
    drop_append_only_triggers()

    AuditRecord.objects.filter(seq=11).update(key="a1")

    assert verify_audit_log().first_bad_row == (1, "the row can't be checked: unknown key 'a1'")


def test_other_row_cannot_claim_the_lost_key(settings):
    """Rows 1 to 10 use `a1`, 11 and 12 `a2`, the rest `a3`; only `a2` is lost."""
    first = settings.AUDIT_KEYS
    settings.AUDIT_KEYS = f"{create_key('a2')},{first}"
    call(1)
    settings.AUDIT_KEYS = f"{create_key('a3')},{first}"
    start_new_chain()
    assert verify_audit_log().first_bad_row is None
    drop_append_only_triggers()

    AuditRecord.objects.filter(seq=10).update(key="a2")

    assert verify_audit_log().first_bad_row is not None


def test_second_loss_keeps_both_chains_verifiable(settings):
    lose_keys(settings)
    start_new_chain()
    sign()
    lose_keys(settings, "a3")

    start_new_chain()

    assert set(load_lost_keys()) == {"a1", "a2"}
    report = verify_audit_log()
    assert (report.first_bad_row, report.checkpoint_count) == (None, 2)


def test_retention_deletes_rows_of_the_lost_key(settings):
    lose_keys(settings)
    start_new_chain()
    sign()

    assert sum(delete_expired_entries(lambda _: IDA)) == 4

    sign()
    report = verify_audit_log()
    assert (report.first_bad_row, report.deleted_count) == (None, 4)
    assert report.checkpoint_count == 3


def test_rows_without_salts_are_named(settings):
    remove_salts()
    create_checkpoint()
    lose_keys(settings)
    call_command("audit_marks")

    start_new_chain()
    create_checkpoint()

    report = verify_audit_log()
    assert report.first_bad_row is None
    assert any(text.startswith("10 rows can't be compared") for text in report.warnings)
    assert report.checkpoint_count == 1
    assert sum(delete_expired_entries(lambda _: IDA)) == 0


def test_unsigned_rows_without_salts_need_the_key(settings):
    remove_salts()
    lose_keys(settings)

    with pytest.raises(CommandError, match="Rows 1 to 10 have no salt and no checkpoint"):
        start_new_chain()


def test_new_chain_needs_a_lost_key():
    with pytest.raises(CommandError, match="All chain keys are there"):
        start_new_chain()


def test_runbook_of_rotated_signing_keys(settings, capsys, tmp_path):
    call_command("audit_checkpoint", public=True)
    public = capsys.readouterr().out.strip()
    settings.AUDIT_SIGNING_KEYS = NEW_SIGNING_KEY
    file = tmp_path / "signed.jsonl"
    with pytest.raises(CommandError, match="no valid signature"):
        call_command("audit_checkpoint", out=file)

    settings.AUDIT_PUBLIC_KEYS = public
    call_command("audit_checkpoint", out=file)

    call_command("audit_verify", anchor=file)
    assert "Matches 2 checkpoints" in capsys.readouterr().out
    call_command("audit_checkpoint", public=True)
    assert [key.partition(":")[0] for key in capsys.readouterr().out.split(",")] == ["s1", "s2"]
