"""Whose turn it is, and when something is over."""

from datetime import timedelta
from threading import Event
from typing import Any
from uuid import UUID

from django.utils import timezone

from console.models import Delivery
from console.webhooks import delivering, sending
from tests.console.webhooks.conftest import bring, taken


def test_who_waits_longest_comes_first(hooked, happen, receiver):
    """However often another has something to take."""
    happen()
    first, second = hooked(), hooked()
    assert delivering.due() == [first.pk, second.pk]
    bring(first)
    happen()

    assert delivering.due() == [second.pk, first.pk]


def test_a_test_is_sent_once_and_changes_nothing(hooked, receiver):
    webhook = hooked(pause="hand")
    test = Delivery.objects.create(webhook=webhook, is_test=True)
    assert delivering.tests() == [test.pk]

    sending.try_out(test.pk)
    sending.try_out(test.pk)

    (got,) = receiver.got
    assert taken(got, webhook.secret)["type"] == "audit.test"
    test.refresh_from_db()
    assert (test.state, test.status, delivering.tests()) == ("done", 204, [])


def test_tests_wait_for_what_is_due_and_leave_room_for_it(hooked, happen, monkeypatch):
    ended, busy = Event(), dict[UUID, Any]()
    monkeypatch.setattr(delivering, "_apart", lambda *_: ended.wait(60))
    monkeypatch.setattr(delivering, "_busy", busy)
    monkeypatch.setattr(delivering, "AT_ONCE", 3)
    monkeypatch.setattr(delivering, "SPARED", 1)
    happen()
    webhook = hooked()
    tests = [
        Delivery.objects.create(webhook=hooked(pause="hand"), is_test=True).pk
        for _ in range(3)
    ]

    delivering.serve()
    first, second = busy
    assert first == webhook.pk
    assert second in tests

    other = hooked()
    delivering.serve()
    assert list(busy) == [first, second, other.pk]
    ended.set()
    for one in busy.values():
        one.join()


def test_a_test_that_nobody_sent_for_an_hour_ends(hooked):
    webhook, now = hooked(), timezone.now()
    old, new = (
        Delivery.objects.create(
            webhook=webhook, is_test=True, made_at=now - timedelta(minutes=minutes)
        )
        for minutes in (61, 59)
    )

    delivering.tidy()

    assert delivering.tests() == [new.pk]
    old.refresh_from_db()
    assert old.state == "failed"


def test_the_log_ends_somewhere(hooked, monkeypatch):
    monkeypatch.setattr(delivering, "MOST", 3)
    webhook, now = hooked(), timezone.now()
    for days in (0, 1, 2, 3, 4, 40):
        Delivery.objects.create(
            webhook=webhook, state="done", made_at=now - timedelta(days=days)
        )
    delivering.tidy()

    assert Delivery.objects.count() == 3
