"""Pages say while nothing is done, until it goes on by itself."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.audit import anchors
from tenants.audit.events import SIGN_OUT
from tenants.audit.kinds import YEARS
from tenants.audit.models import AuditEntry, AuditHead
from tenants.audit.notes import note
from tenants.audit.who import Who
from tenants.jobs.expiring import keep_no_longer
from tenants.roles import Role
from tests.aged import ago
from tests.record import recompute

SHOP, HOME = "/acme/services/us/17/", "/acme/"
RECORD, OUTSIDE = "Nothing is done at the moment", "Nothing is changed at the moment"


def test_a_record_that_cannot_be_written(member, sandbox):
    viewer = member(Role.VIEWER)
    assert RECORD not in viewer.get(HOME).text
    AuditHead.objects.update(mac="forged")
    assert viewer.get(SHOP).status_code == 503
    assert RECORD in viewer.get(HOME).text
    assert RECORD not in Client().get("/accounts/login/").text

    recompute()
    assert viewer.get(SHOP).status_code == 200

    assert RECORD not in viewer.get(HOME).text


def test_probes_notice_it_while_nobody_does_anything(member):
    viewer = member(Role.VIEWER)
    AuditHead.objects.update(mac="forged")
    assert Client().get("/readyz").status_code == 503
    assert RECORD in viewer.get(HOME).text
    recompute()

    assert Client().get("/readyz").status_code == 200

    assert RECORD not in viewer.get(HOME).text


def test_checkpoints_that_get_nowhere(member, settings, monkeypatch):
    monkeypatch.setattr(anchors, "verdict", anchors._Verdict())
    viewer = member(Role.VIEWER)
    assert OUTSIDE not in viewer.get(HOME).text
    settings.AUDIT_SINKS = ["file:///nowhere/kept.jsonl"]
    settings.AUDIT_SINK_PATIENCE = 900
    with ago(1):
        note(Who(0, "ida"), SIGN_OUT)

    assert OUTSIDE in viewer.get(HOME).text


def test_removals_wait_for_checkpoints_and_say_so(db, settings, monkeypatch):
    monkeypatch.setattr(anchors, "verdict", anchors._Verdict())
    settings.AUDIT_SINK_PATIENCE = 900
    with ago(YEARS + 1):
        note(Who(0, "ida"), SIGN_OUT)
    settings.AUDIT_SINKS = ["file:///nowhere/kept.jsonl"]

    with pytest.raises(CommandError, match=r"Removed 0 .* nothing is removed"):
        call_command("audit_expire")
    keep_no_longer()  # it is to look again before the day is over
    settings.AUDIT_SINKS = []
    keep_no_longer()

    assert AuditEntry.objects.get().operation == "audit.expire"
