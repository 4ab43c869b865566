"""Recovery of jobs whose worker died."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenants.jobs import control, leases, queue
from tenants.jobs.completion import count_items_by_state
from tenants.jobs.models import Item, ItemState, Job, JobState, Worker
from tests.support.jobs import leave_running
from tests.tenants.jobs.lifetimes import register, updates

READY, RUNNING = TaskResultStatus.READY, TaskResultStatus.RUNNING


def killed(job, *, after_call=False):
    """As a worker leaves it that was killed at the first item; its lease is over."""
    DBTaskResult.objects.get(pk=job.task).claim("gone")
    leave_running(job, after_call=after_call)


@pytest.mark.parametrize("after_call", [False, True])
def test_job_of_a_dead_worker_is_resumed(worker, started, sandbox, after_call):
    job = started()
    killed(job, after_call=after_call)

    assert queue.requeue_abandoned_jobs() == 1
    worker()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}
    assert Item.objects.get(position=1).starts == 2
    orphan = DBTaskResult.objects.get(worker_ids=["gone"])
    assert orphan.status == TaskResultStatus.FAILED


@pytest.mark.parametrize(
    ("after_call", "fates"),
    [
        (False, {ItemState.SUCCEEDED: 10}),  # nothing had been sent
        (True, {ItemState.UNKNOWN: 1, ItemState.PENDING: 9}),
    ],
)
def test_unrepeatable_items_are_not_repeated_after_a_kill(worker, started, after_call, fates):
    job = started(register("test.once", repeatable=False))
    killed(job, after_call=after_call)

    queue.requeue_abandoned_jobs()
    worker()

    assert count_items_by_state(job) == fates


def test_lease_excludes_other_workers_until_it_expires(started):
    job = started()
    mine = leases.acquire(job.pk)
    assert mine
    assert leases.acquire(job.pk) is None

    Job.objects.update(lease_until=Now() - timedelta(seconds=1))

    assert leases.acquire(job.pk) not in (None, mine)
    assert not leases.renew(job.pk, mine)
    assert not leases.release(job.pk, mine)


def test_lease_is_written_after_a_tenth_of_its_time(started):
    job = started()
    lease = leases.acquire(job.pk)
    assert lease
    job.refresh_from_db()

    assert leases.renew(job.pk, lease)
    assert Job.objects.get().lease_until == job.lease_until

    Job.objects.update(lease_until=Now() + 0.8 * leases.lease_duration())
    assert leases.renew(job.pk, lease)
    assert (Job.objects.get().lease_until or job.due_at) >= job.lease_until
    assert not leases.renew(job.pk, lease, JobState.PAUSED)


def test_running_job_is_not_requeued(started):
    job = started()
    assert queue.requeue_abandoned_jobs() == 0  # its row waits

    DBTaskResult.objects.get(pk=job.task).claim("alive")
    assert queue.requeue_abandoned_jobs() == 0  # between the row and the lease

    leases.acquire(job.pk)
    assert queue.requeue_abandoned_jobs() == 0
    assert DBTaskResult.objects.get().status == RUNNING


def test_job_without_queue_row_is_queued_again(worker, started):
    job = started()
    DBTaskResult.objects.all().delete()

    worker()

    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}


def test_paused_or_future_job_is_not_requeued(started):
    started()
    DBTaskResult.objects.all().delete()
    Job.objects.update(state=JobState.PAUSED)
    assert queue.requeue_abandoned_jobs() == 0

    Job.objects.update(state=JobState.WAITING, due_at=Now() + timedelta(minutes=1))
    assert queue.requeue_abandoned_jobs() == 0


def test_duplicate_queue_rows_run_items_once(worker, started, sandbox, services):
    job = started()
    for _ in range(3):
        queue.enqueue(job)

    worker()

    assert updates(sandbox) == dict.fromkeys(services, 1)


def test_worker_without_the_lease_sends_nothing(worker, started, sandbox):
    def taken(item):
        if item.position == 3:
            Job.objects.update(lease="00000000-0000-4000-8000-000000000000")

    job = started(register("test.lost", meanwhile=taken))

    worker()

    assert sum(updates(sandbox).values()) == 2
    assert count_items_by_state(job) == {
        ItemState.SUCCEEDED: 2,
        ItemState.RUNNING: 1,
        ItemState.PENDING: 7,
    }


def test_resuming_during_the_last_item_is_not_lost(worker, started, actor):
    def there_and_back(item):
        if item.position == 2 and item.starts == 1:
            control.pause_job(item.job, actor)
            control.resume_job(item.job, actor)
            DBTaskResult.objects.filter(status=READY).delete()  # taken in vain

    job = started(register("test.back", meanwhile=there_and_back))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}


def test_heartbeats_show_live_workers_and_expire(worker):
    assert not queue.has_live_worker()

    worker()

    assert queue.has_live_worker()
    Worker.objects.create(name="old", seen_at=timezone.now() - timedelta(days=2))
    queue.record_heartbeat("new")
    assert not Worker.objects.filter(name="old").exists()


def test_finished_queue_rows_are_pruned(worker, started):
    started()
    worker()
    old = timezone.now() - timedelta(days=2)
    DBTaskResult.objects.update(finished_at=old)

    queue.prune_task_results()

    assert not DBTaskResult.objects.exists()
    assert Job.objects.exists()
