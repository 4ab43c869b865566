"""Stored responses of webhooks contain no secrets."""

from django.utils import timezone

from console.models import Delivery
from tenants.audit.events import SUBJECT_SEARCH
from tests.support.webhooks import deliver, make_webhook


def test_response_echoing_entries_is_not_stored(add_webhook, record_events, receiver):
    record_events(object="a rather telling name of somebody")
    webhook = add_webhook()
    body = b'{"bad": "a rather telling name of somebody"}'
    receiver.answers = [(400, {}, body)]

    deliver(webhook)

    assert "telling" not in Delivery.objects.get().answer


def test_response_echoing_the_url_is_not_stored(acme, record_events, receiver):
    """As many servers answer when nothing is there."""
    record_events()
    webhook = make_webhook(acme, receiver.url + "/T024/n0b0dy%20kn0ws?key=s3cr3t-k3y")
    answers = {
        b"Cannot POST /hook/T024/n0b0dy%20kn0ws": "repeats",
        b"No such room: n0b0dy kn0ws": "repeats",
        b"Wrong key: " + b"x" * 486 + b"s3cr3t-k3y": "repeats",
        b"Cannot POST /hook": "Cannot POST /hook",
    }
    for answer, expected in answers.items():
        receiver.answers = [(404, {}, answer)]
        type(webhook).objects.update(next_at=timezone.now())
        deliver(webhook)
        assert expected in Delivery.objects.get().answer
        assert "kn0ws" not in Delivery.objects.get().answer


def test_response_echoing_a_subject_is_not_stored(add_webhook, record_events, receiver):
    """However short it is."""
    record_events(event=SUBJECT_SEARCH, subject="jö@x")
    webhook = add_webhook(subjects=True)
    for answer in ("No such: jö@x", '{"no": "j\\u00f6@x"}', "No /j%C3%B6%40x"):
        receiver.answers = [(400, {}, answer.encode())]
        type(webhook).objects.update(next_at=timezone.now())
        deliver(webhook)
        assert "repeats" in Delivery.objects.get().answer
