from datetime import timedelta

from console.batches import storage
from console.models import Batch, Chunk, UploadPart
from tenants.audit.models import AuditEntry
from tenants.jobs.models import Job
from tests.support.batches import line


def test_cancelling_deletes_the_upload(dry_run_batch, press):
    batch = dry_run_batch(3)

    press(batch, "cancel")

    assert batch.state == Batch.State.ABANDONED
    assert not Chunk.objects.exists()
    assert AuditEntry.objects.filter(operation="batch.cancel").exists()


def test_submitted_batch_cannot_be_cancelled(submitted, press):
    batch = submitted(3)

    press(batch, "cancel")

    assert batch.state == Batch.State.SUBMITTING


def test_long_paused_batch_deletes_its_tokens(submitted, worker, acme):
    """Its job waits for somebody who never comes."""
    batch = submitted(3)
    Job.objects.update(state="paused")
    Batch.objects.update(changed_at=batch.changed_at - timedelta(hours=25))

    storage.discard_expired()

    batch.refresh_from_db()
    assert batch.state == Batch.State.SUBMITTING
    assert not Chunk.objects.exclude(sealed="").exists()


def test_unsubmitted_batches_are_deleted(upload, run_worker, settings):
    batch = run_worker(upload(line(1)))
    left = upload(line(1))
    Batch.objects.update(changed_at=batch.changed_at - timedelta(hours=25), job=None)

    storage.discard_expired()

    for each_batch in (batch, left):
        each_batch.refresh_from_db()
        assert each_batch.state == Batch.State.ABANDONED
    assert not UploadPart.objects.exists()
    assert not Chunk.objects.exists()
