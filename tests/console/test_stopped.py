"""Pages say while nothing is done, until it goes on by itself."""

from django.test import Client

from tenants.audit import anchors
from tenants.audit.events import SIGN_OUT
from tenants.audit.models import AuditHead
from tenants.audit.notes import note
from tenants.audit.who import Who
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
