"""Notifications about finished batches."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django.asserts import assertContains

from console.batches.periodic_tasks import notification_url
from console.models import Batch, BatchRequest
from tests.support.secret_scanner import dump_database


@pytest.fixture
def running(submitted, worker, token_service, slow):
    batch = submitted(1)
    slow()
    worker()
    for sandbox_batch in token_service.region("us").batches.values():
        sandbox_batch.due_at = 0
    later = batch.created_at + timedelta(hours=1)
    BatchRequest.objects.update(next_poll_at=later)
    batch.refresh_from_db()
    assert batch.state == Batch.State.RUNNING
    return batch


def post_notification(path, **more):
    browser = Client(enforce_csrf_checks=True)
    return browser.post(path, **more)


def test_notification_only_triggers_a_status_check(running, worker, token_service):
    path = notification_url("acme", "us", 17)
    lie = '{"requestId": "magpie-0815", "result": "FAILED"}'

    response = post_notification(path, data=lie, content_type="application/json")

    assert (response.status_code, response.content) == (204, b"")
    running.refresh_from_db()
    assert running.state == Batch.State.RUNNING
    worker()
    running.refresh_from_db()
    assert running.state == Batch.State.SUCCEEDED
    assert not any("magpie" in text for _, text in dump_database())


def test_notifications_are_rate_limited(running):
    path = notification_url("acme", "us", 17)
    post_notification(path)
    later = running.created_at + timedelta(hours=1)
    BatchRequest.objects.update(next_poll_at=later)

    post_notification(path)

    assert BatchRequest.objects.filter(next_poll_at=later).count() == 2


@pytest.mark.parametrize("place", [("acme", "us", 18), ("other", "us", 17)])
def test_wrong_url_answers_the_same_and_does_nothing(running, place):
    right = notification_url("acme", "us", 17)
    key = right.rstrip("/").rpartition("/")[2]
    path = f"/told/batches/{'/'.join(map(str, place))}/{key}/"

    assert post_notification(path).status_code == 204

    running.refresh_from_db()
    assert running.notified_at is None


def test_get_explains_the_notification_url(client, db):
    page = client.get("/told/batches/acme/us/17/any/")

    assertContains(page, "Batch notifications")
