"""Order and limits of webhook deliveries."""

from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

from django.utils import timezone

from console.models import Delivery
from console.webhooks import delivery, worker
from tests.support.webhooks import deliver, read_delivery


def test_longest_waiting_webhook_comes_first(add_webhook, record_events, receiver):
    """However often another has something to take."""
    record_events()
    first, second = add_webhook(), add_webhook()
    assert worker.due_webhooks() == [first.pk, second.pk]
    deliver(first)
    record_events()

    assert worker.due_webhooks() == [second.pk, first.pk]


def test_test_delivery_is_sent_once_and_changes_nothing(add_webhook, receiver):
    webhook = add_webhook(pause="hand")
    test = Delivery.objects.create(webhook=webhook, is_test=True)
    assert worker.pending_tests() == [test.pk]

    delivery.deliver_test(test.pk)
    delivery.deliver_test(test.pk)

    (request,) = receiver.requests
    assert read_delivery(request, webhook.secret)["type"] == "audit.test"
    test.refresh_from_db()
    assert (test.state, test.status, worker.pending_tests()) == ("done", 204, [])


def test_tests_leave_room_for_deliveries(add_webhook, record_events, monkeypatch):
    ended, busy = Event(), dict[UUID, Any]()
    monkeypatch.setattr(worker, "_run_in_thread", lambda *_: ended.wait(60))
    monkeypatch.setattr(worker, "_threads", busy)
    monkeypatch.setattr(worker, "MAX_PARALLEL_WEBHOOKS", 3)
    monkeypatch.setattr(worker, "SLOTS_RESERVED_FOR_DELIVERIES", 1)
    record_events()
    webhook = add_webhook()
    tests = [
        Delivery.objects.create(webhook=add_webhook(pause="hand"), is_test=True).pk
        for _ in range(3)
    ]

    worker.start_due_deliveries()
    first, second = busy
    assert first == webhook.pk
    assert second in tests

    other = add_webhook()
    worker.start_due_deliveries()
    assert list(busy) == [first, second, other.pk]
    ended.set()
    for event in busy.values():
        event.join()


def test_unsent_test_expires_after_an_hour(add_webhook):
    webhook, now = add_webhook(), timezone.now()
    old, new = (
        Delivery.objects.create(
            webhook=webhook, is_test=True, created_at=now - timedelta(minutes=minutes)
        )
        for minutes in (61, 59)
    )

    worker.delete_old_deliveries()

    assert worker.pending_tests() == [new.pk]
    old.refresh_from_db()
    assert old.state == "failed"


def test_delivery_log_is_limited(add_webhook, monkeypatch):
    monkeypatch.setattr(worker, "MAX_LOGGED_DELIVERIES", 3)
    webhook, now = add_webhook(), timezone.now()
    for days in (0, 1, 2, 3, 4, 40):
        Delivery.objects.create(
            webhook=webhook, state="done", created_at=now - timedelta(days=days)
        )
    worker.delete_old_deliveries()

    assert Delivery.objects.count() == 3
