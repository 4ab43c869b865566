"""A changed, deleted or restored delivery state of a checkpoint sink is noticed."""

from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT
from tenants.audit.integrity import anchors
from tenants.audit.integrity.checkpoints import create_checkpoint
from tenants.audit.integrity.signed_tree import ChainBrokenError
from tenants.audit.models import AuditCheckpoint, CheckpointProgress
from tenants.audit.recorder import record_event
from tenants.jobs.audit_tasks import create_and_deliver_checkpoints
from tests.support.audit_tampering import CHECKPOINT_KEY, save_progress

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
CHANGES: dict[str, dict[str, Any]] = {
    "position": {"size": 0},
    "time": {"sent_at": datetime(2020, 1, 1, tzinfo=UTC)},
    "failure": {"failed_at": datetime(2020, 1, 1, tzinfo=UTC)},
    "error": {"error": "OSError: disk"},
    "target": {"name": "file 00000000"},
    "mac": {"mac": ""},
    "key": {"key": "a9"},
}


@pytest.fixture(autouse=True)
def delivered(db, settings, tmp_path):
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    settings.AUDIT_SINKS = [f"file://{tmp_path}/checkpoints.jsonl"]
    record_event(IDA, SIGN_OUT)
    create_and_deliver_checkpoints()


def test_unchanged_state_is_verified():
    call_command("audit_verify")


@pytest.mark.parametrize("change", CHANGES)
def test_changed_state_is_reported(change):
    CheckpointProgress.objects.update(**CHANGES[change])

    with pytest.raises(CommandError, match="the delivery state of"):
        call_command("audit_verify")


def sign_next():
    record_event(IDA, SIGN_OUT)
    assert create_checkpoint()


@pytest.mark.parametrize(
    ("tamper", "problem"),
    [
        (lambda older: CheckpointProgress.objects.all().delete(), "was deleted"),
        (lambda older: older.save(), "is older than the last checkpoint"),
    ],
    ids=["deleted", "older"],
)
@pytest.mark.parametrize("checkpoints", [1, 2], ids=["next", "later"])
def test_state_that_was_deleted_or_replaced_by_an_older_one_is_reported(
    caplog, tamper, problem, checkpoints
):
    older = CheckpointProgress.objects.get()
    sign_next()
    anchors.deliver_checkpoints()
    sign_next()
    call_command("audit_verify")
    tamper(older)
    for _ in range(1, checkpoints):
        sign_next()

    with pytest.raises(CommandError, match=problem):
        call_command("audit_verify")

    anchors.deliver_checkpoints()
    assert problem in caplog.text
    call_command("audit_verify")


@pytest.mark.parametrize("sinks", ["", "{}", '{"key":"a1","mac":"","sizes":{}}', "previous"])
def test_changed_record_of_the_states_is_reported(sinks):
    sign_next()
    first, last = AuditCheckpoint.objects.all()
    AuditCheckpoint.objects.filter(pk=last.pk).update(
        sinks=first.sinks if sinks == "previous" else sinks
    )

    with pytest.raises(CommandError, match="First bad row"):
        call_command("audit_verify")
    record_event(IDA, SIGN_OUT)
    with pytest.raises(ChainBrokenError, match="positions of the sinks"):
        create_checkpoint()


def test_upgrade_records_states_of_existing_checkpoints():
    sign_next()
    AuditCheckpoint.objects.update(sinks="")

    import_module("tenants.audit.migrations.0003_auditcheckpoint_sinks").record_sinks(apps, None)

    call_command("audit_verify")
    sign_next()
    call_command("audit_verify")


def test_worker_reports_a_changed_state_and_redelivers(caplog):
    CheckpointProgress.objects.update(size=10**6)

    create_and_deliver_checkpoints()

    assert "audit.broken" in caplog.text
    call_command("audit_verify")


def test_changed_position_does_not_count_as_delivered():
    save_progress(0)
    CheckpointProgress.objects.update(size=2)

    assert anchors._anchored_size() == 0
