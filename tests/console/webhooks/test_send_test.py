from pytest_django.asserts import assertContains

from console.models import Delivery
from tenants.audit.models import AuditEntry
from tests.support.webhooks import make_webhook


def test_test_delivery_is_queued_once(admin, acme):
    path = f"/acme/webhooks/{make_webhook(acme).pk}/probe/"
    assertContains(admin.get(path), "Send test event")

    for _ in range(2):
        assert admin.post(path, {"idempotency_key": "x" * 24}).status_code == 302

    test = Delivery.objects.get()
    assert (test.is_test, test.state, test.tries) == (True, "pending", 0)
    assert AuditEntry.objects.get(operation="webhook.test").label == "SIEM"


def test_second_test_waits_for_the_first(admin, acme):
    path = f"/acme/webhooks/{make_webhook(acme).pk}/probe/"

    for once in "xy":
        admin.post(path, {"idempotency_key": once * 24})

    assert Delivery.objects.count() == 1
    assert AuditEntry.objects.filter(operation="webhook.test").count() == 1
