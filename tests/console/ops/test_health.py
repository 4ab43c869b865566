from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from tenants.audit import store
from tenants.audit.models import AuditBlock, AuditEntry, AuditField, AuditHead, AuditRecord
from tenants.jobs import queue
from tenants.jobs.models import Worker
from tests.support.webhooks import make_webhook

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

    parts = ("database", "migrations", "record", "worker", "vault")
    assert ready() == (200, dict.fromkeys(parts, "ok"))


def test_missing_worker_is_reported_but_ready(db):
    Worker.objects.create(name="w1", seen_at=timezone.now() - timedelta(minutes=2))

    status, found = ready()

    assert status == 200
    assert found["worker"] == "none was seen lately; jobs wait for one"


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

    status, found = ready()

    assert (status, found["migrations"]) == (503, "1 to apply; run manage.py migrate")
    assert "record" not in found


def test_missing_audit_head_is_not_ready(db):
    AuditHead.objects.all().delete()

    status, found = ready()

    assert status == 503
    assert found["record"] == "is not whole; run manage.py audit_verify"


def test_lost_chain_key_is_not_ready(db, settings):
    settings.AUDIT_KEYS = "other:" + "B" * 43 + "="

    status, found = ready()

    assert status == 503
    assert found["record"] == "was written under a key that AUDIT_KEYS does not hold"


def test_unwritable_audit_log_is_not_ready(db, monkeypatch):
    def full(rows):
        raise OperationalError("database or disk is full: /var/lib/meridian")

    monkeypatch.setattr(store, "append_records", full)

    status, found = ready()

    assert (status, found["record"]) == (503, "cannot be written")


@pytest.mark.parametrize("model", [AuditRecord, AuditEntry, AuditField, AuditBlock])
def test_missing_table_is_not_ready(db, model):
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {model._meta.db_table} RENAME TO gone")

    status, found = ready()

    assert (status, found["record"]) == (503, "cannot be written")


def test_unreachable_database_is_not_ready(db, monkeypatch):
    def refused(*_):
        raise OperationalError("connection refused: db.internal")

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refused)
        status, found = ready()

    assert (status, found) == (503, {"database": "does not answer"})
