"""Threat: database rows make a worker act for somebody else."""

from contextlib import suppress
from datetime import timedelta
from importlib import import_module
from uuid import uuid4

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models.functions import Now
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from tenants.audit.models import AuditEntry
from tenants.crypto import vault
from tenants.jobs import control, items
from tenants.jobs.completion import count_items_by_state
from tenants.jobs.models import Item, ItemState, Job, JobState, JobStateError, NewItem
from tenants.jobs.queue import enqueue, requeue_abandoned_jobs
from tenants.models import Membership
from tenants.organizations.roles import Role
from tests.support.jobs import leave_running
from tests.tenants.jobs.lifetimes import LIFETIME, register, updates


@pytest.fixture
def admin(acme, django_user_model):
    user = django_user_model.objects.create_user("ada@acme.example")
    return Membership.objects.create(organization=acme, user=user, role=Role.ADMIN)


def assert_rejected(job, sandbox):
    job.refresh_from_db()
    assert job.state == JobState.NOT_ALLOWED
    assert "changed outside of Meridian" in job.error
    assert not updates(sandbox)
    entry = AuditEntry.objects.get(operation="job.rejected")
    assert entry.object == str(job.pk)


@pytest.mark.parametrize("column", ["starter", "actor", "reason", "ticket", "page", "address"])
def test_job_with_a_forged_column_is_rejected(worker, started, sandbox, admin, column):
    job = started()
    value = admin.user if column == "starter" else "forged"
    Job.objects.update(**{column: value})

    worker()

    assert_rejected(job, sandbox)


def test_job_with_a_changed_kind_is_rejected(worker, started, sandbox):
    job = started(numbers=[100])
    Job.objects.update(kind=register("test.other"))

    worker()

    assert_rejected(job, sandbox)


def test_inserted_job_is_rejected(worker, started, sandbox, admin, acme):
    real = started(numbers=[])
    worker()
    forged = Job.objects.create(
        organization=acme, kind=real.kind, starter=admin.user, actor="ada", mac=real.mac
    )
    Item.objects.create(job=forged, position=1, region="us", service_id=100)
    enqueue(forged)

    worker()

    assert_rejected(forged, sandbox)


@pytest.mark.parametrize("seen_before", [False, True], ids=["changed", "restored"])
def test_finished_job_is_not_run_again(worker, started, sandbox, seen_before):
    job = started(numbers=[100, 101], lifetime=60)
    before = list(Item.objects.values()), Job.objects.values().get()
    worker()
    assert set(updates(sandbox)) == {100, 101}
    sandbox.calls.clear()
    for service in (100, 101):
        sandbox.services[service][LIFETIME] = 3600
    if seen_before:  # whoever reads the rows in time can write them back with their MACs
        rows, row = before
        Job.objects.filter(pk=job.pk).update(**row)
        for item in rows:
            Item.objects.filter(pk=item["id"]).update(**item)
    else:
        Job.objects.update(state=JobState.WAITING)
        Item.objects.update(state=ItemState.PENDING)
    enqueue(job)

    worker()

    assert_rejected(job, sandbox)


def test_finished_item_is_not_run_again(worker, started, actor, sandbox):
    def stop(item):
        if item.position == 2:
            control.pause_job(job, actor)

    job = started(register("test.paused", meanwhile=stop), numbers=[100, 101, 102])
    worker()
    Item.objects.filter(position=1, state=ItemState.SUCCEEDED).update(state=ItemState.PENDING)
    sandbox.services[100][LIFETIME] = 3600
    sandbox.calls.clear()
    job.refresh_from_db()
    control.resume_job(job, actor)

    worker()

    assert_rejected(job, sandbox)


def test_older_row_of_a_finished_item_is_not_run_again(worker, started, actor, sandbox):
    """The row was copied before, and is written back with its MAC while the job is paused."""

    def stop(item):
        if item.position == 2:
            control.pause_job(job, actor)

    job = started(register("test.paused", meanwhile=stop), numbers=[100, 101, 102])
    before = Item.objects.filter(position=1).values().get()
    worker()
    assert set(updates(sandbox)) == {100, 101}
    Item.objects.filter(position=1).update(**before)
    sandbox.services[100][LIFETIME] = 3600
    sandbox.calls.clear()
    job.refresh_from_db()
    control.resume_job(job, actor)

    worker()

    assert_rejected(job, sandbox)


