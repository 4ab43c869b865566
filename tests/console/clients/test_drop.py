from pytest_django.asserts import assertContains

from tenants.audit.models import AuditEntry
from tests.support.clients import CLIENT, OLD
from tests.support.forms import URLENCODED, fill_form

URL = f"{CLIENT}drop/"


def test_discarding_erases_the_staged_secret_only(admin, staged, submit_form, ledger, rotation):
    staged(admin)

    submit_form(admin, "drop", reason="Wrong client")

    assert (rotation().state, rotation().new_sealed) == ("dropped", "")
    assert ledger["clientSecret"] == OLD
    entry = AuditEntry.objects.get(operation="secret.drop")
    assert (entry.outcome, entry.reason) == ("done", "Wrong client")


def test_discarding_an_activated_secret_is_refused(admin, staged, submit_form, rotation):
    staged(admin)
    body = fill_form(admin.get(URL), "reason")
    submit_form(admin, "activate")

    response = admin.post(URL, body, content_type=URLENCODED, follow=True)

    assertContains(response, "Someone else continued this rotation")
    assert rotation().state == "activated"


def test_new_secret_can_be_staged_afterwards(admin, staged, submit_form, rotation):
    first = staged(admin)
    submit_form(admin, "drop")

    assert staged(admin) != first
