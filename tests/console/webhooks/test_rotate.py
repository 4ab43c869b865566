import re

from django.utils import timezone
from pytest_django.asserts import assertContains

from console.models.webhooks import generate_secret
from console.webhooks import actions
from tenants.audit.models import AuditEntry, AuditRecord
from tests.support.webhooks import deliver, make_webhook, read_delivery


def test_new_secret_is_shown_and_both_sign_for_a_while(admin, add_webhook, record_events, receiver):
    webhook = add_webhook()
    old, path = webhook.secret, f"/acme/webhooks/{webhook.pk}/rotate/"

    page = admin.post(path, {"idempotency_key": "x" * 24})
    record_events()
    deliver(webhook)

    (new,) = set(re.findall(r"whsec_[A-Za-z0-9+/]{43}=", page.text))
    assert new != old
    read_delivery(receiver.requests[0], new, old)
    assert not AuditRecord.objects.filter(content__contains=new[6:]).exists()
    assert AuditEntry.objects.get(operation="webhook.rotate").outcome == "done"
    assert admin.post(path, {"idempotency_key": "x" * 24}).status_code == 302


def test_undecryptable_secret_signs_nothing(admin, acme):
    webhook = make_webhook(acme)
    type(webhook).objects.update(secret_sealed=webhook.url_sealed)

    page = admin.post(f"/acme/webhooks/{webhook.pk}/rotate/", {"idempotency_key": "x" * 24})

    (new,) = set(re.findall(r"whsec_[A-Za-z0-9+/]{43}=", page.text))
    webhook.refresh_from_db()
    assert webhook.signing_secrets(timezone.now()) == [new]


def test_concurrent_rotation_is_reported(admin, acme, monkeypatch):
    webhook = make_webhook(acme)
    first = "whsec_" + "B" * 44

    def meanwhile():
        webhook.set_secret(first).save()
        return generate_secret()

    monkeypatch.setattr(actions, "generate_secret", meanwhile)
    path = f"/acme/webhooks/{webhook.pk}/rotate/"
    page = admin.post(path, {"idempotency_key": "x" * 24}, follow=True)

    assertContains(page, "Someone else just rotated the secret")
    webhook.refresh_from_db()
    assert webhook.secret == first
    assert AuditEntry.objects.get(operation="webhook.rotate").outcome == "refused"


def test_rotation_warns_of_an_active_older_secret(admin, acme):
    webhook = make_webhook(acme)
    webhook.set_secret("whsec_" + "B" * 44).save()

    page = admin.get(f"/acme/webhooks/{webhook.pk}/rotate/")

    assertContains(page, "Previous secret still active")