def test_older_row_of_a_running_item_is_not_run_again(worker, started, actor, sandbox, monkeypatch):
    """The row was copied while the item ran, and is written back after it succeeded."""
    rows = []

    def copy(item):
        if item.position == 1:
            rows.append(Item.objects.filter(pk=item.pk).values().get())
        if item.position == 3:
            control.pause_job(job, actor)

    monkeypatch.setattr(items, "MAX_ITEMS_PER_THREAD", 2)  # two slices
    job = started(register("test.copied", meanwhile=copy), numbers=[100, 101, 102, 103])
    worker()
    assert set(updates(sandbox)) == {100, 101, 102}
    Item.objects.filter(position=1).update(**rows[0])
    sandbox.services[100][LIFETIME] = 3600
    sandbox.calls.clear()
    job.refresh_from_db()
    control.resume_job(job, actor)

    worker()

    assert_rejected(job, sandbox)


@pytest.mark.parametrize("repeatable", [True, False])
def test_running_item_set_back_to_pending_is_not_repeated(worker, started, sandbox, repeatable):
    job = started(register("test.back", repeatable=repeatable), numbers=[100, 101])
    item = leave_running(job, after_call=True)
    Item.objects.filter(pk=item.pk).update(state=ItemState.PENDING, entry="")
    requeue_abandoned_jobs()

    worker()

    assert_rejected(job, sandbox)


def test_cleared_entry_of_a_killed_item_repeats_no_call(worker, started, sandbox):
    job = started(register("test.cleared", repeatable=False), numbers=[100])
    leave_running(job, after_call=True)
    Item.objects.update(entry="")
    requeue_abandoned_jobs()

    worker()

    assert Item.objects.get().state == ItemState.UNKNOWN
    assert not updates(sandbox)


def test_restored_row_of_an_unrepeatable_item_repeats_no_call(worker, started, actor, sandbox):
    job = started(register("test.twice", repeatable=False), numbers=[100, 101])
    sandbox.fault("status", status=401)
    worker()
    assert Item.objects.get(position=1).starts == 1
    copied = Item.objects.filter(position=1).values().get()
    sandbox.faults.clear()
    sandbox.fault("reset", operation="service.update", after=True, times=1)
    job.refresh_from_db()
    control.resume_job(job, actor)
    worker()
    assert Item.objects.get(position=1).state == ItemState.UNKNOWN
    sandbox.calls.clear()
    Item.objects.filter(position=1).update(**copied)
    job.refresh_from_db()
    control.resume_job(job, actor)

    worker()

    assert_rejected(job, sandbox)


@pytest.mark.parametrize("run_at", [None, Now()], ids=["at once", "earlier"])
def test_scheduled_job_is_not_run_earlier(worker, started, sandbox, run_at):
    job = started(run_at=timezone.now() + timedelta(hours=1))
    DBTaskResult.objects.update(run_after=Now())
    Job.objects.update(due_at=Now())
    worker()
    assert not updates(sandbox)
    Job.objects.update(run_at=run_at)
    job.refresh_from_db()
    enqueue(job)

    worker()

    assert_rejected(job, sandbox)


def test_paused_job_is_not_run(worker, started, actor, sandbox):
    job = started()
    control.pause_job(job, actor)
    Job.objects.update(state=JobState.WAITING)
    enqueue(job)

    worker()

    assert_rejected(job, sandbox)


def test_retry_runs_no_forged_row(worker, started, actor, admin, sandbox):
    item_changed, job_changed = started(numbers=[100]), started(numbers=[101])
    Item.objects.filter(job=item_changed).update(service_id=109)
    Job.objects.filter(pk=job_changed.pk).update(starter=admin.user)
    worker()

    for job in (item_changed, job_changed):
        job.refresh_from_db()
        with suppress(JobStateError):  # no item can be retried
            control.retry_failed_items(job, actor)
    worker()

    assert not updates(sandbox)


