"""The delivery state of checkpoint sinks can't be changed unnoticed without an audit key."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT
from tenants.audit.integrity import anchors
from tenants.audit.models import CheckpointProgress
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


def test_worker_reports_a_changed_state_and_redelivers(caplog):
    CheckpointProgress.objects.update(size=10**6)

    create_and_deliver_checkpoints()

    assert "audit.broken" in caplog.text
    call_command("audit_verify")


def test_changed_position_does_not_count_as_delivered():
    save_progress(0)
    CheckpointProgress.objects.update(size=2)

    assert anchors._anchored_size() == 0
