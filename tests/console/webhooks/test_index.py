from datetime import timedelta

from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from tests.support.webhooks import make_webhook

URL = "/acme/webhooks/"


def test_empty_list_says_so(admin):
    assertContains(admin.get(URL), "No webhooks yet")


def test_status_of_each_webhook_is_listed_without_secrets(admin, acme, record_events):
    record_events()
    webhook = make_webhook(acme)
    make_webhook(acme, name="Chat", pause="gone")
    make_webhook(acme, name="Archive", tries=2, next_at=timezone.now() + timedelta(minutes=1))

    page = admin.get(URL)

    for text in ("stopped", "2 failed attempts", "https://siem.example", "No worker"):
        assertContains(page, text)
    for secret in ("s3cr3t", webhook.secret, webhook.url_sealed):
        assertNotContains(page, secret)
