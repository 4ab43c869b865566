"""Delivery of audit entries to webhooks, and retries."""

import json
import re
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from console.models import Delivery
from console.models.webhooks import late_webhooks
from console.webhooks import actions, payloads, worker
from console.webhooks import delivery as webhooks_delivery
from tenants.audit.actor import Actor
from tenants.audit.events import ACCESS_DENIED, MEMBER_REMOVE, SUBJECT_SEARCH
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.models import Organization
from tenants.outbound import safe_http
from tests.support.webhooks import deliver, read_delivery, row_numbers

NOW = "2026-11-25T12:00:00Z"


def seqs(receiver, *secrets):
    return [row_numbers(read_delivery(request, *secrets)["data"]) for request in receiver.requests]


def flat(lists):
    return list(chain.from_iterable(lists))


def test_entries_arrive_in_order_signed_and_once(add_webhook, record_events, receiver, monkeypatch):
    monkeypatch.setattr(payloads, "MAX_ROWS", 4)
    other = Organization.objects.create(slug="other", name="Other")
    record_events(3)
    record_events(3, organization=other)
    head = record_events(2)
    webhook = add_webhook()

    deliver(webhook)
    deliver(webhook)

    got = seqs(receiver, webhook.secret)
    assert [len(delivery) for delivery in got] == [4, 4, 2]
    assert flat(got) == sorted(flat(got))
    own = AuditRecord.objects.filter(
        entry__in=AuditEntry.objects.filter(organization="acme").values("entry")
    )
    assert flat(got) == list(own.values_list("seq", flat=True))
    payload = json.loads(receiver.requests[0].body)
    record = AuditRecord.objects.get(seq=got[0][0])
    assert (payload["type"], payload["data"][0]["mac"]) == ("audit.rows", record.mac)
    assert payload["data"][0]["content"] == json.loads(record.content)
    assert webhook.position == head
    assert Delivery.objects.filter(state="done", status=204).count() == 3


def test_documented_receiver_verifies_signatures(add_webhook, record_events, receiver):
    record_events()
    webhook = add_webhook()
    deliver(webhook)
    (request,) = receiver.requests
    text = (
        Path(__file__).parents[3] / "docs" / "how-to" / "send-the-audit-log-to-a-siem.md"
    ).read_text()
    sample: dict[str, Any] = {}
    exec(re.search(r"```python\n(.+?)```", text, re.S)[1], sample)  # type: ignore[index]
    verify = sample["is_from_meridian"]

    assert verify(webhook.secret, request.headers, request.body)
    assert not verify(webhook.secret, request.headers, request.body + b" ")
    assert not verify("whsec_" + "B" * 44, request.headers, request.body)


def test_bodies_have_a_size_limit(add_webhook, record_events, receiver, monkeypatch):
    record_events(8, reason="x" * 300)
    monkeypatch.setattr(payloads, "MAX_BODY_BYTES", 3000)
    webhook = add_webhook()

    deliver(webhook)

    assert sum(len(seq) for seq in seqs(receiver, webhook.secret)) == 16
    assert max(len(request.body) for request in receiver.requests) <= 3000
    assert len(receiver.requests) > 2


def test_subjects_are_left_out_by_default(add_webhook, record_events, receiver):
    record_events(event=SUBJECT_SEARCH, subject="anna@x", label="of anna@x", reason="ok")
    deliver(add_webhook())
    deliver(add_webhook(subjects=True))

    without, clear = (
        json.loads(request.body)["data"][0]["content"] for request in receiver.requests
    )
    assert b"anna" not in receiver.requests[0].body
    assert "subject" not in without
    assert "label" not in without
    assert (without["reason"], clear["subject"]) == ("ok", "anna@x")


