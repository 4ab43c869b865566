from pytest_django.asserts import assertContains, assertNotContains

from console.models import Delivery
from tenants.audit.models import AuditEntry
from tests.support.webhooks import make_webhook

GIVEN = {
    "name": "SIEM",
    "url": "",
    "effects": ["read", "reveal", "change", "destroy"],
    "groups": ["clients"],
    "idempotency_key": "x" * 24,
}


def test_changed_selection_replaces_the_pending_delivery(admin, acme):
    webhook = make_webhook(acme)
    pending = Delivery.objects.create(webhook=webhook, first=1, last=2)
    before = webhook.url_sealed

    response = admin.post(f"/acme/webhooks/{webhook.pk}/edit/", GIVEN)

    assert response["Location"] == f"/acme/webhooks/{webhook.pk}/"
    webhook.refresh_from_db()
    pending.refresh_from_db()
    assert (webhook.groups, pending.state) == ("clients", "dropped")
    assert webhook.url_sealed == before
    entry = AuditEntry.objects.get(operation="webhook.change")
    assert entry.changes == [{"field": "groups", "before": "all", "after": "clients"}]


def test_changed_url_gets_the_pending_delivery(admin, acme):
    webhook = make_webhook(acme, groups="clients")
    pending = Delivery.objects.create(webhook=webhook, first=1, last=2)
    data = GIVEN | {"url": "https://new.example/x"}

    admin.post(f"/acme/webhooks/{webhook.pk}/edit/", data)

    webhook.refresh_from_db()
    pending.refresh_from_db()
    assert (webhook.url, webhook.origin) == (data["url"], "https://new.example")
    assert pending.state == "pending"


def test_changed_path_is_logged_without_its_value(admin, acme):
    webhook = make_webhook(acme, url="https://hooks.example/in/s3cr3t-A", groups="clients")
    data = GIVEN | {"name": "Chat", "url": "https://hooks.example/in/s3cr3t-B"}

    admin.post(f"/acme/webhooks/{webhook.pk}/edit/", data)

    entry = AuditEntry.objects.get(operation="webhook.change")
    fields = {change["field"]: change for change in entry.changes}
    assert list(fields) == ["name", "url"]
    assert fields["url"]["before"] != fields["url"]["after"]
    page = admin.get(f"/acme/audit/{entry.entry}/")
    assertContains(page, "<strong>URL path</strong>")
    assertContains(page, "replaced")
    assertNotContains(page, "s3cr3t")


def test_invalid_and_unchanged_forms_say_so(admin, acme):
    path = f"/acme/webhooks/{make_webhook(acme, groups='clients').pk}/edit/"

    wrong = admin.post(path, GIVEN | {"url": "ftp://x/"})
    as_it_is = GIVEN | {"url": "https://siem.example/in/s3cr3t-path"}
    same = admin.post(path, as_it_is, follow=True)

    assertContains(wrong, "must start with https://", status_code=422)
    assertContains(same, "No changes.")
    assert not AuditEntry.objects.filter(operation="webhook.change").exists()
