"""Scheduled activation of a staged secret by a job."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains

from console.models import Rotation
from tenants.audit.models import AuditEntry
from tenants.jobs.models import Item, Job
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form
from tests.support.jobs import reach_start

URL = f"{CLIENT}activate/"
SECRET = f"{CLIENT}secret/"


def later(browser, **delta):
    """Have it activated at a time, and return when that is."""
    at = timezone.now() + timedelta(**delta)
    text = timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")
    body = fill_form(
        browser.get(URL), "reason", reason="At night", ticket="", when="later", at=text
    )
    return browser.post(URL, body, content_type=URLENCODED)


def test_job_activates_the_secret_at_the_set_time(admin, staged, ledger, rotation, worker):
    new = staged(admin)

    response = later(admin, hours=9)

    assert response["Location"] == SECRET
    assert rotation().is_scheduled
    assertContains(admin.get(CLIENT), "Activation scheduled")
    worker()
    assert ledger["clientSecret"] == OLD
    reach_start(rotation().job)

    worker()

    assert ledger["clientSecret"] == new
    assert (rotation().state, rotation().old_secret) == ("activated", OLD)
    entry = AuditEntry.objects.get(operation="client.set_secret")
    assert (entry.reason, entry.page) == ("At night", str(rotation().job))
    assert Item.objects.get().state == "done"


def test_restarted_job_sends_nothing_twice(admin, staged, ledger, rotation, worker):
    new = staged(admin)
    later(admin, hours=9)
    ledger["clientSecret"] = new  # killed between the call and its note
    rotation().transition(Rotation.State.ACTIVATING)
    reach_start(rotation().job)

    worker()

    assert (rotation().state, rotation().can_undo) == ("activated", True)
    assert not AuditEntry.objects.filter(operation="client.set_secret").exists()


def test_job_does_not_replace_a_changed_secret(admin, staged, ledger, rotation, worker):
    staged(admin)
    later(admin, hours=9)
    ledger["clientSecret"] = "somebody-elses"
    reach_start(rotation().job)

    worker()

    assert ledger["clientSecret"] == "somebody-elses"
    assert (rotation().state, rotation().activate_at) == ("staged", None)
    assert Item.objects.get().state == "not sent"


def test_job_sends_nothing_when_decryption_fails(admin, staged, ledger, rotation, worker):
    staged(admin)
    later(admin, hours=9)
    Rotation.objects.update(new_sealed=rotation().old_sealed)
    reach_start(rotation().job)

    worker()

    assert ledger["clientSecret"] == OLD
    assert (rotation().state, rotation().activate_at) == ("staged", None)
    assert Item.objects.get().state == "not sent"


def test_discarding_the_rotation_cancels_its_job(
    admin, staged, submit_form, ledger, rotation, worker
):
    staged(admin)
    later(admin, hours=9)
    job = rotation().job

    submit_form(admin, "drop")

    assert Job.objects.get(pk=job).state == "cancelled"
    reach_start(job)
    worker()
    assert ledger["clientSecret"] == OLD


def test_rescheduling_replaces_the_job(admin, staged, rotation):
    staged(admin)
    later(admin, hours=9)
    first = rotation().job

    later(admin, hours=10)

    assert rotation().job != first
    assert Job.objects.get(pk=first).state == "cancelled"


def test_job_unknown_to_the_rotation_does_nothing(admin, staged, ledger, rotation, worker):
    staged(admin)
    later(admin, hours=9)
    job = rotation().job
    Rotation.objects.update(job=None)
    reach_start(job)

    worker()

    assert ledger["clientSecret"] == OLD
    assert Item.objects.get().state == "same"


def test_cancelled_job_leaves_the_rotation_ready(admin, staged, rotation, acme):
    staged(admin)
    later(admin, hours=9)
    Job.objects.update(state="cancelled")

    assertContains(admin.get(CLIENT), "ready to activate")

    assert not rotation().is_scheduled


@pytest.mark.parametrize(
    ("delta", "words"),
    [({"hours": -1}, "Enter a time in the future"), ({"days": 15}, "Enter an earlier time")],
)
def test_invalid_activation_time_is_an_error(admin, staged, rotation, delta, words):
    staged(admin)

    assertContains(later(admin, **delta), words)

    assert rotation().activate_at is None
    assert not Job.objects.exists()


def test_time_entered_beside_now_is_an_error(admin, staged, submit_form, ledger, rotation):
    staged(admin)

    response = submit_form(admin, "activate", when="now", at="2030-01-01T04:30")

    assertContains(response, "or clear the time")
    assert ledger["clientSecret"] == OLD


def test_worker_erases_secrets_after_the_undo_window(admin, staged, submit_form, rotation, worker):
    staged(admin)
    submit_form(admin, "activate")
    Rotation.objects.update(until=timezone.now() - timedelta(seconds=1))

    worker()

    row = rotation()
    assert (row.state, row.new_sealed, row.old_sealed) == ("settled", "", "")
