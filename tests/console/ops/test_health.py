from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from tenants.audit import store
from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT
from tenants.audit.integrity import anchors
from tenants.audit.integrity.checkpoints import create_checkpoint
from tenants.audit.integrity.sink_state import save_state
from tenants.audit.models import (
    AuditBlock,
    AuditCheckpoint,
    AuditEntry,
    AuditField,
    AuditHead,
    AuditRecord,
    CheckpointProgress,
)
from tenants.audit.recorder import record_event
from tenants.jobs import queue
from tenants.jobs.models import Worker
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers
from tests.support.webhooks import make_webhook

ROLLED_BACK = "rolled back: a target has newer entries than the database"
PROBE = {"host": "10.1.2.3:8000"}  # a pod's address, not in ALLOWED_HOSTS


def ready():
    response = Client().get("/readyz", headers=PROBE)
    lines = response.content.decode().splitlines()
    return response.status_code, dict(line.split(": ", 1) for line in lines)


def test_liveness_needs_no_database():
    response = Client().get("/healthz", headers=PROBE)

    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"


def test_probes_need_no_https_or_known_host(db, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["console.example.com"]

    assert Client().get("/healthz", headers=PROBE).status_code == 200
    assert ready()[0] == 200


def test_ready_when_every_check_passes(db):
    queue.record_heartbeat("w1")

    status, checks = ready()
    checks.pop("role", None)  # tests own the tables on PostgreSQL
    parts = ("database", "migrations", "audit_log", "worker", "vault")
    assert (status, checks) == (200, dict.fromkeys(parts, "ok"))


def test_missing_worker_is_reported_but_ready(db):
    Worker.objects.create(name="w1", seen_at=timezone.now() - timedelta(minutes=2))

    status, checks = ready()

    assert status == 200
    assert checks["worker"] == "none running; jobs wait"


def test_paused_webhook_is_reported_but_ready(acme):
    webhook = make_webhook(acme)
    assert ready()[1]["webhooks"] == "ok"
    webhook.pause = "failed"
    webhook.save()

    assert ready()[0] == 200
    assert ready()[1]["webhooks"] == "1 stopped or behind"


def test_probe_writes_no_log_entry(db):
    ready()

    assert not AuditRecord.objects.exists()


def test_unapplied_migration_is_not_ready(db):
    ((app, newest),) = MigrationLoader(connection).graph.leaf_nodes("audit")
    MigrationRecorder(connection).record_unapplied(app, newest)

    status, checks = ready()

    assert (status, checks["migrations"]) == (503, "1 to apply; run manage.py migrate")
    assert "audit_log" not in checks


def test_missing_audit_head_is_not_ready(db):
    AuditHead.objects.all().delete()

    status, checks = ready()

    assert status == 503
    assert checks["audit_log"] == "verification failed; run manage.py audit_verify"


def test_lost_chain_key_is_not_ready(db, settings):
    settings.AUDIT_KEYS = "other:" + "B" * 43 + "="

    status, checks = ready()

    assert status == 503
    assert checks["audit_log"] == "written with a key that AUDIT_KEYS lacks; see audit_new_chain"


def test_unwritable_audit_log_is_not_ready(db, monkeypatch):
    def full(rows):
        raise OperationalError("database or disk is full: /var/lib/meridian")

    monkeypatch.setattr(store, "append_records", full)

    status, checks = ready()

    assert (status, checks["audit_log"]) == (503, "not writable")


@pytest.mark.parametrize("model", [AuditRecord, AuditEntry, AuditField, AuditBlock])
def test_missing_table_is_not_ready(db, model):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {model._meta.db_table} RENAME TO gone")

    status, checks = ready()

    assert (status, checks["audit_log"]) == (503, "not writable")


def test_unreachable_database_is_not_ready(db, monkeypatch):
    def refused(*_):
        raise OperationalError("connection refused: db.internal")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refused)
        status, checks = ready()

    assert (status, checks) == (503, {"database": "unavailable"})


def test_missing_mail_server_is_reported_but_ready(db, settings):
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.dummy.EmailBackend"}}

    status, checks = ready()

    assert status == 200
    assert checks["mail"] == "EMAIL_URL is not set, so alerts and invitations aren't mailed"


def test_checkpoint_file_ahead_of_the_database_is_not_ready(db, settings, tmp_path):
    path = tmp_path / "checkpoints.jsonl"
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    settings.AUDIT_SINKS = [f"file://{path}"]
    record_event(Actor(1, "ida"), SIGN_OUT)
    assert create_checkpoint()
    assert ready()[0] == 200
    anchors.append_to_file(path)
    assert ready()[0] == 200
    drop_append_only_triggers()
    AuditCheckpoint.objects.all().delete()

    status, checks = ready()

    assert status == 503
    assert checks["checkpoints"] == ROLLED_BACK


@pytest.mark.parametrize(
    ("error", "status"), [("AnchorDivergedError: 7 rows", 503), ("OSError: answered 500", 200)]
)
def test_rolled_back_database_seen_by_a_worker_is_not_ready(db, settings, error, status):
    settings.AUDIT_SINKS = ["https://log.example/checkpoints"]
    (sink,) = anchors.load_sinks()
    save_state(CheckpointProgress(name=sink.name, failed_at=timezone.now(), error=error))

    checks = ready()

    assert checks[0] == status
    assert (checks[1]["checkpoints"] == ROLLED_BACK) is (status == 503)


def test_unreadable_checkpoint_file_is_no_rollback(db, settings, tmp_path):
    (tmp_path / "checkpoints.jsonl").write_text("not a checkpoint\n")
    settings.AUDIT_SINKS = [f"file://{tmp_path}/checkpoints.jsonl", f"file://{tmp_path}/missing"]

    assert ready()[0] == 200
