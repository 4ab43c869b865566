from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from console.models import Delivery
from tenants.audit.actor import Actor
from tenants.audit.events import (
    ACCESS_DENIED,
    SECRET_RESOLVE,
    SIGN_OUT,
    WEBHOOK_ADD,
    WEBHOOK_REMOVE,
)
from tenants.audit.integrity import chain_export
from tenants.audit.models import AuditEntry, AuditRecord
from tenants.audit.retention.expiry import delete_expired_entries
from tests.support.backdating import backdate_entries
from tests.support.forms import URLENCODED, fill_form
from tests.support.markup import compact
from tests.support.webhooks import deliver, read_delivery, row_numbers


def entry_at(seq):
    return AuditRecord.objects.get(seq=seq).entry


def test_replayed_entries_are_counted_and_sent(admin, add_webhook, record_events, receiver):
    record_events(5)
    webhook = add_webhook()
    deliver(webhook)
    Delivery.objects.create(webhook=webhook, first=99, last=99)
    path = f"/acme/webhooks/{webhook.pk}/replay/"

    page = admin.get(path, {"entry": entry_at(7)})
    assertContains(page, "4 rows")
    body = fill_form(page, "after")
    for _ in range(2):
        response = admin.post(path, body, content_type=URLENCODED)
    assert response["Location"] == f"/acme/webhooks/{webhook.pk}/"
    deliver(webhook)

    first, second = (
        read_delivery(request, webhook.secret)["data"] for request in receiver.requests
    )
    assert row_numbers(second)[:4] == [7, 8, 9, 10]
    assert first[6:10] == second[:4]
    ids = {request.headers["webhook-id"] for request in receiver.requests}
    assert len(ids) == 2
    entry = AuditEntry.objects.get(operation="webhook.replay")
    changes = {change["field"]: change["after"] for change in entry.changes}
    assert changes == {"from_entry": entry_at(7), "rows_again": 4}


def test_only_selected_entries_are_counted(admin, add_webhook, record_events):
    record_events(2)
    head = record_events(event=ACCESS_DENIED)
    webhook = add_webhook(position=head, effects="read")
    path = f"/acme/webhooks/{webhook.pk}/replay/"

    assertContains(admin.get(path, {"entry": entry_at(1)}), "2 rows")
    assertContains(admin.get(path, {"entry": uuid4()}), "This organization has no such entry")


def test_counting_stops_after_a_second(admin, add_webhook, record_events, monkeypatch):
    webhook = add_webhook(position=record_events(2))
    path = f"/acme/webhooks/{webhook.pk}/replay/"
    monkeypatch.setattr(chain_export, "MAX_SCAN_SECONDS", -1.0)

    page = admin.get(path, {"entry": entry_at(1)})
    assertContains(page, "Replays an unknown number of rows")
    admin.post(path, fill_form(page, "after"), content_type=URLENCODED)

    entry = AuditEntry.objects.get(operation="webhook.replay")
    assert [change["field"] for change in entry.changes] == ["from_entry"]


def test_replay_starts_at_a_time(admin, add_webhook, record_events, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    record_events(2)
    time_machine.shift(timedelta(minutes=2))
    head = record_events(3)
    webhook = add_webhook(position=head)
    path = f"/acme/webhooks/{webhook.pk}/replay/"

    since = timezone.localtime() - timedelta(minutes=1)
    page = admin.get(path, {"at": since.strftime("%Y-%m-%dT%H:%M:%S")})

    assertContains(page, "6 rows")
    later = (since + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assertContains(admin.get(path, {"at": later}), "No rows to replay")


def expired():
    return sum(
        delete_expired_entries(
            lambda organization_id: Actor(0, "worker", organization_id=organization_id)
        )
    )


def test_deleted_entries_are_replayed_as_tombstones(admin, add_webhook, record_events, receiver):
    with backdate_entries(2900):
        record_events(1, WEBHOOK_REMOVE)
    with backdate_entries(2800):
        record_events(2, WEBHOOK_REMOVE)
        record_events(2, SECRET_RESOLVE)
    head = record_events(1, WEBHOOK_REMOVE)
    assert expired() == 5
    webhook = add_webhook(position=head, effects="destroy")
    path = f"/acme/webhooks/{webhook.pk}/replay/"

    assertContains(admin.get(path, {"entry": entry_at(1)}), "8 rows")
    since = (timezone.localtime() - timedelta(days=2850)).strftime("%Y-%m-%dT%H:%M")
    page = admin.get(path, {"at": since})
    assertContains(page, "6 rows")
    admin.post(path, fill_form(page, "after"), content_type=URLENCODED)
    deliver(webhook)

    sent = [
        item for got in receiver.requests for item in read_delivery(got, webhook.secret)["data"]
    ]
    assert row_numbers(sent)[:7] == [3, 4, 5, 6, 11, 12, 13]
    kinds = [item["content"].get("gone", {}).get("kind") for item in sent]
    assert kinds[:5] == ["destructions"] * 4 + [None]


def test_entries_deleted_during_delivery_arrive_as_tombstones(add_webhook, record_events, receiver):
    with backdate_entries(2800):
        record_events(1, WEBHOOK_ADD)
        record_events(1, SIGN_OUT)
        record_events(1, WEBHOOK_ADD)
    webhook = add_webhook(effects="change")
    receiver.answers.append(500)
    deliver(webhook)
    expired()
    type(webhook).objects.update(next_at=timezone.now())
    deliver(webhook)

    before, after = (
        read_delivery(request, webhook.secret)["data"] for request in receiver.requests
    )
    assert row_numbers(before) == [1, 2, 5, 6]
    assert row_numbers(after) == [1, 2, 3, 4, 5, 6]
    assert all("gone" in item["content"] for item in after)


@pytest.mark.parametrize(
    "query", [{"entry": "7"}, {"entry": f"{UUID(int=7)}", "at": "2026-11-25T12:00"}, {"at": "soon"}]
)
def test_invalid_values_are_errors(admin, add_webhook, query):
    page = admin.get(f"/acme/webhooks/{add_webhook().pk}/replay/", query)

    assertContains(page, "field-error")
    assertNotContains(page, "Ensure this value")
    assert "go again<" not in compact(page)


def test_ambiguous_time_means_the_earlier_one(admin, add_webhook, record_events):
    """Entries that started in between are deleted too."""
    admin.post("/help/zone/", {"zone": "Europe/Berlin"})
    path = f"/acme/webhooks/{add_webhook(position=record_events()).pk}/replay/"

    page = admin.get(path, {"at": "2025-10-26T02:30:00"})

    assertContains(page, "2 rows")
    assertContains(admin.get(path, {"at": "0001-01-01T00:00:00+14:00"}), "Enter a time like")
