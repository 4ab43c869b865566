"""Dry runs of a batch."""

from pytest_django.asserts import assertContains

from console.batches import periodic_tasks
from console.models import Batch, BatchRequest
from tenants.jobs.failure_policy import MAX_TRIES
from tenants.jobs.models import Item
from tests.support.batches import CANARY, line


def test_dry_run_passes_when_every_request_does(tried, shop):
    batch = tried(5)

    dry = BatchRequest.objects.filter(batch=batch, is_dry=True)
    assert [one.count for one in dry] == [2, 2, 1]
    assert not shop.region("us").tokens[17]


def test_rejected_request_fails_the_dry_run(upload, work, press, shop, admin):
    """Somebody has locked the client meanwhile."""
    batch = work(upload(*map(line, range(3))))
    shop.clients[5]["locked"] = True
    press(batch, "dry-run")

    work(batch)

    assert batch.state == Batch.State.UNFIT
    page = admin.get(f"/acme/batches/{batch.pk}/")
    assertContains(page, "A107203")
    assertContains(page, "No tokens were created.")


def test_dry_run_passes_without_a_stored_status(upload, work, press, shop, admin):
    shop.state.batching.dry_unkept = True
    batch = work(upload(line(1)))
    press(batch, "dry-run")

    work(batch)

    assert batch.state == Batch.State.TRIED
    page = admin.get(f"/acme/batches/{batch.pk}/submit/")
    assertContains(page, "Authlete returned no complete count")


def test_dry_run_waits_for_its_status(upload, work, press, shop, slow):
    shop.state.batching.blank = True
    batch = work(upload(line(1)))
    slow()
    press(batch, "dry-run")

    work(batch)

    assert batch.state == Batch.State.TRYING


def test_message_of_authlete_contains_no_token(upload, work, press, shop, admin):
    batch = work(upload(*map(line, range(2))))
    press(batch, "dry-run")
    shop.fault(
        "status",
        operation="token_batch.create",
        status=400,
        code="A144201",
        message=f"In use: {CANARY}-1, '{CANARY}-0' of cust-1",
    )

    work(batch)

    assert batch.state == Batch.State.UNFIT
    page = admin.get(f"/acme/batches/{batch.pk}/").content.decode()
    job = admin.get(f"/acme/jobs/{batch.job}/").content.decode()
    assert "A144201" in page
    assert CANARY not in page + job
    assert "cust-1" not in page + job


def test_failed_job_of_the_dry_run_is_reported(upload, work, press, shop, admin):
    """A region that was down for too long: else it would seem to be under way."""
    batch = work(upload(line(1)))
    press(batch, "dry-run")
    shop.fault("status", operation="token_batch.create", status=503)
    Item.objects.filter(job=batch.job).update(tries=MAX_TRIES)

    work(batch)

    assert batch.state == Batch.State.TRYING
    page = admin.get(f"/acme/batches/{batch.pk}/")
    assertContains(page, "The job ended before the batch was finished")
    assertContains(page, f"/acme/jobs/{batch.job}/")


def test_dry_run_without_a_job_is_reset(upload, work, press):
    batch = work(upload(line(1)))
    batch.transition(
        Batch.State.TRYING,
        job=None,
        changed_at=batch.created_at - 2 * periodic_tasks.JOB_START_GRACE,
    )

    periodic_tasks.resume_stalled()

    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
