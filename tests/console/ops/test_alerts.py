"""Every alert is raised once, in machine-readable form."""

import json
import logging
import re
import threading
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.audit import record_builder, recorder, writer
from tenants.audit.actor import Actor
from tenants.audit.events import ACCESS_DENIED, DENIALS_COUNTED, EVENTS, SIGN_OUT
from tenants.audit.integrity import anchors
from tenants.audit.models import AuditHead, AuditRecord
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.authlete.audit_sink import CallIntent
from tenants.authlete.errors import AuditUnavailableError
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tenants.jobs import audit_tasks
from tenants.models import Organization
from tenants.organizations.roles import Role
from tests.support.accounts import sign_in
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers
from tests.support.backdating import backdate_entries
from tests.support.forms import URLENCODED, fill_form
from tests.support.webhook_receiver import run_webhook_receiver
from tests.support.webhooks import deliver, make_webhook

ROOT = Path(__file__).parents[3]
TOLD = (ROOT / "docs/how-to/monitor.md").read_text().partition("\n## Alerts\n")[2]
ROWS = re.findall(r"^\| (`[^|]+) \|[^|]+\| ([^|]*)\|$", TOLD, re.MULTILINE)
IDA = Actor(1, "ida", "admin", 1, "acme", "page-1", "192.0.2.1")
OLD = 3000  # days
SHOP = "/acme/services/us/17/"
NOBODY = "nobody@acme.example"
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)


def documented():
    """The members of each event, as the page for operators has them."""
    documented_events, members = {}, ""
    for events, texts in ROWS[1:]:
        members = members if texts.strip() == "the same" else texts
        for event in re.findall(r"`([\w.]+)`", events):
            documented_events[event] = set(re.findall(r"`(\w+)`", members))
    return documented_events


MEMBERS = documented()


def ready():
    response = Client().get("/readyz")
    return response.status_code, response.content.decode()


def forge_head():
    AuditHead.objects.update(mac="forged")


def break_record():
    with backdate_entries(OLD):
        record_event(IDA, SIGN_OUT)
    drop_append_only_triggers()
    AuditRecord.objects.filter(seq=1).update(content='{"entry":"x"}')


# What must raise each alert: a function of `ask`, which gives a fixture by its name.


def unwritten(ask):
    viewer = ask("member")(Role.VIEWER)
    forge_head()
    page = viewer.get(SHOP)
    assert (page.status_code, ready()[0]) == (503, 503)
    assert "The audit log can't be written. Nothing was sent." in unescape(page.content.decode())
    assert not ask("sandbox").calls


def slow(ask):
    ended, patch = threading.Event(), ask("monkeypatch")
    ask("settings").AUDIT_INLINE = False
    patch.setattr(writer, "MAX_WAIT_SECONDS", 0.01)
    patch.setattr(writer, "append_records", lambda _: ended.wait())
    with pytest.raises(writer.AuditWriteError, match="didn't respond in time"):
        writer.AuditWriter().write([record_builder.build_intent(IDA, "service.get", "read")])
    ended.set()


def left_open(ask):
    forge_head()
    writer.writer.write_outcomes([record_builder.build_outcome("01a2", Outcome.SUCCEEDED)])


def broken_for_whoever_verifies(ask):
    break_record()
    with pytest.raises(CommandError):
        call_command("audit_verify")


def unguarded(ask):
    drop_append_only_triggers()
    with pytest.raises(CommandError, match="triggers of the audit log are missing or disabled"):
        call_command("audit_verify")


def broken_for_an_auditor(ask):
    break_record()
    admin, url = ask("member")(Role.ADMIN), "/acme/audit/verify/"
    admin.post(url, fill_form(admin.get(url), "idempotency_key"), content_type=URLENCODED)
    ask("worker")()
    assert "Verification failed" in admin.get(url).content.decode()


def broken_for_whoever_signs(ask):
    ask("settings").AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    break_record()
    ask("monkeypatch").setattr("tenants.audit.integrity.checkpoints.ROWS_UNTIL_DUE", 1)
    audit_tasks.create_and_deliver_checkpoints()


def broken_for_whoever_signs_by_hand(ask):
    ask("settings").AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    break_record()
    with pytest.raises(CommandError):
        call_command("audit_checkpoint", out=ask("tmp_path") / "kept.jsonl")


def broken_for_whoever_removes(ask):
    break_record()
    audit_tasks.delete_expired_daily()


def broken_for_whoever_removes_by_hand(ask):
    break_record()
    with pytest.raises(CommandError):
        call_command("audit_expire")


def unkept(ask):
    settings = ask("settings")
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    settings.AUDIT_SINKS = ["file:///nowhere/kept.jsonl"]
    record_event(IDA, SIGN_OUT)
    audit_tasks.create_and_deliver_checkpoints()