def test_only_selected_entries_are_delivered(add_webhook, record_events, receiver):
    record_events(2)
    record_events(event=MEMBER_REMOVE)
    head = record_events(event=ACCESS_DENIED)
    deliver(add_webhook(effects="destroy"))
    deliver(add_webhook(groups="tokens"))
    webhook = add_webhook(groups="console", effects="change destroy")
    deliver(webhook)

    operations = [
        {item["content"].get("operation") for item in json.loads(got.body)["data"]}
        for got in receiver.requests
    ]
    assert operations == [{"member.remove", None}, {"member.add", "member.remove", None}]
    assert webhook.position == head


def test_failed_delivery_is_retried_before_newer_entries(
    add_webhook, record_events, receiver, time_machine
):
    time_machine.move_to(NOW, tick=False)
    record_events(2)
    webhook = add_webhook()
    receiver.answers = [500, 503]
    for wait in (0, 7, 37):
        record_events()
        time_machine.shift(wait)
        deliver(webhook)
    deliver(webhook)

    ids = [request.headers["webhook-id"] for request in receiver.requests]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    bodies = [request.body for request in receiver.requests]
    assert bodies[0] == bodies[1] == bodies[2]
    times = {request.headers["webhook-timestamp"] for request in receiver.requests}
    assert len(times) == 3
    assert flat(seqs(receiver, webhook.secret)[2:]) == list(range(1, 11))
    assert (webhook.tries, webhook.failing_since) == (0, None)
    assert max(Delivery.objects.values_list("tries", flat=True)) == 3


def test_failing_webhook_is_paused_and_alerted(
    add_webhook, record_events, receiver, time_machine, caplog
):
    time_machine.move_to(NOW, tick=False)
    record_events()
    webhook = add_webhook()
    receiver.answers = [(500, {}, b"disk \0 full")] * 99
    waits = []
    while webhook.is_on:
        deliver(webhook)
        waits.append((webhook.next_at - timezone.now()).total_seconds())
        time_machine.shift(webhooks_delivery.RETRY_DELAYS_SECONDS[-1] * 2)

    assert len(receiver.requests) == len(webhooks_delivery.RETRY_DELAYS_SECONDS) + 1
    for wait, wanted in zip(waits, webhooks_delivery.RETRY_DELAYS_SECONDS, strict=False):
        assert 0.8 * wanted <= wait <= 1.2 * wanted
    assert (webhook.pause, webhook.position) == ("failed", 0)
    assert late_webhooks() == [webhook]
    entry = AuditEntry.objects.get(operation="webhook.pause")
    assert (entry.actor, entry.label) == ("worker", "SIEM")
    assert '"after":"500"' in entry.changed
    (alert,) = [record.alert for record in caplog.records if hasattr(record, "alert")]
    assert (alert["event"], alert["why"]) == ("webhook.stopped", "failed")
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.answer) == (500, "disk \ufffd full")


def test_410_response_ends_deliveries(add_webhook, record_events, receiver):
    record_events()
    webhook = add_webhook()
    receiver.answers = [410]

    deliver(webhook)
    deliver(webhook)

    assert (webhook.pause, len(receiver.requests)) == ("gone", 1)


def test_redirects_and_private_addresses_fail(add_webhook, record_events, receiver, settings):
    record_events()
    moved, within = add_webhook(), add_webhook()
    receiver.answers = [(307, {"Location": receiver.url}, b"")]
    deliver(moved)
    settings.WEBHOOK_PRIVATE_HOSTS = []
    deliver(within)

    assert len(receiver.requests) == 1
    assert (moved.tries, within.tries) == (1, 1)
    assert "non-public address" in Delivery.objects.get(webhook=within).error


def test_selection_changed_during_collection_applies(
    add_webhook, record_events, receiver, monkeypatch
):
    record_events(event=SUBJECT_SEARCH, subject="anna@x")
    webhook = add_webhook(subjects=True)

    def batch_after(webhook, batch_after=payloads.next_batch):
        monkeypatch.setattr(webhooks_delivery, "next_batch", batch_after)
        type(webhook).objects.update(subjects=False)
        return batch_after(webhook)

    monkeypatch.setattr(webhooks_delivery, "next_batch", batch_after)
    deliver(webhook)

    (got,) = receiver.requests
    assert b"anna" not in got.body
    assert webhook.position == 2


