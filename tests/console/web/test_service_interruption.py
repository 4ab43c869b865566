"""Notices while actions are stopped."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.audit.actor import Actor
from tenants.audit.events import SIGN_OUT
from tenants.audit.integrity import anchors
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.recorder import record_event
from tenants.audit.retention.policy import SEVEN_YEARS_IN_DAYS
from tenants.jobs.audit_tasks import delete_expired_daily
from tenants.organizations.roles import Role
from tests.support.audit_tampering import recompute_chain
from tests.support.backdating import backdate_entries

SHOP, HOME = "/acme/services/us/17/", "/acme/"
RECORD, OUTSIDE = "Service paused", "Changes are paused"


def test_pages_report_an_unwritable_audit_log(member, sandbox):
    viewer = member(Role.VIEWER)
    assert RECORD not in viewer.get(HOME).text
    AuditHead.objects.update(mac="forged")
    assert viewer.get(SHOP).status_code == 503
    assert RECORD in viewer.get(HOME).text
    assert RECORD not in Client().get("/accounts/login/").text

    recompute_chain()
    assert viewer.get(SHOP).status_code == 200

    assert RECORD not in viewer.get(HOME).text


def test_readiness_probe_notices_an_unwritable_audit_log(member):
    viewer = member(Role.VIEWER)
    AuditHead.objects.update(mac="forged")
    assert Client().get("/readyz").status_code == 503
    assert RECORD in viewer.get(HOME).text
    recompute_chain()

    assert Client().get("/readyz").status_code == 200

    assert RECORD not in viewer.get(HOME).text


def test_pages_report_undelivered_checkpoints(member, settings, monkeypatch):
    monkeypatch.setattr(anchors, "anchor_monitor", anchors._AnchorMonitor())
    viewer = member(Role.VIEWER)
    assert OUTSIDE not in viewer.get(HOME).text
    settings.AUDIT_SINKS = ["file:///nowhere/kept.jsonl"]
    settings.AUDIT_SINK_PATIENCE = 900
    with backdate_entries(1):
        record_event(Actor(0, "ida"), SIGN_OUT)

    assert OUTSIDE in viewer.get(HOME).text


def test_retention_waits_for_checkpoints_and_says_so(db, settings, monkeypatch):
    monkeypatch.setattr(anchors, "anchor_monitor", anchors._AnchorMonitor())
    settings.AUDIT_SINK_PATIENCE = 900
    with backdate_entries(SEVEN_YEARS_IN_DAYS + 1):
        record_event(Actor(0, "ida"), SIGN_OUT)
    settings.AUDIT_SINKS = ["file:///nowhere/kept.jsonl"]

    with pytest.raises(CommandError, match=r"Deleted 0 .* Nothing was deleted"):
        call_command("audit_expire")
    delete_expired_daily()  # it is to look again before the day is over
    settings.AUDIT_SINKS = []
    delete_expired_daily()

    assert AuditEntry.objects.get().operation == "audit.expire"
