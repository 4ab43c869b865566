"""An audit log with entries of every kind, for tampering."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection, models

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.integrity.merkle import SALT_PATTERN
from tenants.audit.models import (
    AuditBlock,
    AuditCheckpoint,
    AuditEntry,
    AuditField,
    AuditHead,
    AuditRecord,
    CheckpointProgress,
)
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.authlete.snapshots import ObjectSnapshot
from tenants.versions.models import Content, Version
from tenants.versions.recorder import record_snapshot
from tests.support.audit_tampering import (
    CHECKPOINT_KEY,
    drop_append_only_triggers,
    recompute_chain,
    save_progress,
)

IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
BO = Actor(2, "bo", "helpdesk", 2, "harbor", "page-2", "2001:db8::1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)
PULL = Operation("pull", "GET /pull", dict, Effect.READ)
BLOCK = 10  # rows, so that a small record has several
NEW_KEY = "a2:" + "B" * 43 + "="

type Table = type[models.Model]
SEARCHABLE: tuple[Table, ...] = (AuditEntry, AuditField, AuditBlock)
RECORD: tuple[Table, ...] = (AuditRecord, AuditHead, *SEARCHABLE)
OUTSIDE: tuple[Table, ...] = (AuditCheckpoint, CheckpointProgress)
VERSIONS: tuple[Table, ...] = (Version, Content)
type Dump = dict[Table, list[tuple[Any, ...]]]


@dataclass
class Victim:
    """How long the record is, what was kept of it elsewhere, and older copies."""

    rows: int
    anchor: Path
    dumps: list[Dump] = field(default_factory=list)


def make(settings, monkeypatch, folder):
    for module in ("store", "integrity.index_verifier"):
        monkeypatch.setattr(f"tenants.audit.{module}.ROWS_PER_BLOCK", BLOCK)
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    anchor = folder / "kept.jsonl"
    calls(3)
    _older_row()
    dumps = [dump()]
    for turn in range(3):
        calls(3)
        record_event(IDA, events.SIGN_OUT)
        if turn == 1:
            settings.AUDIT_KEYS = f"{NEW_KEY},{settings.AUDIT_KEYS}"
        call_command("audit_checkpoint", out=anchor, verbosity=0)
        size = AuditCheckpoint.objects.latest("number").size
        save_progress(size, "file 1")
        dumps.append(dump())
    calls(1)
    AuditLogSink(IDA).record_intents([CallIntent(PUSH, "us", "/push")])  # open for ever
    for number in range(1, 4):
        for client in (0, 5):
            text = json.dumps({"serviceName": f"Shop {number}", "secret": client})
            record_snapshot(
                1, ObjectSnapshot("us", 17, client, _entry(number), True, text, 1000 * number)
            )
    drop_append_only_triggers()
    return Victim(AuditRecord.objects.count(), anchor, dumps)


def _entry(number):
    return AuditRecord.objects.get(seq=number).entry


def calls(times):
    """Calls of two organizations: one changes, one reads, one is settled later."""
    log, other = AuditLogSink(IDA, reason="why \u2028", ticket="T-7"), AuditLogSink(BO)
    changes = (FieldChange("scopes[a].name", 1, 2), FieldChange("clientName", "a", "\u30b5"))
    for number in range(times):
        call = CallIntent(PUSH, "us", "/push", {"service_id": "17"}, f"u{number}", changes)
        (entry,) = log.record_intents([call])
        (read,) = other.record_intents([CallIntent(PULL, "eu", "/pull", {}, "anna")])
        log.record_outcomes([CallOutcome(entry, Outcome.UNKNOWN, None, "", changes[:1])])
        other.record_outcomes([CallOutcome(read, Outcome.REJECTED, 403, "A001")])
    log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200, "A002")])


def _older_row():
    """As it was written before there were `known`, `format` and `salt`."""
    drop_append_only_triggers()
    row = AuditRecord.objects.get(seq=1)
    content = SALT_PATTERN.sub("", row.content)
    content = content.replace('"known":"",', "").replace('"format":2,', "")
    assert content != row.content
    AuditRecord.objects.filter(seq=1).update(content=content)
    AuditEntry.objects.filter(seq=1).update(known=None)
    recompute_chain()


def columns(table):
    return list(table._meta.local_concrete_fields)


def dump():
    """All rows of all tables of the record, as a backup has them."""
    tables: Dump = {}
    for table in (*RECORD, *OUTSIDE):
        names = ", ".join(column.column for column in columns(table))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {names} FROM {table._meta.db_table}")
            tables[table] = cursor.fetchall()
    return tables


def put_back(found, *tables):
    for table in tables or found:
        places = ", ".join(["%s"] * len(columns(table)))
        names = ", ".join(column.column for column in columns(table))
        name = table._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {name}")
            cursor.executemany(f"INSERT INTO {name} ({names}) VALUES ({places})", found[table])