def test_slow_webhook_yields_its_turn(add_webhook, record_events, receiver, monkeypatch):
    monkeypatch.setattr(webhooks_delivery, "MAX_TURN_SECONDS", 0.0)
    monkeypatch.setattr(payloads, "MAX_ROWS", 1)
    record_events()
    webhook = add_webhook()

    deliver(webhook)

    assert (webhook.position, len(receiver.requests)) == (1, 1)


def test_both_secrets_sign_during_rotation(add_webhook, record_events, receiver):
    webhook = add_webhook()
    old = webhook.secret
    webhook.set_secret("whsec_" + "B" * 44)
    webhook.save()
    record_events()
    deliver(webhook)
    webhook.old_until = timezone.now() - timedelta(seconds=1)
    webhook.save()
    worker.delete_old_deliveries()
    record_events()
    deliver(webhook)

    first, second = receiver.requests
    read_delivery(first, webhook.secret, old)
    read_delivery(second, webhook.secret)
    assert webhook.old_sealed == ""


def test_replay_during_delivery_takes_effect(add_webhook, record_events, receiver, monkeypatch):
    """As one does of which somebody has rows sent again just then."""
    record_events(3)
    webhook = add_webhook(position=2)

    def post(*given, post=safe_http.post):
        monkeypatch.setattr(safe_http, "post", post)
        type(webhook).objects.update(position=0)
        Delivery.objects.update(state="dropped")
        return post(*given)

    monkeypatch.setattr(safe_http, "post", post)
    deliver(webhook)

    assert seqs(receiver, webhook.secret) == [[3, 4, 5, 6], [1, 2, 3, 4, 5, 6]]
    assert webhook.position == 6


def test_replayed_entries_are_delivered_first(add_webhook, record_events, receiver, monkeypatch):
    """And what is not taken of them is tried again later, as ever."""
    record_events(3)
    webhook = add_webhook(position=2)
    receiver.answers = [500, 500]

    def batch_after(webhook, batch_after=payloads.next_batch):
        monkeypatch.setattr(webhooks_delivery, "next_batch", batch_after)
        type(webhook).objects.update(position=0)
        return batch_after(webhook)

    monkeypatch.setattr(webhooks_delivery, "next_batch", batch_after)
    deliver(webhook)

    assert seqs(receiver, webhook.secret) == [[1, 2, 3, 4, 5, 6]]
    assert webhook.tries == 1


def test_selection_changed_during_delivery_skips_nothing(
    add_webhook, record_events, receiver, monkeypatch
):
    """Those that were left out before are behind the same row."""
    record_events(event=MEMBER_REMOVE)
    record_events()
    webhook = add_webhook(effects="destroy")

    def post(*given, post=safe_http.post):
        monkeypatch.setattr(safe_http, "post", post)
        actions.change(Actor(1, "ida"), webhook, "", "", {"effects": ""})
        return post(*given)

    monkeypatch.setattr(safe_http, "post", post)
    deliver(webhook)

    assert seqs(receiver, webhook.secret) == [[1, 2], [1, 2, 3, 4]]
    states = Delivery.objects.order_by("created_at").values_list("state", flat=True)
    assert list(states) == ["dropped", "done"]


def test_webhook_is_delivered_by_one_worker_at_a_time(add_webhook, record_events, receiver):
    record_events()
    webhook = add_webhook(locked_until=timezone.now() + timedelta(seconds=9))
    assert worker.due_webhooks() == []
    deliver(webhook)
    assert not receiver.requests

    type(webhook).objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert worker.due_webhooks() == [webhook.pk]
    deliver(webhook)
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("minutes", [14, 16])
def test_long_backlog_is_alerted(add_webhook, record_events, time_machine, minutes):
    record_events()
    webhook = add_webhook()
    time_machine.move_to(timezone.now() + timedelta(minutes=minutes))

    assert late_webhooks(webhook.organization) == ([webhook] if minutes > 15 else [])
