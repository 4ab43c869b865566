import pytest
from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.webhooks import deliver, read_delivery, row_numbers


@pytest.mark.parametrize("pause", ["hand", "failed", "gone", ""])
def test_resumed_webhook_continues_where_it_stopped(
    admin, add_webhook, record_events, receiver, pause
):
    record_events(2)
    webhook = add_webhook(pause=pause, position=2, tries=8)
    path = f"/acme/webhooks/{webhook.pk}/resume/"
    assertContains(admin.get(path), "Resume “SIEM”?")

    admin.post(path, {"idempotency_key": "x" * 24})
    deliver(webhook)

    rows = row_numbers(read_delivery(receiver.requests[0], webhook.secret)["data"])
    assert rows[:2] == [3, 4]
    assert (webhook.pause, webhook.tries) == ("", 0)
    assert AuditEntry.objects.filter(operation="webhook.resume").exists()
