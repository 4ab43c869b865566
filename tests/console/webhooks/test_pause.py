from pytest_django.asserts import assertContains

from console.webhooks import worker
from tenants.audit.models import AuditEntry
from tests.support.webhooks import make_webhook


def test_paused_webhook_sends_nothing(admin, acme, record_events):
    record_events()
    webhook = make_webhook(acme)
    path = f"/acme/webhooks/{webhook.pk}/pause/"
    assert worker.due_webhooks() == [webhook.pk]
    assertContains(admin.get(path), "Pause “SIEM”?")

    admin.post(path, {"idempotency_key": "x" * 24})

    webhook.refresh_from_db()
    assert (webhook.pause, webhook.paused_by) == ("hand", "ADMIN")
    assert worker.due_webhooks() == []
    assert AuditEntry.objects.get(operation="webhook.pause").outcome == "done"
