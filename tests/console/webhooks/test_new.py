import re

import pytest
from django.core import serializers
from pytest_django.asserts import assertContains

from console.models import Webhook
from tenants.audit.models import AuditEntry, AuditRecord
from tests.support.webhooks import make_webhook

URL = "/acme/webhooks/new/"
GIVEN = {
    "name": "SIEM",
    "url": "https://siem.example:8443/in/s3cr3t-path",
    "effects": ["read", "reveal", "change", "destroy"],
    "groups": ["clients", "console"],
    "idempotency_key": "x" * 24,
}


def test_secret_is_shown_once_and_encrypted_with_the_url(admin, record_events):
    last = record_events()
    page = admin.post(URL, GIVEN)

    (secret,) = set(re.findall(r"whsec_[A-Za-z0-9+/]{43}=", page.text))
    webhook = Webhook.objects.get()
    assert (webhook.secret, webhook.url) == (secret, GIVEN["url"])
    stored = serializers.serialize("json", [webhook])
    for hidden in (secret, "s3cr3t"):
        assert hidden not in stored
        assert not AuditRecord.objects.filter(content__contains=hidden).exists()
    assert webhook.position == last  # its own beginning is the first that it gets
    assert (webhook.effects, webhook.groups) == ("", "clients console")
    entry = AuditEntry.objects.get(operation="webhook.add")
    assert (entry.outcome, entry.label) == ("done", "SIEM")
    assert entry.object == "https://siem.example:8443"


def test_repeated_submit_creates_one_webhook(admin):
    admin.post(URL, GIVEN)

    again = admin.post(URL, GIVEN)

    assert again["Location"] == f"/acme/webhooks/{Webhook.objects.get().pk}/"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"url": "http://127.0.0.1:25/"}, "Port 25"),
        ({"url": "https://10.0.0.1/"}, "non-public address"),
        ({"url": "https://me:pw@siem.example/"}, "user name or password"),
        ({"effects": []}, "Select at least one"),
        ({"groups": ["nonsense"]}, "not one of the available choices"),
        ({"name": ""}, "required"),
    ],
)
def test_invalid_values_are_errors(admin, wrong, message):
    page = admin.post(URL, GIVEN | wrong)

    assertContains(page, message, status_code=422)
    assert not Webhook.objects.exists()


def test_number_of_webhooks_is_limited(admin, acme, monkeypatch):
    monkeypatch.setattr("console.webhooks.views.MAX_WEBHOOKS", 1)
    make_webhook(acme)

    assertContains(admin.post(URL, GIVEN), "You can have up to 1", status_code=422)
