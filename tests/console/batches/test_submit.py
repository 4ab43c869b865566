"""Submission of a batch."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.batches import periodic_tasks
from console.models import Batch, BatchRequest, Chunk, UploadPart
from tenants.audit.models import AuditEntry
from tenants.jobs.control import run_now
from tenants.jobs.models import Item, Job
from tests.support.batches import CANARY, WHY, fates, line
from tests.support.forms import URLENCODED, fill_form
from tests.support.jobs import leave_running


def test_tokens_of_the_file_are_created(submitted, run_worker, token_service):
    batch = run_worker(submitted(5))

    assert batch.state == Batch.State.SUCCEEDED
    assert fates(batch) == ["succeeded"] * 3
    tokens = token_service.region("us").tokens[17]
    assert [token.subject for token in tokens] == [f"cust-{n}" for n in range(5)]
    assert tokens[0].access_token == f"{CANARY}-0"
    calls = [call.query for call in token_service.calls if call.operation == "token_batch.create"]
    assert calls == [{"dryRun": "true"}] * 3 + [{}] * 3
    entry = AuditEntry.objects.filter(operation="token_batch.create").latest("seq")
    assert (entry.reason, entry.ticket) == (WHY["reason"], WHY["ticket"])
    assert entry.page == str(batch.job)


def test_dry_run_results_are_shown(dry_run_batch, admin):
    batch = dry_run_batch(3)

    page = admin.get(f"/acme/batches/{batch.pk}/submit/")

    assertContains(page, "2 of 2 succeeded")
    assertContains(page, "3 of 3")
    assertContains(page, batch.fingerprint[:4])


def test_file_replaced_since_the_dry_run_is_not_submitted(dry_run_batch, admin, upload, run_worker):
    batch = dry_run_batch(3)
    path = f"/acme/batches/{batch.pk}/submit/"
    body = fill_form(admin.get(path), "reason", **WHY)
    upload(line(9), to=f"/acme/batches/{batch.pk}/replace/")
    run_worker(batch)

    response = admin.post(path, body, content_type=URLENCODED)

    assert response.status_code in (302, 422)
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
    assert not BatchRequest.objects.filter(batch=batch, is_dry=False).exists()


def test_repeated_submit_creates_tokens_once(dry_run_batch, admin):
    batch = dry_run_batch(3)
    path = f"/acme/batches/{batch.pk}/submit/"
    body = fill_form(admin.get(path), "reason", **WHY)

    for _ in range(2):
        assert admin.post(path, body, content_type=URLENCODED).status_code == 302

    assert Job.objects.filter(kind="token_batch.submit").count() == 1


def test_file_is_deleted_after_submission(submitted, run_worker):
    batch = run_worker(submitted(3))

    assert not UploadPart.objects.exists()
    assert not Chunk.objects.filter(batch=batch).exclude(sealed="").exists()


@pytest.mark.parametrize("after", [True, False])
def test_lost_response_is_unknown_and_never_resent(
    submitted, run_worker, token_service, admin, press, after
):
    batch = submitted(5)
    token_service.fault("reset", operation="token_batch.create", after=after, times=1)

    run_worker(batch)
    run_worker(batch)

    assert batch.state == Batch.State.UNKNOWN
    assert fates(batch) == ["unknown", "waiting", "waiting"]
    sent = [call for call in token_service.calls if call.operation == "token_batch.create"]
    assert len(sent) == 4  # three of them dry
    assert not Chunk.objects.get(batch=batch, position=1).sealed
    assertContains(admin.get(f"/acme/batches/{batch.pk}/"), "1 request with unknown outcome")


def test_killed_worker_leaves_the_request_unknown(submitted, run_worker, token_service):
    """A call without a recorded outcome."""
    batch = submitted(3)
    leave_running(Job.objects.get(pk=batch.job), after_call=True)

    run_worker(batch)
    periodic_tasks.resume_stalled()

    batch.refresh_from_db()
    assert batch.state == Batch.State.UNKNOWN
    assert fates(batch) == ["unknown", "waiting"]
    assert not token_service.region("us").tokens[17]
    assert not Chunk.objects.get(batch=batch, position=1).sealed


@pytest.mark.parametrize(
    ("after_call", "held", "fate"),
    [(True, True, "waiting"), (True, False, "unknown"), (False, False, "refused")],
)
def test_cancelled_job_lets_the_running_request_finish(submitted, after_call, held, fate):
    batch = submitted(3)
    leave_running(Job.objects.get(pk=batch.job), after_call=after_call)
    until = timezone.now() + timedelta(seconds=30 if held else -30)
    Job.objects.filter(pk=batch.job).update(state="cancelled", lease_until=until)
    items = Item.objects.filter(job=batch.job)
    items.exclude(position=1).update(state="skipped")

    periodic_tasks.resume_stalled()

    assert fates(batch) == [fate, "refused"]


def test_submission_waits_for_an_unavailable_region(submitted, run_worker, token_service):
    batch = submitted(3)
    token_service.fault("down", times=1, operation="token_batch.create")

    run_worker(batch)
    Item.objects.update(retry_at=None)
    Job.objects.update(due_at=batch.created_at)
    run_now(Job.objects.get(pk=batch.job))
    run_worker(batch)

    assert batch.state == Batch.State.SUCCEEDED
    assert len(token_service.region("us").tokens[17]) == 3
