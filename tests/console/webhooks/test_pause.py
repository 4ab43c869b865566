from pytest_django.asserts import assertContains

from console.webhooks import delivering
from tenants.audit.models import AuditEntry
from tests.console.webhooks.conftest import hook


def test_nothing_is_sent_any_more(admin, acme, happen):
    happen()
    webhook = hook(acme)
    path = f"/acme/webhooks/{webhook.pk}/pause/"
    assert delivering.due() == [webhook.pk]
    assertContains(admin.get(path), "Pause SIEM?")

    admin.post(path, {"once": "x" * 24})

    webhook.refresh_from_db()
    assert (webhook.pause, webhook.paused_by) == ("hand", "ADMIN")
    assert delivering.due() == []
    assert AuditEntry.objects.get(operation="webhook.pause").outcome == "done"
