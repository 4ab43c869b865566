"""Parallel items of one job."""

from threading import Barrier

import pytest
from django.db import connection

from tenants.concurrency.write_queue import serialize_writes
from tenants.jobs import control
from tenants.jobs.completion import count_items_by_state
from tenants.jobs.models import Item, ItemState, Job, JobState
from tests.tenants.jobs.lifetimes import register, updates

pytestmark = pytest.mark.django_db(transaction=True)


def three(do=lambda: None):
    """The first three items wait for one another, and for the second to do this."""
    together = Barrier(3, timeout=60)

    def meanwhile(item):
        if item.starts == 1 and item.position <= 3:
            together.wait()
            if item.position == 2:
                do()
            together.wait()

    return meanwhile


def test_items_run_in_parallel_up_to_the_limit_of_the_kind(worker, started, sandbox, services):
    job = started(register("test.three", meanwhile=three(), concurrency=3))

    worker()

    job.refresh_from_db()
    assert (job.state, count_items_by_state(job)) == (JobState.COMPLETED, {ItemState.SUCCEEDED: 10})
    assert updates(sandbox) == dict.fromkeys(services, 1)


def test_threads_of_a_job_serialize_their_writes(worker, started):
    writers = []

    def meanwhile(_item):
        writers.append(serialize_writes in connection.execute_wrappers)

    started(register("test.turns", meanwhile=meanwhile, concurrency=3))

    worker()

    assert writers == [True] * 10


def test_pausing_lets_running_items_finish(worker, started, actor):
    stop = three(lambda: control.pause_job(Job.objects.get(), actor))
    job = started(register("test.paused", meanwhile=stop, concurrency=3))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.PAUSED
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 3, ItemState.PENDING: 7}


def test_parallel_failures_count_as_one_for_the_retry_delay(worker, started, sandbox):
    sandbox.fault("status", status=503)
    job = started(register("test.down", meanwhile=three(), concurrency=3))

    worker()

    job.refresh_from_db()
    assert (job.state, job.failures) == (JobState.WAITING, 1)
    assert count_items_by_state(job) == {ItemState.PENDING: 10}
    assert Item.objects.filter(starts=1).count() == 3


def test_no_item_starts_after_the_credential_is_rejected(worker, started, sandbox):
    fault = three(lambda: sandbox.fault("status", status=401))
    job = started(register("test.refused", meanwhile=fault, concurrency=3))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.PAUSED
    assert job.error == "US: Authlete rejected the credential"
    assert count_items_by_state(job) == {ItemState.PENDING: 10}
    assert Item.objects.filter(starts=1).count() == 3
