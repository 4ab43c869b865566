from tenants.audit.models import AuditEntry
from tests.support.clients import CLIENT

URL = f"{CLIENT}forget/"


def test_finishing_erases_the_old_secret(admin, staged, submit_form, ledger, rotation):
    new = staged(admin)
    submit_form(admin, "activate")

    submit_form(admin, "forget", reason="All hosts seen")

    row = rotation()
    assert (row.state, row.new_sealed, row.old_sealed) == ("settled", "", "")
    assert ledger["clientSecret"] == new
    assert AuditEntry.objects.get(operation="secret.forget").reason == "All hosts seen"


def test_activated_secret_is_required(admin, staged):
    staged(admin)

    assert admin.get(URL)["Location"] == f"{CLIENT}secret/"
