from pytest_django.asserts import assertContains

from console.models import Delivery, Webhook
from tenants.audit.models import AuditEntry
from tests.support.webhooks import make_webhook


def test_webhook_is_removed_with_its_deliveries(admin, acme):
    webhook = make_webhook(acme)
    Delivery.objects.create(webhook=webhook)
    path = f"/acme/webhooks/{webhook.pk}/remove/"
    assertContains(admin.get(path), "Remove “SIEM”?")

    admin.post(path)

    assert not Webhook.objects.exists()
    assert AuditEntry.objects.get(operation="webhook.remove").outcome == "done"
