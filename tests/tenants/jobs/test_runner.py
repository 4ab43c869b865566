"""Execution of jobs with the real queue."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.authlete.operation import Effect
from tenants.jobs import control, failure_policy, items
from tenants.jobs.completion import count_items_by_state
from tenants.jobs.control import start_job
from tenants.jobs.models import Item, ItemState, Job, JobState, NewItem, RetryLaterError
from tenants.jobs.registry import ItemResult, job_handler
from tenants.models import Credential
from tenants.organizations.roles import Role
from tests.tenants.jobs.lifetimes import LIFETIME, register, updates


def once_at(position, do):
    """Call ``do`` once, when the item at ``position`` starts."""
    done: list[Item] = []

    def meanwhile(item):
        if item.position == position and not done:
            done.append(item)
            do()

    return meanwhile


def again(job, actor, worker):
    """As if the time to wait were over."""
    control.resume_job(job, actor)
    worker()
    job.refresh_from_db()


def test_every_item_runs_once(worker, started, sandbox, services):
    job = started()

    worker()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED
    assert job.ended_at is not None
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}
    assert updates(sandbox) == dict.fromkeys(services, 1)
    assert {sandbox.services[service][LIFETIME] for service in services} == {600}


def test_long_job_runs_in_several_slices(worker, started, monkeypatch):
    monkeypatch.setattr(items, "MAX_ITEMS_PER_THREAD", 3)
    job = started()

    worker()

    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}


def test_waiting_item_is_retried_without_a_failure(worker, actor, acme, sandbox, monkeypatch):
    """It isn't a failure; a set time can be shortened."""
    begun = []

    @job_handler("test.waits", permission=Effect.READ)
    def waits(work, item):
        begun.append(item.tries)
        if len(begun) < 2:
            raise RetryLaterError(3600)
        return ItemResult("It was so at last.")

    job = start_job(actor, acme, "test.waits", "Wait", [NewItem("us")], reason="x")
    worker()
    job.refresh_from_db()
    assert (job.state, job.failures, begun) == (JobState.WAITING, 0, [0])

    control.run_now(job)
    worker()

    job.refresh_from_db()
    assert (job.state, begun) == (JobState.COMPLETED, [0, 0])


def test_item_without_a_change_is_reported_as_unchanged(worker, started, sandbox):
    job = started(lifetime=3600)

    worker()

    assert count_items_by_state(job) == {ItemState.UNCHANGED: 10}
    assert not updates(sandbox)
    assert Item.objects.get(position=1).text == "It was so."


def test_job_without_items_completes(worker, started):
    job = started(numbers=[])

    worker()

    job.refresh_from_db()
    assert job.state == JobState.COMPLETED


def test_calls_of_a_job_are_audited_under_its_starter(worker, started, actor):
    job = started()
    worker()

    entries = AuditEntry.objects.filter(page=str(job.pk), operation="service.update")
    assert entries.count() == 10
    columns = entries.values_list("actor", "role", "reason", "ticket", "address")
    assert set(columns) == {("ed@acme.example", "editor", "Shorter lives", "OPS-7", "192.0.2.1")}
    assert Item.objects.get(position=1).entry in entries.values_list("entry", flat=True)
    local = AuditEntry.objects.filter(object=str(job.pk)).order_by("seq")
    assert {entry.ticket for entry in local} == {"OPS-7"}
    assert list(local.values_list("operation", "actor", "page", "outcome")) == [
        ("job.started", "ed@acme.example", str(job.pk), "done"),
        ("job.ended", "manage.py worker", str(job.pk), "done"),
    ]
    assert local[1].changes == [{"field": "items_done", "before": None, "after": 10}]


def test_rejected_item_does_not_stop_the_others(worker, started, sandbox):
    kind = register("test.deleted", meanwhile=lambda _: sandbox.services.pop(105, None))
    job = started(kind)

    worker()

    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 9, ItemState.REJECTED: 1}
    item = Item.objects.get(state=ItemState.REJECTED)
    assert item.code == "A457101"
    assert "Not allowed by Authlete" in item.text
    assert AuditEntry.objects.get(entry=item.entry).outcome == "refused"


