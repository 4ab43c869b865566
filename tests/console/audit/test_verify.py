"""Verification of the audit log by a page."""

import pytest
from django.db import DatabaseError
from pytest_django.asserts import assertContains

from console.models import VerificationRun
from tenants.audit.integrity import anchors
from tenants.audit.integrity.checkpoints import create_checkpoint
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.authlete.errors import AuditUnavailableError
from tenants.jobs import audit_tasks as chores
from tenants.jobs.models import Job
from tests.support.audit_tampering import CHECKPOINT_KEY, drop_append_only_triggers, recompute_chain
from tests.support.forms import URLENCODED, fill_form
from tests.support.markup import compact

URL = "/acme/audit/verify/"
POLL = {"HX-Request": "true", "X-Poll": "yes"}


@pytest.fixture
def checkpointed_entries(acme, add_entry, settings, tmp_path):
    """Three entries under a checkpoint in a file."""
    settings.AUDIT_SIGNING_KEYS = CHECKPOINT_KEY
    settings.AUDIT_SINKS = [f"file://{tmp_path}/kept.jsonl"]
    for number in range(3):
        add_entry(reason=f"because {number}")
    chores.create_and_deliver_checkpoints()


def press(browser, worker):
    path = browser.post(
        URL, fill_form(browser.get(URL), "idempotency_key"), content_type=URLENCODED
    )
    assert path["Location"] == URL
    going = browser.get(URL).content.decode()
    worker()
    return going, browser.get(URL).content.decode()


def test_verification_reports_the_log_and_its_checkpoints(auditor, checkpointed_entries, worker):
    assert "Not verified yet" in auditor.get(URL).content.decode()
    going, message = press(auditor, worker)

    assert "every 2s" in going
    assert "Log verified" in message
    assert "every 2s" not in message
    looked = compact(auditor.get(URL, headers=POLL))
    assert 'hx-swap-oob="innerHTML">Log verified' in looked
    assert 'id="jobs-going" hx-swap-oob="true"></span>' in looked
    verdict = VerificationRun.objects.get()
    assert (verdict.bad, verdict.checkpoints) == (None, 1)
    assert "match an external checkpoint" in message
    assert verdict.inside
    assert "t covered by an external checkpoint yet" in message
    assert "Latest checkpoint" in message
    assert verdict.newer
    assert "protected by the chain only" in message
    assert AuditEntry.objects.filter(operation="audit.verify").count() == 1


def test_verification_in_progress_is_not_repeated(auditor, checkpointed_entries):
    for _ in range(2):
        form = fill_form(auditor.get("/acme/audit/export/"), "idempotency_key")
        page = auditor.post(URL, form, content_type=URLENCODED, follow=True)

    assertContains(page, "Verification is already in progress.")
    assert VerificationRun.objects.count() == 1
    assert AuditEntry.objects.filter(operation="audit.verify").count() == 1


def test_failed_verification_is_reported(auditor, checkpointed_entries):
    auditor.post(URL, fill_form(auditor.get(URL), "idempotency_key"), content_type=URLENCODED)
    Job.objects.update(state="cancelled")

    looked = compact(auditor.get(URL, headers=POLL))

    assert "every 2s" not in looked
    assert 'hx-swap-oob="innerHTML">Failed.</div>' in looked


def test_verification_runs_while_checkpoints_are_undelivered(
    auditor, checkpointed_entries, worker, monkeypatch
):
    monkeypatch.setattr(anchors.anchor_monitor, "blocks_changes", lambda: True)

    _going, message = press(auditor, worker)

    assert "Log verified" in message


def test_unwritable_log_starts_no_verification(auditor, checkpointed_entries, monkeypatch):
    def refuse(*_, **__):
        raise AuditUnavailableError("The audit log can't be written.")

    monkeypatch.setattr("console.audit.verification.start_job", refuse)

    form = fill_form(auditor.get(URL), "idempotency_key")
    assert auditor.post(URL, form, content_type=URLENCODED).status_code == 503
    assert not VerificationRun.objects.exists()


def test_unreadable_log_is_reported(auditor, checkpointed_entries, worker, monkeypatch):
    def torn(*_):
        raise DatabaseError("database disk image is malformed")

    monkeypatch.setattr("tenants.audit.integrity.verify._verify_into", torn)
    _going, message = press(auditor, worker)

    assert "Verification failed" in message
    assert "t change the database" in message
    assert "disk image is malformed" in VerificationRun.objects.get().error


def test_fails_without_showing_the_position_in_the_log_of_all(
    auditor, checkpointed_entries, worker
):
    """Even if all of it was written anew with its own key."""
    row = AuditRecord.objects.get(seq=3)
    drop_append_only_triggers()
    AuditRecord.objects.filter(seq=3).update(content=row.content.replace("because 1", "because 7"))
    AuditEntry.objects.filter(seq=3).update(reason="because 7")
    recompute_chain()

    _going, message = press(auditor, worker)

    assert "Verification failed" in message
    verdict = VerificationRun.objects.get()
    assert verdict.bad == 1
    assert "differ from those signed on" in verdict.error
    assert verdict.error not in message


def test_missing_triggers_are_reported(auditor, checkpointed_entries, worker, caplog):
    drop_append_only_triggers()

    _going, message = press(auditor, worker)

    assert "Log verified" in message
    assert "The triggers that block changes" in message
    assert "audit.unguarded" in caplog.text


def test_tampered_checkpoint_file_is_reported(auditor, checkpointed_entries, worker):
    path = anchors.load_sinks()[0].path
    path.write_text(path.read_text().replace('"size":', '"size":1'))

    _going, message = press(auditor, worker)

    assert "Log verified" in message
    assert VerificationRun.objects.get().warnings == 1
    assert "an edited checkpoint file" in message


def test_last_external_checkpoint_is_shown(auditor, checkpointed_entries, add_entry, worker):
    """What was signed since did not get to the file."""
    path = anchors.load_sinks()[0].path
    path.write_text(path.read_text() + "{what somebody else began")
    add_entry(reason="late")
    create_checkpoint()

    _going, message = press(auditor, worker)

    verdict = VerificationRun.objects.get()
    assert verdict.outside < verdict.covered
    assert "match an external checkpoint" in message
    assert verdict.inside
    assert "t covered by an external checkpoint yet" in message


def test_missing_checkpoint_target_is_reported(auditor, checkpointed_entries, settings, worker):
    anchors.load_sinks()[0].path.unlink()
    settings.AUDIT_SINKS = []

    assert "Without AUDIT_SINKS" in auditor.get(URL).content.decode()
    _going, message = press(auditor, worker)
    assert "Checked only against checkpoints in the database" in message
