"""Batches are polled until they end."""

import pytest
from django.contrib.auth.models import User
from django.core import mail
from pytest_django.asserts import assertContains

from console.batches import periodic_tasks
from console.models import Batch, BatchRequest
from tenants.jobs import control
from tenants.jobs.models import Job
from tenants.organizations.roles import Role
from tests.support.batches import fates, starter


def status(token_service, request_id, **more):
    """Set Authlete's answer about a batch."""
    batch = token_service.region("us").batches[request_id]
    for name, value in more.items():
        setattr(batch, name, value)


def test_partial_result_and_its_error_are_shown(submitted, run_worker, token_service, admin):
    token_service.state.batching.fails_after = 1
    batch = run_worker(submitted(3))

    assert batch.state == Batch.State.PARTLY
    assert fates(batch) == ["failed", "succeeded"]
    page = admin.get(f"/acme/batches/{batch.pk}/")
    assertContains(page, "A490101")
    assertContains(page, "2 of 3 tokens were created")


def test_batch_without_created_tokens_fails(submitted, run_worker, token_service):
    batch = submitted(3)
    token_service.services[17]["supportedScopes"] = []

    run_worker(batch)

    assert batch.state == Batch.State.FAILED
    part = BatchRequest.objects.get(batch=batch, is_dry=False, position=1)
    assert part.code == "A106201"
    assert part.text == "The service does not support the scope \u2026."


def test_unreadable_status_is_read_later(submitted, run_worker, token_service):
    batch = submitted(1)
    token_service.fault("status", status=503, operation="token_batch.status", times=2)

    assert run_worker(batch).state == Batch.State.SUCCEEDED


def test_missing_status_makes_the_batch_unknown(submitted, run_worker, token_service):
    batch = submitted(1)
    token_service.fault("status", status=404, operation="token_batch.status")

    assert run_worker(batch).state == Batch.State.UNKNOWN


def test_running_batch_survives_its_cancelled_job(
    submitted, worker, admin, token_service, press, slow
):
    """Its job was cancelled."""
    batch = submitted(1)
    slow()
    worker()
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING
    control.cancel_job(Job.objects.get(pk=batch.poll_job), starter(batch))
    assertContains(admin.get(f"/acme/batches/{batch.pk}/"), "Status updates have stopped")

    for sandbox_batch in token_service.region("us").batches.values():
        sandbox_batch.due_at = 0
    press(batch, "watch")
    worker()

    batch.refresh_from_db()
    assert batch.state == Batch.State.SUCCEEDED


def test_worker_restart_loses_no_batch(submitted, worker, slow):
    """The worker was stopped after the ids were kept, before anything watched them."""
    batch = submitted(1)
    slow()
    worker()
    Job.objects.filter(kind="token_batch.poll_job").delete()
    Batch.objects.update(poll_job=None)

    periodic_tasks.resume_stalled()

    batch.refresh_from_db()
    assert Job.objects.get(pk=batch.poll_job).state == "waiting"


@pytest.fixture
def mailed(settings, monkeypatch):
    settings.CONSOLE_URL = "https://console.example"
    monkeypatch.setattr("tenants.outbound.mail.is_enabled", lambda: True)
    return mail.outbox


def test_starter_is_notified_once(submitted, run_worker, mailed, admin, acme):
    batch = submitted(3)
    User.objects.update(email="ada@acme.example")
    run_worker(batch)
    periodic_tasks.send_completion_mails()
    periodic_tasks.send_completion_mails()

    (letter,) = mailed
    assert letter.to == ["ada@acme.example"]
    assert f"https://console.example/acme/batches/{batch.pk}/" in letter.body
    assert "3 of 3" in letter.body
    batch.refresh_from_db()
    assert batch.mailed_at


def test_failed_mail_is_sent_again(submitted, run_worker, mailed, monkeypatch):
    batch = submitted(1)
    User.objects.update(email="ada@acme.example")
    monkeypatch.setattr("tenants.outbound.mail.send", fail)
    run_worker(batch)
    periodic_tasks.send_completion_mails()

    batch.refresh_from_db()
    assert batch.mailed_at is None
    assert batch.mail_at > batch.ended_at


def fail(*_args, **_options):
    raise OSError


def test_former_members_are_not_notified(submitted, run_worker, mailed):
    batch = submitted(1)
    User.objects.update(email="ada@acme.example")
    run_worker(batch)
    batch.starter.membership_set.all().delete()

    periodic_tasks.send_completion_mails()

    assert not mailed


def test_needs_a_role_that_may_change(member, submitted):
    batch = submitted(1)

    assert member(Role.VIEWER).get(f"/acme/batches/{batch.pk}/watch/").status_code == 403
