"""Starting, pausing, retrying and cancelling jobs."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tenants.audit.models import AuditEntry
from tenants.crypto.vault import UnsealError
from tenants.jobs import control
from tenants.jobs.completion import count_items_by_state
from tenants.jobs.control import can_control, start_job
from tenants.jobs.models import Item, ItemState, Job, JobState, JobStateError, NewItem
from tenants.organizations.roles import Role
from tests.support.jobs import reach_start
from tests.tenants.jobs.lifetimes import LIFETIME, register, updates

SECRET = "kept-from-everybody-4711"


def test_job_starts_at_its_scheduled_time(worker, started, sandbox):
    job = started(run_at=timezone.now() + timedelta(hours=1))
    worker()
    assert not updates(sandbox)

    reach_start(job.pk)
    worker()

    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}


def test_resumed_job_still_waits_for_its_scheduled_time(worker, started, actor, sandbox):
    job = started(run_at=timezone.now() + timedelta(hours=1))

    control.pause_job(job, actor)
    control.resume_job(job, actor)
    worker()

    job.refresh_from_db()
    assert job.state == JobState.WAITING
    assert not updates(sandbox)


def test_job_of_a_kind_without_handler_is_refused(acme, actor):
    with pytest.raises(ValueError, match="no handler"):
        start_job(actor, acme, "no.such", "Nothing", [], reason="None")


def test_sealed_inputs_are_encrypted_and_erased_after_the_item(acme, worker, actor, services):
    item = NewItem("us", 100, payload={LIFETIME: 60, "secret": SECRET}, sealed=True)
    lost = NewItem("us", 999, payload={LIFETIME: 60, "secret": SECRET}, sealed=True)
    job = start_job(actor, acme, "test.lifetime", "Sealed", [item, lost], reason="Test")
    done, unsent = Item.objects.all()
    assert SECRET not in done.inputs
    assert done.payload["secret"] == SECRET

    worker()

    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 1, ItemState.NOT_SENT: 1}
    done.refresh_from_db()
    unsent.refresh_from_db()
    assert done.inputs == ""
    assert unsent.payload["secret"] == SECRET  # to be tried again


def test_sealed_inputs_are_bound_to_their_item(acme, actor, services):
    items_created = [
        NewItem("us", first, payload={"one": first}, sealed=True) for first in (100, 101)
    ]
    start_job(actor, acme, "test.lifetime", "Sealed", items_created, reason="Test")
    first, other = Item.objects.all()

    first.inputs = other.inputs

    with pytest.raises(UnsealError):
        _ = first.payload


def test_vault_rotation_reencrypts_sealed_inputs(acme, actor, services, settings):
    item = NewItem("us", 100, payload={"secret": SECRET}, sealed=True)
    start_job(actor, acme, "test.lifetime", "Sealed", [item], reason="Test")
    settings.VAULT_KEYS = "v2:" + "C" * 43 + "=," + settings.VAULT_KEYS

    call_command("vault_rotate")

    assert ".v2." in Item.objects.get().inputs
    assert Item.objects.get().payload == {"secret": SECRET}


@pytest.mark.parametrize(
    ("act", "state"),
    [
        (control.pause_job, JobState.COMPLETED),
        (control.resume_job, JobState.COMPLETED),
        (control.cancel_job, JobState.COMPLETED),
        (control.pause_job, JobState.PAUSED),
        (control.pause_job, JobState.CANCELLED),
        (control.retry_failed_items, JobState.RUNNING),
    ],
)
def test_action_in_the_wrong_state_changes_nothing(started, actor, act, state):
    job = started()
    Job.objects.update(state=state)

    with pytest.raises(JobStateError):
        act(job, actor)

    job.refresh_from_db()
    assert job.state == state
    assert AuditEntry.objects.get(seq=2 + 1).outcome == "refused"


def test_retry_repeats_failed_items_only(worker, started, actor, sandbox, services):
    sandbox.fault("status", status=400, path="/api/103/service/get")
    job = started()
    worker()
    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 9, ItemState.REJECTED: 1}

    sandbox.faults.clear()
    assert control.retry_failed_items(job, actor) == 1
    worker()

    assert count_items_by_state(job) == {ItemState.SUCCEEDED: 10}
    assert updates(sandbox) == dict.fromkeys(services, 1)


def test_retry_skips_unknown_outcomes_of_unrepeatable_kinds(worker, started, actor, sandbox):
    sandbox.fault("reset", operation="service.update", after=True)
    job = started(register("test.once", repeatable=False), numbers=[100])
    worker()
    assert count_items_by_state(job) == {ItemState.UNKNOWN: 1}

    with pytest.raises(JobStateError):
        control.retry_failed_items(job, actor)


@pytest.mark.parametrize(
    ("role", "own", "may"),
    [
        (Role.EDITOR, True, True),
        (Role.EDITOR, False, False),
        (Role.ADMIN, False, True),
        (Role.VIEWER, True, False),  # is one by now
        (Role.HELP_DESK, False, False),
    ],
)
def test_job_is_controlled_by_its_starter_and_admins(started, editor, role, own, may):
    actor = editor.user_id if own else 10**6

    assert can_control(started(), actor, role) is may


def test_titles_and_labels_accept_any_text(acme, actor, services):
    item = NewItem("us", 100, label="half a \ud83e and a \0" + "x" * 300)

    job = start_job(actor, acme, "test.lifetime", "a \0 title", [item], reason="\ud83e")

    job.refresh_from_db()
    assert "\0" not in job.title
    assert Item.objects.get().label.startswith("half a ")