# ------------------------------------------------------------------ waiting


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("status", {"status": 503}),
        ("status", {"status": 429}),
        ("reset", {}),
        ("down", {"region": "us"}),
    ],
)
def test_job_waits_while_a_region_is_down(worker, started, actor, sandbox, services, kind, message):
    down = once_at(4, lambda: sandbox.fault(kind, **message))
    job = started(register("test.down", meanwhile=down))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert job.error.startswith("US: ")
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 3, ItemState.PENDING: 7}

    sandbox.faults.clear()
    again(job, actor, worker)
    assert (job.state, job.error) == (JobState.COMPLETED, "")
    assert not Item.objects.exclude(code="").exists()
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}
    assert updates(sandbox) == dict.fromkeys(services, 1)


def test_job_resumes_when_the_region_is_back(worker, started, sandbox, monkeypatch):
    monkeypatch.setattr(failure_policy, "FIRST_DELAY_SECONDS", 0.01)
    sandbox.fault("status", status=503, times=4)
    job = started()

    while job.state in (JobState.WAITING, JobState.RUNNING):
        worker()
        job.refresh_from_db()

    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}


def test_other_regions_continue_while_one_is_down(acme, worker, actor, sandbox, services):
    for region in ("us", "eu"):
        sandbox.region(region).services[500] = sandbox.services[100] | {"apiKey": 500}
    credential = Credential(organization=acme, region="eu")
    credential.set_token(Credential.objects.get(region="us").token).save()
    sandbox.fault("status", status=503, region="us")
    items = [NewItem(name, 500, payload={LIFETIME: 600}) for name in ("us", "eu", "us")]
    job = start_job(actor, acme, "test.lifetime", "Both", items, reason="Both")

    worker()

    assert count_items_by_state(job) == {ItemState.PENDING: 2, ItemState.SUCCEEDED: 1}
    assert Item.objects.get(state=ItemState.SUCCEEDED).region == "eu"
    job.refresh_from_db()
    assert (job.state, job.error) == (JobState.WAITING, "US: Authlete failed")


def test_item_without_a_response_fails_after_the_last_try(
    worker, started, actor, sandbox, monkeypatch
):
    monkeypatch.setattr(failure_policy, "MAX_TRIES", 3)
    sandbox.fault("status", status=500, path="/api/103/service/update")
    job = started()

    for _ in range(3):
        worker()
        job.refresh_from_db()
        if job.state == JobState.WAITING:
            again(job, actor, worker)

    assert job.state == JobState.COMPLETED
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 9, ItemState.UNKNOWN: 1}


# ----------------------------------------------------------------- stopping


def test_rejected_credential_pauses_the_job(worker, started, actor, sandbox):
    fault = once_at(3, lambda: sandbox.fault("status", status=401))
    job = started(register("test.refused", meanwhile=fault))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.PAUSED
    assert job.error == "US: Authlete rejected the credential"
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 2, ItemState.PENDING: 8}

    sandbox.faults.clear()
    again(job, actor, worker)
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}


@pytest.mark.parametrize(
    ("repeatable", "state", "fates"),
    [
        (True, JobState.WAITING, {ItemState.PENDING: 10}),
        (False, JobState.PAUSED, {ItemState.PENDING: 9, ItemState.UNKNOWN: 1}),
    ],
)
def test_unknown_outcome_pauses_an_unrepeatable_job(
    worker, started, sandbox, repeatable, state, fates
):
    sandbox.fault("reset", operation="service.update", after=True)
    job = started(register("test.lost", repeatable=repeatable))

    worker()

    job.refresh_from_db()
    assert (job.state, count_items_by_state(job)) == (state, fates)


def test_exception_in_the_handler_pauses_the_job(worker, started, caplog):
    def broken():
        raise ZeroDivisionError

    job = started(register("test.broken", meanwhile=once_at(2, broken)))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.PAUSED
    assert "Service 101" in job.error
    assert count_items_by_state(job) == {
        ItemState.SUCCEEDED: 1,
        ItemState.NOT_SENT: 1,
        ItemState.PENDING: 8,
    }
    assert "ZeroDivisionError" in caplog.text


