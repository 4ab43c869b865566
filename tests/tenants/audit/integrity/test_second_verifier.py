"""The audit log can be verified without this program."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tenants.audit import events
from tenants.audit.actor import Actor
from tenants.audit.integrity.verify import verify_audit_log
from tenants.audit.models import AuditEntry, AuditHead, AuditRecord
from tenants.audit.recorder import AuditLogSink, record_event
from tenants.audit.retention.expiry import delete_expired_entries
from tenants.authlete.audit_sink import CallIntent, CallOutcome
from tenants.authlete.changes import FieldChange
from tenants.authlete.operation import Effect, Operation
from tenants.authlete.outcome import Outcome
from tests.support.audit_tampering import drop_append_only_triggers, recompute_chain
from tests.support.backdating import backdate_entries

SCRIPT = Path(__file__).with_name("second_verifier.py")
IDA = Actor(1, "ida@acme.example", "admin", 1, "acme", "page-1", "192.0.2.1")
PUSH = Operation("push", "POST /push", dict, Effect.CHANGE)


def second(keys):
    """What the second verifier says of the record."""
    rows = AuditRecord.objects.values_list("seq", "entry", "phase", "content", "key", "mac")
    head = AuditHead.objects.values_list("seq", "link", "key", "mac")
    lines = "".join(f"{json.dumps(row)}\n" for row in [*rows, *head])
    return subprocess.run(
        [sys.executable, "-I", SCRIPT],
        check=False,
        input=lines,
        env={**os.environ, "AUDIT_KEYS": keys},
        capture_output=True,
        text=True,
    ).stdout.strip()


@pytest.fixture
def record(db, settings):
    """Twelve rows under two keys, of calls and an event, with text of all kinds."""
    log = AuditLogSink(IDA, reason="h\u00e4ngt \u2028\n\U0001d11e", ticket="T-7")
    changes = (FieldChange("serviceName", "a\0\ud800", "\u30b5\u30fc\u30d3\u30b9"),)
    for number in range(5):
        if number == 3:
            settings.AUDIT_KEYS = f"a2:{'B' * 43}=,{settings.AUDIT_KEYS}"
        (entry,) = log.record_intents([CallIntent(PUSH, "us", "/push", changes=changes)])
        log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200, "A001", changes)])
    record_event(IDA, events.SIGN_OUT)
    drop_append_only_triggers()
    return settings.AUDIT_KEYS


def test_both_verify_an_intact_log(record):
    assert verify_audit_log().first_bad_row is None
    assert second(record) == "whole 12, 0 removed"


SPOILT = {
    "content": {"content": '{"entry":"x"}'},
    "phase": {"phase": "outcome"},
    "mac": {"mac": "0" * 64},
    "key": {"key": "a9"},
    "entry": {"entry": "x"},
}


@pytest.mark.parametrize("column", SPOILT)
@pytest.mark.parametrize("seq", [1, 7])
def test_both_name_the_same_invalid_row(record, column, seq):
    AuditRecord.objects.filter(seq=seq).update(**SPOILT[column])

    bad = verify_audit_log().first_bad_row
    assert bad
    assert bad[0] == seq
    assert second(record) == f"bad {seq}"


@pytest.mark.parametrize("seq", [1, 6, 12])
def test_both_report_a_missing_row(record, seq):
    AuditRecord.objects.filter(seq=seq).delete()

    bad = verify_audit_log().first_bad_row
    assert bad
    assert bad[0] == seq
    assert second(record) == f"bad {seq}"


@pytest.mark.parametrize(
    "change", [{"seq": 11}, {"link": "0" * 64}, {"mac": "0" * 64}, {"key": "a1"}]
)
def test_both_reject_a_changed_head(record, change):
    AuditHead.objects.update(**change)

    bad = verify_audit_log().first_bad_row
    assert bad
    assert bad[0] == 13
    assert second(record) == "bad 13"


@pytest.fixture
def thinned(db, settings):
    """Eight removed rows of two runs, with two keys, and what is left."""
    log = AuditLogSink(IDA)
    with backdate_entries(3000):
        for actor in (IDA, Actor(1, "bo", organization_id=0)):
            record_event(actor, events.SIGN_OUT)
            (entry,) = AuditLogSink(actor).record_intents([CallIntent(PUSH, "us", "/push")])
            log.record_outcomes([CallOutcome(entry, Outcome.SUCCEEDED, 200)])
    record_event(IDA, events.SIGN_OUT)
    settings.AUDIT_KEYS = f"a2:{'B' * 43}=,{settings.AUDIT_KEYS}"
    assert (
        sum(
            delete_expired_entries(
                lambda organization_id: Actor(0, "worker", organization_id=organization_id)
            )
        )
        == 4
    )
    drop_append_only_triggers()
    return settings.AUDIT_KEYS


def test_both_verify_policy_deletions(thinned):
    assert verify_audit_log().deleted_count == 4
    assert second(thinned) == "whole 14, 4 removed"


def altered(seq, old, new):
    row = AuditRecord.objects.get(seq=seq)
    assert old in row.content
    AuditRecord.objects.filter(seq=seq).update(content=row.content.replace(old, new, 1))


def resealed(seq, old, new):
    """With the real keys: of an intent that can be searched, too."""
    altered(seq, old, new)
    content = json.loads(AuditRecord.objects.get(seq=seq).content)
    AuditEntry.objects.filter(seq=seq).update(changed=content["changed"])
    recompute_chain()


SPOILT_STONES = {
    "its content": (6, lambda: altered(6, '"body":"', '"body":"0')),
    "its kind": (5, lambda: altered(5, '"signins"', '"reads"')),
    "its run": (5, lambda: altered(5, '"run":"0', '"run":"1')),
    "said of a run": (11, lambda: altered(11, "entries.", "entriez.")),
    "a count, with the real key": (11, lambda: resealed(11, '\\"total\\"', '\\"totel\\"')),
}


@pytest.mark.parametrize("case", SPOILT_STONES)
def test_both_reject_the_same_tombstone_or_run(thinned, case):
    seq, spoil = SPOILT_STONES[case]
    spoil()

    bad = verify_audit_log().first_bad_row
    assert bad
    assert bad[0] == seq
    assert second(thinned) == f"bad {seq}"