def rolled_back(ask):
    settings, file = ask("settings"), ask("tmp_path") / "kept.jsonl"
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    settings.AUDIT_SINKS = [f"file://{file}"]
    record_event(IDA, SIGN_OUT)
    audit_tasks.create_and_deliver_checkpoints()
    file.write_text(file.read_text().replace('"size":2', '"size":20'))
    record_event(IDA, SIGN_OUT)
    audit_tasks.create_and_deliver_checkpoints()
    return {"error": "rolled back"}


def unanchored(ask):
    settings, patch = ask("settings"), ask("monkeypatch")
    patch.setattr(anchors, "anchor_monitor", anchors._AnchorMonitor())
    settings.AUDIT_SINKS = ["file:///nowhere/kept.jsonl"]
    settings.AUDIT_SINK_PATIENCE = 900
    with backdate_entries(1):
        record_event(IDA, SIGN_OUT)
    with pytest.raises(AuditUnavailableError):
        AuditLogSink(IDA).record_intents([CallIntent(PUSH, "us", "/push")])
    assert ready()[0] == 503


def stopped(ask):
    ask("settings").WEBHOOK_PRIVATE_HOSTS = ["127.0.0.1"]
    acme = ask("acme")
    record_event(replace(IDA, organization_id=acme.pk), SIGN_OUT)
    with run_webhook_receiver() as receiver:
        webhook = make_webhook(acme, receiver.url)
        receiver.answers = [410]
        deliver(webhook)
    assert "webhooks: 1 stopped" in ready()[1]


def denied(ask):
    assert ask("member")(Role.VIEWER).get(f"{SHOP}edit/tokens/").status_code == 403


def strange(ask):
    Organization.objects.create(slug="harbor", name="Harbor")
    member = ask("member")(Role.ADMIN)
    assert member.get("/harbor/services/").status_code == 404


def refused(ask):
    sign_in(ask("client"), NOBODY, "wrong")


def throttled(ask):
    for number in range(12):
        sign_in(Client(), NOBODY, "wrong", REMOTE_ADDR=f"10.0.{number}.1")


def not_proven(ask):
    ask("member")(Role.ADMIN).post("/accounts/reauthenticate/", {"password": "wrong"})


def exceeded(ask):
    ask("settings").SUBJECT_SEARCHES_PER_HOUR = 0
    desk = ask("member")(Role.HELP_DESK)
    assert desk.post("/acme/subjects/", {"subject": "anna"}).status_code == 429


def counted(ask):
    for number in range(recorder.MAX_DENIALS_PER_ACTOR + 1):
        record_event(IDA, ACCESS_DENIED, outcome=Outcome.REJECTED, object=f"page {number}")


def without_token(ask):
    assert Client().get("/acme/audit/stream").status_code == 401


def opened(ask):
    ask("sandbox").fault("status", status=503)
    viewer = ask("member")(Role.VIEWER)
    for _ in range(3):
        page = viewer.get(SHOP)
    assert "keeps failing" in page.content.decode()


RAISES = {
    "audit.unwritten": [unwritten],
    "audit.slow": [slow],
    "audit.open": [left_open],
    "audit.broken": [
        broken_for_whoever_verifies,
        broken_for_an_auditor,
        broken_for_whoever_signs,
        broken_for_whoever_signs_by_hand,
        broken_for_whoever_removes,
        broken_for_whoever_removes_by_hand,
    ],
    "audit.unguarded": [unguarded],
    "audit.unkept": [unkept, rolled_back],
    "audit.unanchored": [unanchored],
    "webhook.stopped": [stopped],
    "access.denied": [denied],
    "access.stranger": [strange],
    "access.counted": [counted],
    "sign_in.refused": [refused],
    "sign_in.throttled": [throttled],
    "step_up.refused": [not_proven],
    "stream.refused": [without_token],
    "budget.exceeded": [exceeded],
    "breaker.opened": [opened],
}


def test_every_alert_is_documented():
    sources = [file.read_text() for area in ("console", "tenants") for file in files(area)]
    raised = {name for source in sources for name in re.findall(RAISED, source)}
    denied = {name for name, event in EVENTS.items() if event.is_denial}
    denied.add(DENIALS_COUNTED.name)

    assert set(MEMBERS) == set(RAISES) == raised | denied


def files(area):
    return (ROOT / area).rglob("*.py")


RAISED = r'(?:alert\(|"event": )\s*"([a-z_]+\.[a-z_]+)"'


@pytest.mark.parametrize(
    ("event", "provoke"),
    [(event, cause) for event, ways in RAISES.items() for cause in ways],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_every_alert_is_raised(event, provoke, db, request, caplog):
    caplog.set_level(logging.WARNING, "meridian.alert")

    wanted = provoke(request.getfixturevalue) or {}

    lines = [record.getMessage() for record in caplog.records if record.name == "meridian.alert"]
    records = [alert for alert in map(json.loads, lines) if alert["event"] == event]
    assert records
    assert records[0].keys() == {"event", "times"} | MEMBERS[event]
    assert any(wanted.items() <= alert.items() for alert in records)
