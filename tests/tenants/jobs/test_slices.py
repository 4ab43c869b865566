"""What a worker makes of a job, with the real queue."""

from collections import Counter

from tenants.jobs import slices
from tenants.jobs.endings import counts
from tenants.jobs.models import Fate, State
from tests.tenants.jobs.conftest import LIFETIME


def updates(sandbox):
    """How often each service was written to."""
    return Counter(
        int(call.path.split("/")[2])
        for call in sandbox.calls
        if call.path.endswith("/service/update")
    )


def test_does_every_item_once(worker, started, lifetime, sandbox, services):
    job = started(lifetime())

    worker()

    job.refresh_from_db()
    assert job.state == State.DONE
    assert job.ended_at is not None
    assert counts(job) == {Fate.DONE: 10}
    assert updates(sandbox) == dict.fromkeys(services, 1)
    assert {sandbox.services[one][LIFETIME] for one in services} == {600}


def test_goes_on_in_as_many_slices_as_it_needs(worker, started, lifetime, monkeypatch):
    monkeypatch.setattr(slices, "ITEMS", 3)
    job = started(lifetime())

    worker()

    assert counts(job) == {Fate.DONE: 10}
