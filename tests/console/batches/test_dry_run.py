"""Dry runs of a batch."""

from pytest_django.asserts import assertContains

from console.batches import periodic_tasks
from console.models import Batch, BatchRequest
from tenants.jobs.failure_policy import MAX_TRIES
from tenants.jobs.models import Item
from tests.support.batches import CANARY, line


def test_dry_run_passes_when_every_request_does(dry_run_batch, token_service):
    batch = dry_run_batch(5)

    dry = BatchRequest.objects.filter(batch=batch, is_dry=True)
    assert [run.count for run in dry] == [2, 2, 1]
    assert not token_service.region("us").tokens[17]


def test_rejected_request_fails_the_dry_run(upload, run_worker, press, token_service, admin):
    """Another user locked the client meanwhile."""
    batch = run_worker(upload(*map(line, range(3))))
    token_service.clients[5]["locked"] = True
    press(batch, "dry-run")

    run_worker(batch)

    assert batch.state == Batch.State.UNFIT
    page = admin.get(f"/acme/batches/{batch.pk}/")
    assertContains(page, "A107203")
    assertContains(page, "No tokens were created.")


def test_dry_run_passes_without_a_stored_status(upload, run_worker, press, token_service, admin):
    token_service.state.batching.dry_unkept = True
    batch = run_worker(upload(line(1)))
    press(batch, "dry-run")

    run_worker(batch)

    assert batch.state == Batch.State.TRIED
    page = admin.get(f"/acme/batches/{batch.pk}/submit/")
    assertContains(page, "Authlete returned no complete count")


def test_dry_run_waits_for_its_status(upload, run_worker, press, token_service, slow):
    token_service.state.batching.blank = True
    batch = run_worker(upload(line(1)))
    slow()
    press(batch, "dry-run")

    run_worker(batch)

    assert batch.state == Batch.State.TRYING


def test_message_of_authlete_contains_no_token(upload, run_worker, press, token_service, admin):
    batch = run_worker(upload(*map(line, range(2))))
    press(batch, "dry-run")
    token_service.fault(
        "status",
        operation="token_batch.create",
        status=400,
        code="A144201",
        message=f"In use: {CANARY}-1, '{CANARY}-0' of cust-1",
    )

    run_worker(batch)

    assert batch.state == Batch.State.UNFIT
    page = admin.get(f"/acme/batches/{batch.pk}/").content.decode()
    job = admin.get(f"/acme/jobs/{batch.job}/").content.decode()
    assert "A144201" in page
    assert CANARY not in page + job
    assert "cust-1" not in page + job


def test_failed_job_of_the_dry_run_is_reported(upload, run_worker, press, token_service, admin):
    """A region that was down for too long: else it would seem to be under way."""
    batch = run_worker(upload(line(1)))
    press(batch, "dry-run")
    token_service.fault("status", operation="token_batch.create", status=503)
    Item.objects.filter(job=batch.job).update(tries=MAX_TRIES)

    run_worker(batch)

    assert batch.state == Batch.State.TRYING
    page = admin.get(f"/acme/batches/{batch.pk}/")
    assertContains(page, "The job ended before the batch was finished")
    assertContains(page, f"/acme/jobs/{batch.job}/")


def test_dry_run_without_a_job_is_reset(upload, run_worker, press):
    batch = run_worker(upload(line(1)))
    batch.transition(
        Batch.State.TRYING,
        job=None,
        changed_at=batch.created_at - 2 * periodic_tasks.JOB_START_GRACE,
    )

    periodic_tasks.resume_stalled()

    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
