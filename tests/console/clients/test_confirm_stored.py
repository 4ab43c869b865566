from pytest_django.asserts import assertContains, assertRedirects

from tenants.audit.models import AuditEntry
from tests.support.clients import CLIENT

URL = f"{CLIENT}stored/"


def test_staged_secret_is_confirmed_as_stored(admin, submit_form, rotation):
    submit_form(admin, "stage")
    assertContains(admin.get(CLIENT), "not confirmed as stored")
    assertContains(admin.get(URL), "Does Ledger sync have its new secret?")

    response = admin.post(URL)

    assertRedirects(response, f"{CLIENT}activate/", fetch_redirect_response=False)
    assert rotation().stored_by == "ADMIN"
    assertContains(admin.get(CLIENT), "ready to activate")
    assert AuditEntry.objects.get(operation="secret.store").client == "44"


def test_staged_secret_is_required(admin):
    assert admin.get(URL)["Location"] == f"{CLIENT}secret/"
    assert admin.post(URL)["Location"] == f"{CLIENT}secret/"
