"""Threat: database rows make a worker act for somebody else."""

import pytest
from django.core.management import call_command

from tenants.audit.models import AuditEntry
from tenants.jobs import control
from tenants.jobs.completion import count_items_by_state
from tenants.jobs.models import Item, ItemState, Job, JobState, NewItem
from tenants.jobs.queue import enqueue
from tenants.models import Membership
from tenants.organizations.roles import Role
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


def test_sealed_inputs_cannot_be_replaced_by_open_ones(worker, acme, who, services, sandbox):
    item = NewItem("us", 100, payload={LIFETIME: 600}, sealed=True)
    job = control.start_job(who, acme, "test.lifetime", "Sealed", [item], reason="Test")
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