@pytest.mark.parametrize(
    "forged",
    [
        {"inputs": f'{{"{LIFETIME}": 1}}'},
        {"service_id": 109},
        {"region": "eu"},
        {"client_id": 44},
        {"label": "Harmless"},
        {"mac": ""},
    ],
)
def test_forged_item_is_rejected_and_ends_the_job(worker, started, sandbox, forged):
    job = started(numbers=[100, 101])
    Item.objects.filter(position=1).update(**forged)

    worker()

    assert_rejected(job, sandbox)
    assert count_items_by_state(job) == {ItemState.REJECTED: 1, ItemState.SKIPPED: 1}


def test_sealed_inputs_cannot_be_replaced_by_open_ones(worker, acme, actor, services, sandbox):
    item = NewItem("us", 100, payload={LIFETIME: 600}, sealed=True)
    job = control.start_job(actor, acme, "test.lifetime", "Sealed", [item], reason="Test")
    Item.objects.update(sealed=False, inputs=f'{{"{LIFETIME}": 1}}')

    worker()

    assert_rejected(job, sandbox)


def test_item_of_another_job_is_rejected(worker, started, sandbox):
    other = started(numbers=[101])
    worker()
    sandbox.calls.clear()
    third = started(numbers=[102])
    copied = Item.objects.get(job=other)
    copied.pk, copied.job, copied.position, copied.state = None, third, 2, ItemState.PENDING
    Item.objects.filter(job=third).delete()
    copied.save(force_insert=True)

    worker()

    assert_rejected(third, sandbox)


def test_waiting_job_runs_after_key_rotation(worker, started, settings, sandbox):
    job = started()
    old = settings.VAULT_KEYS
    settings.VAULT_KEYS = "v2:" + "C" * 43 + "=," + old
    call_command("vault_rotate")
    settings.VAULT_KEYS = "v2:" + "C" * 43 + "="

    mac = Job.objects.get(pk=job.pk).mac

    assert ".v2." in mac
    assert Job.objects.get(pk=job.pk).is_authentic
    assert all(item.is_authentic for item in Item.objects.filter(job=job))


def test_forged_job_does_not_stop_key_rotation(started, settings):
    job = started()
    Job.objects.update(actor="forged")
    settings.VAULT_KEYS = "v2:" + "C" * 43 + "=," + settings.VAULT_KEYS

    call_command("vault_rotate")

    assert not Job.objects.get(pk=job.pk).is_authentic


def upgraded_rows(jobs):
    """Authenticate rows as releases before 0004 did, forge one, and upgrade."""
    upgrade = import_module("tenants.jobs.migrations.0004_mac_of_state")
    for job in jobs:
        item = job.items.get()
        job.items.update(mac=vault.authenticate(upgrade._old_item_content(item)))
        Job.objects.filter(pk=job.pk).update(mac=vault.authenticate(upgrade._old_job_content(job)))
    Item.objects.filter(job=jobs[1]).update(label="forged")
    upgrade.authenticate_states(apps, None)
    import_module("tenants.jobs.migrations.0005_mac_of_starts").authenticate_starts(apps, None)


def test_upgrade_authenticates_states_but_no_forged_row(worker, started, sandbox):
    jobs = [started(numbers=[100]), started(numbers=[101])]
    upgraded_rows(jobs)

    worker()

    assert set(updates(sandbox)) == {100}


def test_upgrade_ends_an_item_whose_change_cannot_be_repeated(worker, started, sandbox):
    once = register("test.once", repeatable=False)
    jobs = [started(once, numbers=[100]), started(numbers=[101])]
    jobs[0].items.update(state=ItemState.RUNNING, entry="sent", lease=uuid4())
    upgraded_rows(jobs)

    worker()

    assert jobs[0].items.get().state == ItemState.UNKNOWN
    assert not updates(sandbox)
