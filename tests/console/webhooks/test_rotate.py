import re

from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry, AuditRecord
from tests.console.webhooks.conftest import bring, hook, taken


def test_shows_another_secret_and_both_sign_for_a_while(
    admin, hooked, happen, receiver
):
    webhook = hooked()
    old, path = webhook.secret, f"/acme/webhooks/{webhook.pk}/rotate/"

    page = admin.post(path, {"once": "x" * 24})
    happen()
    bring(webhook)

    (new,) = set(re.findall(r"whsec_[A-Za-z0-9+/]{43}=", page.text))
    assert new != old
    taken(receiver.got[0], new, old)
    assert not AuditRecord.objects.filter(content__contains=new[6:]).exists()
    assert AuditEntry.objects.get(operation="webhook.rotate").outcome == "done"
    assert admin.post(path, {"once": "x" * 24}).status_code == 302


def test_warns_where_an_earlier_one_still_signs(admin, acme):
    webhook = hook(acme)
    webhook.keep("whsec_" + "B" * 44).save()

    page = admin.get(f"/acme/webhooks/{webhook.pk}/rotate/")

    assertContains(page, "An earlier secret still signs")