def test_pausing_lets_the_running_item_finish(worker, started, actor, sandbox):
    stop = once_at(3, lambda: control.pause_job(Job.objects.get(), actor))
    job = started(register("test.paused", meanwhile=stop))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.PAUSED
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 3, ItemState.PENDING: 7}
    again(job, actor, worker)
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}
    assert set(updates(sandbox).values()) == {1}


def test_cancelling_skips_items_not_started(worker, started, actor):
    stop = once_at(3, lambda: control.cancel_job(Job.objects.get(), actor))
    job = started(register("test.cancel", meanwhile=stop))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 3, ItemState.SKIPPED: 7}


def test_postponed_items_of_a_cancelled_job_are_skipped(worker, started, actor):
    @job_handler("test.late", permission=Effect.CHANGE)
    def run(work, item):
        control.cancel_job(work.job, actor)
        raise RetryLaterError(5)

    job = started("test.late")

    worker()

    assert count_items_by_state(job) == {ItemState.SKIPPED: 10}


def test_interrupted_item_of_a_cancelled_job_is_unknown(worker, started, actor):
    def die():
        control.cancel_job(Job.objects.get(), actor)
        raise KeyboardInterrupt

    job = started(register("test.killed", meanwhile=once_at(3, die)))
    worker()
    assert count_items_by_state(job)[ItemState.RUNNING] == 1

    worker()  # the lease still holds
    assert count_items_by_state(job)[ItemState.RUNNING] == 1
    Job.objects.update(lease_until=timezone.now() - timedelta(hours=1))
    worker()

    assert count_items_by_state(job) == {
        ItemState.SUCCEEDED: 2,
        ItemState.UNKNOWN: 1,
        ItemState.SKIPPED: 7,
    }


@pytest.mark.parametrize("lost", ["role", "membership", "account"])
def test_job_stops_when_its_starter_loses_permission(worker, started, editor, monkeypatch, lost):
    def take():
        if lost == "role":
            type(editor).objects.filter(pk=editor.pk).update(role=Role.VIEWER)
        elif lost == "membership":
            editor.delete()
        else:
            type(editor.user).objects.update(is_active=False)

    job = started(register("test.taken", meanwhile=once_at(2, take)))

    worker()

    job.refresh_from_db()
    assert job.state == JobState.NOT_ALLOWED
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 2, ItemState.SKIPPED: 8}


def test_job_of_a_removed_kind_pauses(worker, started):
    job = started()
    Job.objects.update(kind="of.the.past")

    worker()

    job.refresh_from_db()
    assert job.state == JobState.PAUSED
    assert "doesn't support this kind of job" in job.error


def test_items_added_by_an_item_are_added_once(started, worker, sandbox, services):
    """An item that lists what is to be done may be begun again."""

    @job_handler("test.more", permission=Effect.CHANGE)
    def run(work, item):
        if item.service_id == 100:
            work.add_items(NewItem("us", number) for number in (100, 101, 102))
            assert not work.add_items([NewItem("us", 102)])
        return ItemResult()

    job = started("test.more", numbers=[100, 101])
    worker()

    job.refresh_from_db()
    rows = Item.objects.filter(job=job).values_list("position", "service_id", "state")
    assert list(rows) == [(1, 100, "done"), (2, 101, "done"), (3, 102, "done")]
    assert job.state == JobState.COMPLETED


def test_cancelled_job_takes_no_new_items(started, worker, actor):
    @job_handler("test.more", permission=Effect.CHANGE)
    def run(work, item):
        control.cancel_job(work.job, actor)
        work.add_items([NewItem("us", 109)])
        return ItemResult()

    job = started("test.more", numbers=[100, 101])
    worker()

    states = Item.objects.filter(job=job).values_list("service_id", "state")
    assert list(states) == [(100, "done"), (101, "skipped")]
