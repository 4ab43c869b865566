"""From a file to its tokens."""

from datetime import timedelta
from uuid import uuid4

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


def test_makes_the_tokens_that_the_file_names(submitted, work, shop):
    batch = work(submitted(5))

    assert batch.state == Batch.State.SUCCEEDED
    assert fates(batch) == ["succeeded"] * 3
    made = shop.region("us").tokens[17]
    assert [one.subject for one in made] == [f"cust-{n}" for n in range(5)]
    assert made[0].access_token == f"{CANARY}-0"
    calls = [one.query for one in shop.calls if one.operation == "token_batch.create"]
    assert calls == [{"dryRun": "true"}] * 3 + [{}] * 3
    entry = AuditEntry.objects.filter(operation="token_batch.create").latest("seq")
    assert (entry.reason, entry.ticket) == (WHY["reason"], WHY["ticket"])
    assert entry.page == str(batch.job)


def test_quotes_what_the_dry_run_said(tried, admin):
    batch = tried(3)

    page = admin.get(f"/acme/batches/{batch.pk}/submit/")

    assertContains(page, "2 of 2 succeeded")
    assertContains(page, "3 of 3")
    assertContains(page, batch.fingerprint[:4])


def test_takes_no_other_file_than_the_one_that_was_tried(tried, admin, upload, work):
    batch = tried(3)
    path = f"/acme/batches/{batch.pk}/submit/"
    body = fill_form(admin.get(path), "reason", **WHY)
    upload(line(9), to=f"/acme/batches/{batch.pk}/replace/")
    work(batch)

    response = admin.post(path, body, content_type=URLENCODED)

    assert response.status_code in (302, 422)
    batch.refresh_from_db()
    assert batch.state == Batch.State.CHECKED
    assert not BatchRequest.objects.filter(batch=batch, is_dry=False).exists()


def test_is_done_once_however_often_it_is_sent(tried, admin):
    batch = tried(3)
    path = f"/acme/batches/{batch.pk}/submit/"
    body = fill_form(admin.get(path), "reason", **WHY)

    for _ in range(2):
        assert admin.post(path, body, content_type=URLENCODED).status_code == 302

    assert Job.objects.filter(kind="token_batch.submit").count() == 1


def test_nothing_of_the_file_is_left_once_it_is_sent(submitted, work):
    batch = work(submitted(3))

    assert not UploadPart.objects.exists()
    assert not Chunk.objects.filter(batch=batch).exclude(sealed="").exists()


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_reply_is_unknown_and_never_sent_again(submitted, work, shop, admin, press, after):
    batch = submitted(5)
    shop.fault("reset", operation="token_batch.create", after=after, times=1)

    work(batch)
    work(batch)

    assert batch.state == Batch.State.UNKNOWN
    assert fates(batch) == ["unknown", "waiting", "waiting"]
    sent = [one for one in shop.calls if one.operation == "token_batch.create"]
    assert len(sent) == 4  # three of them dry
    assert not Chunk.objects.get(batch=batch, position=1).sealed
    assertContains(admin.get(f"/acme/batches/{batch.pk}/"), "1 request with unknown outcome")


def test_a_worker_that_was_killed_in_the_middle_leaves_it_unknown(submitted, work, shop):
    """The call was opened, and nobody knows what came of it."""
    batch = submitted(3)
    gone = uuid4()
    Job.objects.filter(pk=batch.job).update(state="running", lease=None)
    first = Item.objects.filter(job=batch.job, position=1)
    first.update(state="running", lease=gone, entry=gone)

    work(batch)
    periodic_tasks.resume_stalled()

    batch.refresh_from_db()
    assert batch.state == Batch.State.UNKNOWN
    assert fates(batch) == ["unknown", "waiting"]
    assert not shop.region("us").tokens[17]
    assert not Chunk.objects.get(batch=batch, position=1).sealed


@pytest.mark.parametrize(
    ("entry", "held", "fate"),
    [("e", True, "waiting"), ("e", False, "unknown"), ("", False, "refused")],
)
def test_a_job_that_is_cancelled_lets_the_call_of_a_part_end(submitted, entry, held, fate):
    batch = submitted(3)
    until = timezone.now() + timedelta(seconds=30 if held else -30)
    Job.objects.filter(pk=batch.job).update(state="cancelled", lease_until=until)
    items = Item.objects.filter(job=batch.job)
    items.update(state="skipped")
    items.filter(position=1).update(state="running", entry=entry)

    periodic_tasks.resume_stalled()

    assert fates(batch) == [fate, "refused"]


def test_a_region_that_is_down_is_waited_for(submitted, work, shop):
    batch = submitted(3)
    shop.fault("down", times=1, operation="token_batch.create")

    work(batch)
    Item.objects.update(retry_at=None)
    Job.objects.update(due_at=batch.created_at)
    run_now(Job.objects.get(pk=batch.job))
    work(batch)

    assert batch.state == Batch.State.SUCCEEDED
    assert len(shop.region("us").tokens[17]) == 3
