"""Resolution of a lost response by a person."""

from html import unescape

import pytest
from pytest_django.asserts import assertContains

from console.batches import periodic_tasks
from console.models import Batch, BatchRequest
from tenants.audit.models import AuditEntry
from tenants.jobs import control
from tenants.jobs.models import Job
from tests.support.batches import WHY, fates, starter
from tests.support.forms import URLENCODED, fill_form


@pytest.fixture
def lost(submitted, run_worker, token_service):
    """The first of two parts arrived, but its response was lost."""
    batch = submitted(3)
    token_service.fault("reset", operation="token_batch.create", after=True, times=1)
    return run_worker(batch)


def resume(batch):
    control.resume_job(Job.objects.get(pk=batch.job), starter(batch))


def test_evidence_from_the_token_list_is_shown(lost, admin, press):
    page = admin.get(f"/acme/batches/{lost.pk}/settle/1/")

    assertContains(page, "Resolve lines 1 to 2")
    assertContains(page, ">2</strong>")


def test_unknown_request_does_not_count_as_succeeded(lost, admin):
    page = admin.get(f"/acme/batches/{lost.pk}/")

    assertContains(page, "0 of 2 requests")


def test_opening_the_page_ends_nothing(lost, admin):
    """A worker does that, also where one was killed before it had."""
    Batch.objects.filter(pk=lost.pk).update(state=Batch.State.RUNNING)

    admin.get(f"/acme/batches/{lost.pk}/")

    lost.refresh_from_db()
    assert lost.state == Batch.State.RUNNING
    periodic_tasks.resume_stalled()
    lost.refresh_from_db()
    assert lost.state == Batch.State.UNKNOWN


def test_entered_request_id_is_adopted(lost, press, token_service, run_worker):
    mine = list(token_service.region("us").batches.values())[-1]
    data = {"resolution": "adopt", "request_id": "nope", **WHY}
    wrong = press(lost, "settle/1", "resolution", **data)
    assertContains(wrong, "has no batch with this ID", status_code=422)

    press(lost, "settle/1", "resolution", **data | {"request_id": mine.request_id})
    resume(lost)
    run_worker(lost)

    assert lost.state == Batch.State.SUCCEEDED
    assert len(token_service.region("us").tokens[17]) == 3
    entry = AuditEntry.objects.get(operation="batch.settle", outcome="done")
    assert entry.ticket == WHY["ticket"]


@pytest.mark.parametrize(
    ("resolution", "state", "request_state"),
    [("made", "succeeded", "settled"), ("not made", "partly", "failed")],
)
def test_request_is_resolved_by_decision(lost, press, run_worker, resolution, state, request_state):
    press(lost, "settle/1", "resolution", resolution=resolution, **WHY)
    assert lost.state == Batch.State.SUBMITTING
    resume(lost)

    run_worker(lost)

    assert fates(lost) == [request_state, "succeeded"]
    assert lost.state == state
    entry = BatchRequest.objects.get(batch=lost, position=1, is_dry=False).entry
    outcome = AuditEntry.objects.get(entry=entry).outcome
    assert outcome == ("done" if resolution == "made" else "not done")


@pytest.mark.parametrize("known", [False, True])
def test_outcome_resolved_in_the_audit_log_applies(lost, admin, token_service, press, known):
    part = BatchRequest.objects.get(batch=lost, position=1, is_dry=False)
    if known:  # then Authlete tells
        mine = list(token_service.region("us").batches.values())[-1]
        data = {"resolution": "adopt", "request_id": mine.request_id, **WHY}
        press(lost, "settle/1", "resolution", **data)
    path = f"/acme/audit/{part.entry}/settle/"
    page = admin.get(path)
    assert ("Mark as succeeded" if known else "no list of batches") in unescape(
        page.content.decode()
    )

    body = fill_form(page, "reason", outcome=None if known else "done", **WHY)
    admin.post(path, body, content_type=URLENCODED)

    assert AuditEntry.objects.get(entry=part.entry).outcome == "done"
    part.refresh_from_db()
    assert part.state == ("running" if known else "settled")  # then the job looks


def test_request_id_is_required_to_adopt(lost, press):
    response = press(lost, "settle/1", "resolution", resolution="adopt", **WHY)

    assertContains(response, "Enter the request ID.", status_code=422)
    assert BatchRequest.objects.filter(batch=lost, state="unknown").count() == 1


def test_known_outcomes_cannot_be_resolved(lost, admin):
    assert admin.get(f"/acme/batches/{lost.pk}/settle/2/").status_code == 302
    assert admin.get(f"/acme/batches/{lost.pk}/settle/9/").status_code == 404
